"""The real spark-submit under the real tranche, over an inventory in SQLite."""

import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request

import pytest

JOBS = pathlib.Path(__file__).with_name("jobs")
SPARK = pathlib.Path(os.environ["SPARK_VENV"]).glob("lib/python*/site-packages/pyspark")
SPARK_HOME = next(SPARK)
# Small and quiet; nothing listens beyond loopback.
LEAN = ["--conf", "spark.ui.enabled=false", "--conf", "spark.driver.memory=512m", "--conf", "spark.executor.memory=512m",
        "--conf", "spark.sql.shuffle.partitions=2"]  # fmt: skip
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}


def wait_until(done, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return found


class Inventory:
    """The job `flights` over ten assets, four a batch; its address holds what nobody else may see."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "secret-address.db"
        self.env = {**os.environ, **LOOPBACK, "TRANCHE_DB": f"sqlite:{self.file}", "PGPASSWORD": "secret-password"}
        with sqlite3.connect(self.file) as database:
            database.execute("CREATE TABLE assets (id INTEGER PRIMARY KEY, item TEXT)")
            database.executemany("INSERT INTO assets VALUES (?, ?)", [(n, f"file{n}") for n in range(1, 11)])
        self("job", "create", "flights", "--table", "assets", "--key", "id", "--item", "item", "--max-count", "4", "--retry-delay", "0s")

    def call(self, *words):
        command = [os.environ["TRANCHE_BINARY"], *map(str, words)]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)

    def __call__(self, *words):
        result = self.call(*words)
        assert result.returncode == 0, result
        return result.stdout

    def json(self, *words):
        return json.loads(self(*words, "-o", "json"))

    def submit(self, *words, options=()):
        """`tranche run` of one spark-submit; `words` follow the options that keep it small."""
        return self.call("run", "--job", "flights", "--adapter", "spark", *options, "--", "spark-submit", *LEAN, *words)

    def start(self, *words, options=()):
        command = [os.environ["TRANCHE_BINARY"], "run", "--job", "flights", "--adapter", "spark", *options, "--", "spark-submit", *LEAN, *words]
        return subprocess.Popen([*map(str, command)], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture
def inventory(tmp_path):
    return Inventory(tmp_path)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """A standalone master and one worker, as daemons in the foreground."""

    def __init__(self, folder):
        self.folder = folder
        self.port, self.web = free_port(), free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self._processes = []
        self._start("master.Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", self.web)
        self._start("worker.Worker", "--host", "127.0.0.1", "--webui-port", free_port(), "-c", "2", "-m", "2g",
                    "-d", folder / "work", self.url)  # fmt: skip
        wait_until(lambda: self.state() and self.state()["aliveworkers"] == 1, "the worker")

    def _start(self, name, *words):
        log = open(self.folder / f"{name}.log", "w")
        command = [SPARK_HOME / "bin/spark-class", f"org.apache.spark.deploy.{name}", *words]
        # The cluster's own environment, in which no inventory is.
        env = {**os.environ, **LOOPBACK, "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false", "SPARK_DAEMON_MEMORY": "256m"}
        self._processes.append(
            subprocess.Popen([*map(str, command)], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        )

    def state(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/json/", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def stop(self):
        for process in self._processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


def in_cluster(cluster, script, *words):
    """A Python driver in a standalone cluster: spark-submit has no option for it, but it is a class like any other."""
    (jar,) = SPARK_HOME.glob("jars/spark-core_*.jar")
    return ["--master", cluster.url, "--deploy-mode", "cluster", "--conf", "spark.cores.max=1",
            "--class", "org.apache.spark.deploy.PythonRunner", jar, script, "", *words]  # fmt: skip


def processes_with(text):
    """Command lines of live processes that hold `text`, this one's tranche and pytest left out."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and os.getpid() != int(folder.name) and sys.executable + " -m pytest" not in line:
            found.append(line)
    return found
