"""DAGs by `airflow dags test`, and what the inventory says of them afterwards."""

from importlib.metadata import version

import pytest


def test_a_task_runs_batches_and_returns_the_summary(inventory, dags_test):
    run = dags_test("load")
    assert run.status == 0, run.output
    assert run.tasks == {"load": "success", "told": "success"}
    assert "keys 1 to 4 of blue" in run.output and "keys 5 to 8 of blue" in run.output
    summary = run.xcom("load")
    assert (summary["succeeded"], summary["count"], summary["first_key"], summary["last_key"]) == (2, 8, 1, 8)
    assert run.xcom("told") == 8
    (found,) = inventory.json("runs", "--identity", "dag_id=load")
    assert found["run_id"] == summary["run_id"]
    names = found["identity"]
    assert (names["dag_run_id"], names["task_id"], names["try_number"]) == (run.run_id, "load", "1")
    assert "map_index" not in names
    assert inventory.json("batch", 1)["outputs"] == {"rows": "4"}
    assert f"load.load {run.run_id} try 1" in inventory("asset", "--job", "flights", "--key", 1)


@pytest.mark.skipif(version("apache-airflow").startswith("2."), reason="dags test of Airflow 2 records no events")
def test_the_assets_event_carries_the_range(dags_test):
    run = dags_test("load")
    (extra,) = run.asset_events()
    assert (extra["tranche"]["first_key"], extra["tranche"]["last_key"], extra["tranche"]["count"]) == (1, 8, 8)


def test_an_empty_backlog_skips_the_task_and_what_follows(inventory, dags_test):
    inventory("run", "--job", "flights", "--iterations", "all", "--", "true")
    run = dags_test("load")
    assert run.status == 0, run.output
    assert run.tasks == {"load": "skipped", "told": "skipped"}
    assert run.asset_events() == []


def test_a_failure_is_the_tasks_with_its_reason(inventory, dags_test):
    run = dags_test("fails")
    assert run.tasks == {"load": "failed"}
    assert "batch 1 (keys 1 to 4, attempt 1 of 3): failed with exit status 3" in run.output
    assert inventory.json("batch", 1)["status"] == "failed"


def test_a_retry_continues_the_work(inventory, dags_test):
    run = dags_test("fails_once")
    assert run.status == 0, run.output
    assert run.tasks == {"load": "success"}
    second, first = inventory.json("runs", "--identity", "dag_id=fails_once", "--identity", "task_id=load")
    assert (first["identity"]["try_number"], first["exit_status"], first["succeeded"]) == ("1", 3, 1)
    assert (second["identity"]["try_number"], second["exit_status"], second["succeeded"]) == ("2", 0, 1)
    batches = inventory.json("batches", "--job", "flights")
    assert sorted((batch["batch_id"], batch["status"], batch["attempt"]) for batch in batches) == [(1, "succeeded", 1), (2, "succeeded", 2)]
    assert inventory.json("backlog", "--job", "flights")["count"] == 2
    both = run.xcom("load")
    assert (both["run_id"], both["succeeded"], both["count"], both["first_key"], both["last_key"]) == (second["run_id"], 2, 8, 1, 8)


def test_planned_batches_are_mapped(inventory, dags_test):
    run = dags_test("mapped")
    assert run.status == 0, run.output
    assert run.tasks == {"plan": "success", "load[0]": "success", "load[1]": "success", "load[2]": "success"}
    assert [one["TRANCHE_PLAN_FIRST_KEY"] for one in run.xcom("plan")] == ["1", "3", "5"]
    runs = inventory.json("runs", "--identity", "dag_id=mapped")
    assert sorted(one["identity"]["map_index"] for one in runs) == ["0", "1", "2"]
    assert sorted(run.xcom("load", index=index)["first_key"] for index in range(3)) == [1, 3, 5]


def test_nothing_planned_maps_nothing(inventory, dags_test):
    inventory("run", "--job", "flights", "--iterations", "all", "--", "true")
    run = dags_test("mapped")
    assert run.tasks == {"plan": "success", "load": "skipped"}


def test_steps_acquire_and_release(inventory, dags_test):
    run = dags_test("steps")
    assert run.status == 0, run.output
    batch = inventory.json("batch", 1)
    assert (batch["status"], batch["outputs"]) == ("succeeded", {"worker": "release"})
    assert run.xcom("work") == '"id" >= 1 AND "id" <= 4'
    (found,) = inventory.json("runs", "--identity", "task_id=acquire")
    assert found["identity"]["dag_run_id"] == run.run_id


def test_a_deferred_sensor_waits_and_a_function_returns_the_command(inventory, dags_test):
    run = dags_test("decorated")
    assert run.status == 0, run.output
    assert run.tasks == {"wait": "success", "load": "success"}
    assert run.xcom("wait")["ready"] == 10
    assert run.xcom("load")["succeeded"] == 3
    assert f"hello in {run.run_id}" in run.output


def test_an_interval_of_airflow_is_a_campaign(inventory, dags_test):
    inventory("run", "--job", "flights", "--iterations", "all", "--", "true")
    for succeeded in (1, 0):  # run again, it hands out nothing
        run = dags_test("days", logical_date="2026-02-02")
        assert run.tasks == {"define": "success", "load": "success" if succeeded else "skipped"}, run.output
    # A run by hand is of the interval that has ended.
    assert run.xcom("define")["name"] == "day-20260201"
    (batch,) = inventory.json("batches", "--job", "flights", "--campaign", "day-20260201")
    assert (batch["first_key"], batch["last_key"], batch["status"]) == (1, 2, "succeeded")
