"""What Airflow's OpenLineage provider and tranche tell of one task, each into a file: one picture, not two."""

import json

import pytest
from conftest import DagRun, airflow

pytest.importorskip("airflow.providers.openlineage")


def events(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def datasets(event):
    return {(one["namespace"], one["name"]) for one in event["inputs"]}


@pytest.fixture
def told(inventory, tmp_path):
    """Events of Airflow's task `load.load`, and those of tranche below it."""
    env = {
        "AIRFLOW_CONN_INVENTORY": json.dumps(inventory.connection),
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": f"{tmp_path}/airflow", "append": True}),
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": f"{tmp_path}/tranche",
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
    }
    run = DagRun("load", airflow("dags", "test", "load", env=env))
    assert run.tasks["load"] == "success", run.output
    task = [event for event in events(tmp_path / "airflow") if event["job"]["name"] == "load.load"]
    return task, events(tmp_path / "tranche")


def test_a_batch_hangs_below_the_task_and_the_dag_run(told):
    task, batches = told
    above = task[-1]["run"]["facets"]["parent"]
    assert [event["eventType"] for event in batches] == ["START", "COMPLETE"] * 2
    for event in batches:
        parent = event["run"]["facets"]["parent"]
        assert (parent["job"]["name"], parent["run"]["runId"]) == ("load.load", task[-1]["run"]["runId"])
        assert (parent["root"]["job"]["name"], parent["root"]["run"]["runId"]) == ("load", above["run"]["runId"])
    assert [event["eventType"] for event in task] == ["START", "COMPLETE"]
