"""A real inventory in SQLite, and the real Airflow over it."""

import json
import os
import pathlib
import sqlite3
import subprocess

import pytest

HOME = pathlib.Path(os.environ["AIRFLOW_HOME"])


class Inventory:
    """The job `flights` over ten assets, four a batch."""

    def __init__(self, folder):
        self.db = f"sqlite:{folder}/inventory.db"
        with sqlite3.connect(folder / "inventory.db") as database:
            database.execute("CREATE TABLE assets (id INTEGER PRIMARY KEY, item TEXT)")
            database.executemany("INSERT INTO assets VALUES (?, ?)", [(n, f"file{n}") for n in range(1, 11)])
        self.define("assets")

    @property
    def connection(self):
        """As AIRFLOW_CONN_INVENTORY holds it."""
        return {"conn_type": "tranche", "extra": {"db": self.db, "program": os.environ["TRANCHE_BINARY"]}}

    def define(self, table):
        self("job", "create", "flights", "--table", table, "--key", "id", "--item", "item", "--max-count", "4", "--retry-delay", "0s")

    def __call__(self, *words):
        command = [os.environ["TRANCHE_BINARY"], "--db", self.db, *map(str, words)]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert result.returncode == 0, result
        return result.stdout

    def json(self, *words):
        return json.loads(self(*words, "-o", "json"))


@pytest.fixture
def inventory(tmp_path):
    return Inventory(tmp_path)


def airflow(*words, env=None):
    return subprocess.run(
        ["airflow", *words], env={**os.environ, **(env or {})}, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )


class DagRun:
    """What Airflow recorded of the newest run of a DAG."""

    def __init__(self, dag_id, result):
        self.status = result.returncode
        self.output = result.stdout + result.stderr
        self.dag_id = dag_id
        self._database = sqlite3.connect(HOME / "airflow.db")
        (self.run_id,) = self._one("SELECT run_id FROM dag_run WHERE dag_id = ? ORDER BY id DESC LIMIT 1", dag_id)

    def _all(self, sql, *values):
        return self._database.execute(sql, values).fetchall()

    def _one(self, sql, *values):
        (row,) = self._all(sql, *values)
        return row

    @property
    def tasks(self):
        rows = self._all("SELECT task_id, map_index, state FROM task_instance WHERE dag_id = ? AND run_id = ?", self.dag_id, self.run_id)
        return {task if index < 0 else f"{task}[{index}]": state for task, index, state in rows}

    def xcom(self, task, key="return_value", index=-1):
        (value,) = self._one(
            "SELECT value FROM xcom WHERE dag_id = ? AND run_id = ? AND task_id = ? AND key = ? AND map_index = ?",
            self.dag_id, self.run_id, task, key, index,
        )  # fmt: skip
        while isinstance(value, (str, bytes)):  # stored as JSON text of JSON text
            try:
                value = json.loads(value)
            except ValueError:
                break
        return value

    def asset_events(self):
        ((table,),) = self._all("SELECT name FROM sqlite_master WHERE name IN ('asset_event', 'dataset_event')")  # Airflow 3, 2
        sql = f"SELECT extra FROM {table} WHERE source_dag_id = ? AND source_run_id = ?"
        return [json.loads(extra) for (extra,) in self._all(sql, self.dag_id, self.run_id)]


@pytest.fixture
def dags_test(inventory):
    def run(dag_id, logical_date=None):
        words = ["dags", "test", dag_id, *([logical_date] if logical_date else [])]
        return DagRun(dag_id, airflow(*words, env={"AIRFLOW_CONN_INVENTORY": json.dumps(inventory.connection)}))

    return run


@pytest.fixture
def told(inventory, tmp_path):
    """Events of OpenLineage, each side's into a file: of Airflow's task `load.load`, and of tranche below it."""
    pytest.importorskip("airflow.providers.openlineage")

    def events(name):
        return [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]

    env = {
        "AIRFLOW_CONN_INVENTORY": json.dumps(inventory.connection),
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": f"{tmp_path}/airflow", "append": True}),
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": f"{tmp_path}/tranche",
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
    }
    run = DagRun("load", airflow("dags", "test", "load", env=env))
    assert run.tasks["load"] == "success", run.output
    task = [event for event in events("airflow") if event["job"]["name"] == "load.load"]
    return task, events("tranche")
