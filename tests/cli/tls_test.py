"""TLS to PostgreSQL: what the URL says of it is libpq's to obey."""

import os
import pathlib
import socket
import subprocess

import pytest

SERVER = pathlib.Path(__file__).resolve().parents[1] / "support" / "postgres.sh"


@pytest.fixture(scope="module")
def server():
    """(folder, URL) of a server whose certificate is its own and made out to db.example."""
    if not os.environ.get("TRANCHE_TEST_POSTGRES"):
        pytest.skip("TRANCHE_TEST_POSTGRES is not set")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run([SERVER, "start", "--fsync", "off", "--owner", str(os.getpid()), "--tls", str(port)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    yield folder, f"postgresql://tranche:secret@127.0.0.1:{port}/tranche_test"
    subprocess.run([SERVER, "stop", folder], check=True)


def test_an_encrypted_connection_is_made(tranche, server):
    folder, url = server
    for number, mode in enumerate(("require", f"verify-ca&sslrootcert={folder}/server.crt")):
        made = tranche("--db", f"{url}?sslmode={mode}", "--schema", f"tls_{number}", "db", "migrate")
        assert made.returncode == 0, made.stderr
        assert "secret" not in made.stdout + made.stderr
    # The rest of the program with a database that takes nothing else.
    hba = pathlib.Path(folder) / "data" / "pg_hba.conf"
    hba.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    subprocess.run(["psql", "-Xqd", url, "-c", "SELECT pg_reload_conf(); CREATE TABLE assets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
                    " INSERT INTO assets DEFAULT VALUES"], check=True, capture_output=True)  # fmt: skip
    env = {"TRANCHE_DB": f"{url}?sslmode=require"}
    assert tranche("job", "create", "flights", "--table", "assets", "--key", "id", env=env).returncode == 0
    assert tranche("run", "--job", "flights", "--", "true", env=env).returncode == 0


def test_a_server_that_cannot_prove_its_name_is_refused(tranche, server, refused):
    folder, url = server
    line = refused(tranche("--db", f"{url}?sslmode=verify-full&sslrootcert={folder}/server.crt", "db", "status"), 125)
    assert 'server certificate for "db.example"' in line and 'does not match host name "127.0.0.1"' in line
    assert "secret" not in line


def test_a_missing_root_certificate_is_told(tranche, server, refused):
    _, url = server
    line = refused(tranche("--db", f"{url}?sslmode=verify-full&sslrootcert=/nowhere.crt", "db", "status"), 125)
    assert "/nowhere.crt" in line
