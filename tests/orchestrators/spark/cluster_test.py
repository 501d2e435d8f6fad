"""Drivers in a standalone cluster, of which spark-submit tells nothing by its exit status."""

import json

from conftest import JOBS, in_cluster


def test_a_driver_in_the_cluster_succeeds_and_knows_its_batch_alone(inventory, cluster, tmp_path):
    told = tmp_path / "told.json"
    result = inventory.submit(*in_cluster(cluster, JOBS / "tell.py", told))
    assert result.returncode == 0, result.stderr
    app = json.loads(told.read_text())
    batch = inventory.json("batch", 1)
    assert batch["status"] == "succeeded"
    driver = batch["outputs"]["spark_driver_id"]
    assert driver in [one["id"] for one in cluster.state()["completeddrivers"]]
    assert len(inventory.json("runs", "--identity", f"spark_driver_id={driver}")) == 1
    assert app["conf"]["spark.tranche.batchId"] == "1"
    assert all(executor["TRANCHE_LAST_KEY"] == "4" for executor in app["executors"])
    text = json.dumps(app)
    assert "secret-" not in text and "TRANCHE_LEASE_TOKEN" not in text
    for log in (cluster.folder / "work").rglob("std*"):
        assert "secret-" not in log.read_text()


def test_a_driver_that_fails_in_the_cluster_fails_the_attempt(inventory, cluster, tmp_path):
    (tmp_path / "broken.py").write_text("raise SystemExit(7)\n")
    result = inventory.submit(*in_cluster(cluster, tmp_path / "broken.py"))
    assert result.returncode == 1, result.stderr
    batch = inventory.json("batch", 1)
    assert batch["status"] == "failed"
    driver = batch["outputs"]["spark_driver_id"]
    assert batch["message"] == f"driver {driver} ended as FAILED, though spark-submit exited 0; its log is with its worker"


def test_a_driver_that_is_not_waited_for_is_no_success(inventory, cluster, tmp_path):
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(15)\n")
    hasty = ["--conf", "spark.standalone.submit.waitAppCompletion=false"]
    result = inventory.submit(*hasty, *in_cluster(cluster, tmp_path / "slow.py"))
    assert result.returncode == 1, result.stderr
    batch = inventory.json("batch", 1)
    assert batch["status"] == "failed"
    assert "is not known" in batch["message"] and "waitAppCompletion=false" in batch["message"]
