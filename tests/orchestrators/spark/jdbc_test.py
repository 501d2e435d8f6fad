"""The example that reads a batch's rows over JDBC, from a real PostgreSQL on loopback."""

import os
import pathlib
import subprocess

import pytest
from conftest import LEAN, free_port

ROOT = pathlib.Path(__file__).parents[3]
DRIVER = "org.postgresql:postgresql:42.7.4"
SERVER = ROOT / "tests/support/postgres.sh"


@pytest.fixture
def server():
    """Host and port of a PostgreSQL that Java can reach, with its user and database."""
    port = free_port()
    folder = subprocess.run([SERVER, "start", "--fsync", "off", "--owner", str(os.getpid()), "--tls", str(port)],
                            capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    yield f"127.0.0.1:{port}/tranche_test?sslmode=require&user=tranche"
    subprocess.run([SERVER, "stop", folder], check=True)


def test_a_batch_is_read_by_its_range(server, tmp_path):
    url = f"postgresql://{server}"
    env = {**os.environ, "TRANCHE_DB": url, "SPARK_LOCAL_IP": "127.0.0.1"}

    def call(*words):
        result = subprocess.run([*map(str, words)], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout

    tranche = os.environ["TRANCHE_BINARY"]
    call("psql", "-qd", url, "-c", "CREATE TABLE flights (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)",
         "-c", "INSERT INTO flights (note) SELECT 'note ' || n FROM generate_series(1, 10) AS n")  # fmt: skip
    call(tranche, "job", "create", "flights", "--table", "flights", "--key", "id", "--filter", "note <> 'note 3'", "--max-count", "5")
    call(tranche, "run", "--job", "flights", "--adapter", "spark", "--iterations", "all", "--", "spark-submit", "--master", "local[1]", *LEAN,
         "--packages", DRIVER, "--conf", f"spark.jars.ivy={ROOT}/build/ivy", ROOT / "examples/spark/jdbc.py", f"jdbc:postgresql://{server}",
         tmp_path / "result" / "batch={batch_id}")  # fmt: skip
    outputs = call(tranche, "batches", "--job", "flights", "-o", "jsonl")
    assert '"rows":"5"' in outputs and '"rows":"4"' in outputs and '"spark_application_id":"local-' in outputs
    assert len(list((tmp_path / "result").glob("batch=*/*.parquet"))) >= 2
