"""`airflow standalone` on free ports and a PostgreSQL of its own, spoken to by its REST API."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


# A scheduler, its workers and an API server on a busy machine: what is late is not wrong.
PATIENCE = 300


def wait_for(condition, what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.2)
    return value


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Standalone:
    def __init__(self, env):
        port = free_port()
        self.base = f"http://localhost:{port}"
        self.log = pathlib.Path(os.environ["AIRFLOW_HOME"]) / "standalone.log"
        settings = {
            "API__HOST": "127.0.0.1",
            "API__PORT": port,
            "API__BASE_URL": self.base,
            "DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://tranche@/tranche_test?host={os.environ['AIRFLOW_TEST_POSTGRES']}",
            "CORE__EXECUTION_API_SERVER_URL": f"{self.base}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": True,
            "LOGGING__WORKER_LOG_SERVER_PORT": free_port(),
            "LOGGING__TRIGGER_LOG_SERVER_PORT": free_port(),
            "SCHEDULER__ENABLE_HEALTH_CHECK": False,
            "WORKERS__MIN_HEARTBEAT_INTERVAL": 1,
        }
        known = {f"AIRFLOW__{name}": str(value) for name, value in settings.items()}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["airflow", "standalone"],
                env={**os.environ, **known, **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._token = None

    def wait_until_healthy(self):
        def healthy():
            assert self._process.poll() is None, self.log.read_text()[-4000:]
            with contextlib.suppress(OSError, KeyError):
                health = self.get("monitor/health")
                return all(health[part]["status"] == "healthy" for part in ("scheduler", "triggerer", "dag_processor"))

        wait_for(healthy, "a healthy Airflow")
        self._token = self._call("GET", f"{self.base}/auth/token")["access_token"]

    def stop(self):
        """The whole session, for its children outlive a SIGTERM to the parent."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def get(self, path):
        return self._call("GET", f"{self.base}/api/v2/{path}")

    def post(self, path, body):
        return self._call("POST", f"{self.base}/api/v2/{path}", body)

    def patch(self, path, body):
        return self._call("PATCH", f"{self.base}/api/v2/{path}", body)

    def trigger(self, dag_id):
        """A run without logical date, as its page makes one."""
        wait_for(lambda: self._is_there(f"dags/{dag_id}"), f"DAG {dag_id}")
        self.patch(f"dags/{dag_id}", {"is_paused": False})
        return self.post(f"dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"]

    def backfill(self, dag_id, first, last):
        """Runs for the intervals that begin from `first` to `last`."""
        wait_for(lambda: self._is_there(f"dags/{dag_id}"), f"DAG {dag_id}")
        self.patch(f"dags/{dag_id}", {"is_paused": False})
        wanted = {"dag_id": dag_id, "from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z", "max_active_runs": 2}
        return self.post("backfills", {**wanted, "run_backwards": False, "dag_run_conf": {}, "reprocess_behavior": "none"})["id"]

    def state(self, dag_id, run_id):
        return self.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"]

    def ended(self, dag_id, run_id):
        return wait_for(lambda: (state := self.state(dag_id, run_id)) in ("success", "failed") and state, f"the end of {dag_id}")

    def _is_there(self, path):
        with contextlib.suppress(urllib.error.HTTPError):
            return self.get(path)

    def _call(self, method, url, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        request = urllib.request.Request(url, method=method, headers=headers, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
