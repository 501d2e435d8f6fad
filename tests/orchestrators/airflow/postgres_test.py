"""An inventory on PostgreSQL, which the fields of a connection name."""

import os
import subprocess
import urllib.parse

import pytest
from conftest import Inventory


class PostgresInventory(Inventory):
    def __init__(self, url):
        self.db = url
        self.schema = f"airflow_{os.getpid()}"
        self.sql(
            f"CREATE SCHEMA {self.schema}; CREATE TABLE {self.schema}.assets (id bigint PRIMARY KEY, item text);"
            f"INSERT INTO {self.schema}.assets SELECT n, 'file' || n FROM generate_series(1, 10) n"
        )
        self.define(f"{self.schema}.assets")

    def sql(self, text):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.db, "-c", text], check=True, stdin=subprocess.DEVNULL)

    def __call__(self, *words):
        return super().__call__("--schema", self.schema, *words)

    @property
    def connection(self):
        parts = urllib.parse.urlsplit(self.db)
        settings = dict(urllib.parse.parse_qsl(parts.query))
        return {
            "conn_type": "tranche",
            "host": settings.pop("host", parts.hostname),
            "login": settings.pop("user", parts.username),
            "password": settings.pop("password", parts.password),
            "schema": parts.path.removeprefix("/"),
            "extra": {**settings, "inventory_schema": self.schema, "program": os.environ["TRANCHE_BINARY"]},
        }


@pytest.fixture
def inventory():
    url = os.environ.get("TRANCHE_TEST_POSTGRES")
    if not url:
        pytest.skip("TRANCHE_TEST_POSTGRES is not set")
    made = PostgresInventory(url)
    yield made
    made.sql(f"DROP SCHEMA {made.schema} CASCADE")


def test_a_task_runs_batches_of_an_inventory_on_postgresql(inventory, dags_test):
    run = dags_test("load")
    assert run.status == 0, run.output
    assert run.xcom("load")["count"] == 8
    (found,) = inventory.json("runs", "--identity", "dag_id=load")
    assert found["identity"]["dag_run_id"] == run.run_id
    assert inventory.json("backlog", "--job", "flights")["count"] == 2


def test_nothing_of_the_connection_but_the_run_stands_in_the_tasks_log(inventory, dags_test):
    run = dags_test("fails")
    assert run.tasks == {"load": "failed"}
    assert "failed with exit status 3" in run.output and "postgresql://" not in run.output


def test_airflow_and_tranche_name_one_table(inventory, told):
    task, batches = told
    (named,) = {(one["namespace"], one["name"]) for event in [*task, *batches] for one in event["inputs"]}
    assert named[0].startswith("postgres://") and named[1].endswith(f".{inventory.schema}.assets")
