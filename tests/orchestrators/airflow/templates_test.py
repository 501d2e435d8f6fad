"""The DAGs that `tranche template render` prints."""

import json
import os
import subprocess

import pytest
from conftest import DagRun, airflow


@pytest.fixture
def rendered(inventory, tmp_path):
    """rendered(name, parameter=value…) -> a run of the template's DAG, whose command leaves a file named by each batch."""
    (tmp_path / "results").mkdir()
    (tmp_path / "dags").mkdir()
    env = {"AIRFLOW_CONN_INVENTORY": json.dumps(inventory.connection), "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags")}

    def call(name, **values):
        settings = [word for pair in values.items() for word in ("--set", "=".join(pair))]
        command = ["cp", "{items_file}", f"{tmp_path}/results/batch-{{batch_id}}"]
        text = subprocess.run(
            [os.environ["TRANCHE_BINARY"], "template", "render", name, "--set", "job=flights", "--set", "conn_id=inventory", *settings, "--", *command],
            capture_output=True, text=True, check=True).stdout  # fmt: skip
        (tmp_path / "dags" / "rendered.py").write_text(text)
        return DagRun(values["dag_id"], airflow("dags", "test", values["dag_id"], env=env))

    call.results = lambda: sorted(path.name for path in (tmp_path / "results").iterdir())
    return call


def test_the_dag_works_through_what_waits(inventory, rendered):
    run = rendered("airflow-dag", dag_id="rendered-dag")
    assert run.status == 0 and run.tasks == {"run": "success"}, run.output
    assert rendered.results() == ["batch-1", "batch-2", "batch-3"]
    assert run.xcom("run")["count"] == 10


def test_the_campaign_is_shared_by_its_tasks(inventory, rendered):
    run = rendered("airflow-campaign", dag_id="rendered-campaign", campaign="may", **{"from": "3", "to": "8"})
    assert run.status == 0 and run.tasks["campaign"] == "success", run.output
    assert {run.tasks["run_1"], run.tasks["run_2"]} <= {"success", "skipped"}
    assert inventory.json("campaign", "show", "may", "--job", "flights")["complete"] is True
    assert inventory.json("backlog", "--job", "flights")["count"] == 10
