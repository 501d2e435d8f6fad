"""Drivers beside the runner: local masters, and clients of a standalone cluster."""

import json
import os
import signal

from conftest import JOBS, processes_with, wait_until


def told_in(path):
    return json.loads(path.read_text())


def test_an_application_learns_its_batch_and_a_failed_one_says_why(inventory, tmp_path):
    told = tmp_path / "told.json"
    result = inventory.submit("--master", "local[1]", JOBS / "tell.py", told, "fail")
    assert result.returncode == 1, result.stderr
    app = told_in(told)
    (run,) = inventory.json("runs", "--job", "flights")
    assert app["conf"]["spark.app.name"] == "tranche flights batch 1 attempt 1"
    expected = {"job": "flights", "window": "incremental", "runId": run["run_id"], "batchId": "1", "attempt": "1",
                "firstKey": "1", "lastKey": "4", "count": "4", "table": "assets"}  # fmt: skip
    assert {name: app["conf"][f"spark.tranche.{name}"] for name in expected} == expected
    assert "spark.tranche.campaign" not in app["conf"]
    assert app["driver"]["TRANCHE_FIRST_KEY"] == "1"
    assert "secret-" not in json.dumps([app["driver"], app["executors"]])
    assert inventory.json("batch", 1)["message"] == "ValueError: told to fail"


def test_executors_that_inherit_the_drivers_environment_learn_of_no_connection(inventory, tmp_path):
    told = tmp_path / "told.json"
    result = inventory.submit("--master", "local-cluster[1,1,1024]", JOBS / "tell.py", told)
    assert result.returncode == 0, result.stderr
    app = told_in(told)
    assert app["executors"][0]["TRANCHE_BATCH_ID"] == "1"
    assert "secret-" not in json.dumps([app["driver"], app["executors"]])


def test_an_application_id_is_found_by_what_it_was_called(inventory, cluster, tmp_path):
    told = tmp_path / "{batch_id}.json"
    result = inventory.submit("--master", cluster.url, "--name", "mine", "--conf", "spark.cores.max=1",
                              JOBS / "tell.py", told, options=["--iterations", "2"])  # fmt: skip
    assert result.returncode == 0, result.stderr
    ids = []
    for batch in (1, 2):
        app = told_in(tmp_path / f"{batch}.json")
        ids.append(app["id"])
        assert app["id"].startswith("app-") and app["conf"]["spark.app.name"] == "mine"
        (run,) = inventory.json("runs", "--identity", f"spark_application_id={app['id']}")
        assert inventory.json("batch", batch)["outputs"]["spark_application_id"] == app["id"]
        for executor in app["executors"]:
            assert executor["TRANCHE_BATCH_ID"] == str(batch)
            assert "TRANCHE_LEASE_TOKEN" not in executor
            assert "secret-" not in json.dumps(executor)
        assert "secret-" not in json.dumps(app["conf"])
    assert ids[0] != ids[1] and run["identity"]["spark_application_id"] == ids[1]
    (batch,) = inventory.json("asset", "--job", "flights", "--key", "1")["batches"]
    assert batch["attempts"][0]["outputs"]["spark_application_id"] == ids[0]


def test_no_driver_stays_behind_a_timeout(inventory, tmp_path):
    mark = tmp_path / "begun"
    # Whether the application has begun by then or not.
    run = inventory.start("--master", "local[1]", JOBS / "wait.py", mark, options=["--timeout", "15s"])
    assert run.wait(60) == 124, run.stderr.read()
    assert processes_with(str(mark)) == []


def test_no_driver_stays_behind_a_stop(inventory, tmp_path):
    mark = tmp_path / "begun"
    run = inventory.start("--master", "local[1]", JOBS / "wait.py", mark)
    wait_until(mark.exists, "the application")
    assert len(processes_with(str(mark))) >= 3  # tranche, the JVM and Python
    os.kill(run.pid, signal.SIGTERM)
    assert run.wait(30) == 143, run.stderr.read()
    assert processes_with(str(mark)) == []
    (batch,) = inventory.json("batches", "--job", "flights")
    assert (batch["status"], batch["attempt"]) == ("planned", 0)
