"""Tasks under the scheduler of `airflow standalone`, marked failed and killed."""

import json
import os
import pathlib
import signal
from datetime import datetime

import pytest
from conftest import Inventory
from standalone import Standalone, wait_for


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("standalone")


@pytest.fixture(scope="module")
def inventory(place):
    return Inventory(place)


@pytest.fixture(scope="module")
def flow(place, inventory):
    one = Standalone({"AIRFLOW_CONN_INVENTORY": json.dumps(inventory.connection), "MARKS": str(place)})
    try:
        one.wait_until_healthy()
        yield one
    finally:
        one.stop()


@pytest.fixture
def marks(place):
    for name in ("pid", "told", "second"):
        (place / name).unlink(missing_ok=True)
    return place


def read(path):
    return path.exists() and path.read_text().strip()


def gone(pid):
    status = pathlib.Path(f"/proc/{pid}/status")
    try:
        return "\nState:\tZ" in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def parent(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("PPid:")).split()[1])


def task_process(pid):
    """Above the command of `tranche`: the first that is Airflow's."""
    while b"airflow" not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"tranche")[0]:
        pid = parent(pid)
        assert pid > 1
    return pid


def only_batch(inventory, dag_id):
    (run, *_) = inventory.json("runs", "--identity", f"dag_id={dag_id}")
    (batch,) = inventory.json("run-info", run["run_id"])["batches"]
    return inventory.json("batch", batch["batch_id"])


def test_a_task_that_is_marked_failed_gives_its_batch_back(flow, inventory, marks):
    run_id = flow.trigger("long")
    pid = int(wait_for(lambda: read(marks / "pid"), "the command"))
    flow.patch(f"dags/long/dagRuns/{run_id}/taskInstances/load", {"new_state": "failed"})
    wait_for(lambda: gone(pid), "the command's end")
    wait_for(lambda: only_batch(inventory, "long")["status"] == "planned", "the batch to go back")
    batch = only_batch(inventory, "long")
    assert [attempt["outcome"] for attempt in batch["attempts"]] == ["returned"]
    assert flow.ended("long", run_id) == "failed"
    (run,) = inventory.json("runs", "--identity", "dag_id=long")
    assert "logical_date" not in run["identity"]
    assert run["link"].startswith(f"{flow.base}/dags/long/runs/")


def test_a_command_that_does_not_end_is_killed_and_its_batch_given_back_before_airflow_kills(flow, inventory, marks):
    """Airflow sends SIGKILL 5 s after its SIGTERM."""
    run_id = flow.trigger("stubborn")
    pid = int(wait_for(lambda: read(marks / "pid"), "the command"))
    flow.patch(f"dags/stubborn/dagRuns/{run_id}/taskInstances/load", {"new_state": "failed"})
    wait_for(lambda: only_batch(inventory, "stubborn")["status"] == "planned", "the batch to go back")
    (attempt,) = only_batch(inventory, "stubborn")["attempts"][-1:]
    assert attempt["outcome"] == "returned" and gone(pid)
    released = datetime.fromisoformat(attempt["ended_at"].replace("Z", "+00:00")).timestamp()
    assert released - float(read(marks / "told")) < 5


def test_a_killed_task_leaves_no_second_writer_and_its_retry_continues(flow, inventory, marks):
    run_id = flow.trigger("killed")
    pid = int(wait_for(lambda: read(marks / "pid"), "the command"))
    os.kill(task_process(pid), signal.SIGKILL)
    assert flow.ended("killed", run_id) == "success"
    assert read(marks / "second") == "alone"
    batch = only_batch(inventory, "killed")
    assert batch["status"] == "succeeded"
    second, first = inventory.json("runs", "--identity", "dag_id=killed")
    assert (first["identity"]["try_number"], second["identity"]["try_number"]) == ("1", "2")
    assert [attempt["outcome"] for attempt in batch["attempts"]][-2:] == ["returned", "succeeded"]


def test_a_deferred_sensor_and_a_decorated_task_run_there_too(flow, inventory):
    inventory("run", "--job", "flights", "--iterations", "all", "--", "true")
    inventory("reset", "--job", "flights", "--to-key", "1", "--yes")
    run_id = flow.trigger("decorated")
    assert flow.ended("decorated", run_id) == "success"
    (run,) = inventory.json("runs", "--identity", "dag_id=decorated")
    assert run["succeeded"] == 3


def test_a_backfill_of_airflow_is_a_campaign_for_each_interval(flow, inventory):
    before = inventory.json("backlog", "--job", "flights")
    flow.backfill("days", "2026-01-02", "2026-01-04")

    def runs():
        return [run for run in flow.get("dags/days/dagRuns")["dag_runs"] if run["run_type"] == "backfill"]

    wait_for(lambda: len(runs()) == 3 and all(run["state"] in ("success", "failed") for run in runs()), "the runs of the backfill")
    assert [run["state"] for run in runs()] == ["success"] * 3
    covered = {}
    for number in (2, 3, 4):
        for batch in inventory.json("batches", "--job", "flights", "--campaign", f"day-2026010{number}"):
            covered[number] = (batch["first_key"], batch["last_key"], batch["status"])
    assert covered == {2: (3, 4, "succeeded"), 3: (5, 6, "succeeded"), 4: (7, 8, "succeeded")}
    assert inventory.json("backlog", "--job", "flights") == before
    found = inventory.json("runs", "--identity", "dag_id=days")
    assert sorted(run["window"] for run in found) == [f"day-2026010{number}" for number in (2, 3, 4)]
    assert all(run["identity"]["dag_run_id"].startswith("backfill__") for run in found)


def test_the_button_leads_to_the_log_of_the_task(flow, inventory):
    run_id = flow.get("dags/decorated/dagRuns?order_by=-id")["dag_runs"][0]["dag_run_id"]
    links = flow.get(f"dags/decorated/dagRuns/{run_id}/taskInstances/load/links")["extra_links"]
    assert links["Tranche run"].startswith("http")
