"""What a server of lineage hears of attempts by `acquire` and `release`."""

import json
import os
import signal
import time
import uuid

import pytest
from background import wait_for
from lineage import TASK, parameters, types, waiting
from proxy import Proxy

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def acquire(world, *options, env):
    return json.loads(world.ok("acquire", "--job", "flights", *options, env=env).stdout)


def release(world, batch, *options, env):
    return world("release", batch["batch_id"], "--token", batch["lease_token"], *options, env=env)


@pytest.mark.parametrize("status, end", [("succeeded", "COMPLETE"), ("failed", "FAIL"), ("returned", "ABORT")])
def test_steps_tell_the_start_and_the_end_of_an_attempt(world, server, lineage, status, end):
    world.job()
    batch = acquire(world, env={**lineage, **TASK})
    assert types(server.events()) == ["START"]
    result = release(world, batch, "--status", status, "--message", "so it was", "--output", "output_dataset=s3://lake/x",
                     env={**lineage, **TASK, "AIRFLOW_CTX_TASK_ID": "end"})  # fmt: skip
    assert result.returncode == 0 and "warning" not in result.stderr
    start, told = server.events()
    assert types([start, told]) == ["START", end]
    run_id = str(uuid.uuid5(uuid.UUID(batch["run_id"]), f"{batch['batch_id']}/1"))
    assert start["run"]["runId"] == told["run"]["runId"] == run_id
    assert start["job"] == told["job"]
    assert (start["inputs"][0]["namespace"], start["inputs"][0]["name"]) == (told["inputs"][0]["namespace"], told["inputs"][0]["name"])
    assert start["inputs"][0]["inputFacets"]["subset"] == told["inputs"][0]["inputFacets"]["subset"]
    (attempt,) = world.json("batch", batch["batch_id"])["attempts"]
    assert (start["eventTime"], told["eventTime"]) == (attempt["started_at"], attempt["ended_at"])
    assert parameters(start).items() <= parameters(told).items() and parameters(told)["tranche.outcome"] == status
    # Another task releases: whose child this is was told by the start.
    assert start["run"]["facets"]["parent"]["job"]["name"] == "daily.load" and "parent" not in told["run"]["facets"]
    assert [d["namespace"] for d in told["outputs"]] == (["s3://lake"] if end == "COMPLETE" else [])
    if end != "COMPLETE":
        assert "so it was" in told["run"]["facets"]["errorMessage"]["message"]


@on_sqlite
def test_the_failure_policy_has_its_say_in_the_end_of_a_step(world, server, lineage):
    world.job("flights", "--on-exit", "7=skip,8=snooze:0s,*=retry")
    for code in (8, 7):
        release(world, acquire(world, env=lineage), "--status", "failed", "--exit-code", str(code), env=lineage)
    assert types(server.events()) == ["START", "ABORT", "START", "COMPLETE"]
    assert [parameters(event).get("tranche.outcome") for event in server.events()] == [None, "snoozed", None, "skipped"]


def test_a_release_that_repeats_an_earlier_one_tells_nothing(world, server, lineage):
    world.job()
    batch = acquire(world, env=lineage)
    for _ in range(2):
        assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert release(world, batch, "--status", "failed", env=lineage).returncode == 125
    assert types(server.events()) == ["START", "COMPLETE"]


@on_sqlite
def test_a_release_after_its_lease_tells_the_end_as_long_as_it_counts(world, server, lineage):
    world.job("flights", "--max-attempts", "1")
    batch = acquire(world, "--lease", "1s", env=lineage)
    # Whoever acquires next notes that the only attempt is lost.
    wait_for(lambda: world("acquire", "--job", "flights", "--retry", "only").returncode == 99
             and world.json("batch", batch["batch_id"])["status"] == "failed", "the lease to end")  # fmt: skip
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"]


@on_sqlite
def test_a_batch_that_was_cancelled_meanwhile_is_aborted_and_one_of_another_token_is_not(world, server, lineage):
    world.job()
    batch = acquire(world, env=lineage)
    world.ok("cancel", batch["batch_id"], "--yes")
    assert release(world, {**batch, "lease_token": "another"}, "--status", "succeeded", env=lineage).returncode == 125
    assert types(server.events()) == ["START"]
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 125
    start, abort = server.events()
    assert abort["eventType"] == "ABORT" and abort["run"]["runId"] == start["run"]["runId"]
    assert parameters(abort)["tranche.outcome"] == "cancelled" and "cancelled" in abort["run"]["facets"]["errorMessage"]["message"]


@on_sqlite
def test_a_release_for_a_runner_that_died_tells_nothing_as_the_runners_adapter_has(world, background, server, lineage):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo $TRANCHE_LEASE_TOKEN; exec sleep 600", env=lineage)
    token = wait_for(one.stdout).strip()
    wait_for(lambda: server.bodies, "the start")
    one.send(signal.SIGKILL)
    wait_for(lambda: len(server.bodies) == 2, "the end")
    assert world("release", "1", "--token", token, "--status", "returned", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "ABORT"]


@on_sqlite
def test_what_a_step_could_not_send_goes_with_the_next(world, server, lineage, spool):
    world.job()
    server.go_away()
    batch = acquire(world, env=lineage)
    assert len(waiting(spool)) == 1
    server.come_back()
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"] and waiting(spool) == []


@on_sqlite
def test_a_server_that_never_answers_neither_fails_nor_holds_a_step(world, server, lineage, spool):
    world.job()
    server.hanging.clear()
    start = time.monotonic()
    batch = acquire(world, env=lineage)
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert time.monotonic() - start < 60
    assert [json.loads(path.read_text())["eventType"] for path in waiting(spool)] == ["START", "COMPLETE"]


@on_sqlite
def test_a_source_that_is_gone_leaves_the_end_of_a_step_without_its_input(world, tmp_path, server, lineage):
    world.job()
    inventory = f"sqlite:{tmp_path}/inventory.db"
    world.ok("--db", inventory, "job", "create", "away", "--source", f"sqlite:{world.path}", "--table", "assets", "--key", "id")
    batch = json.loads(world.ok("--db", inventory, "acquire", "--job", "away", env=lineage).stdout)
    os.rename(world.path, f"{world.path}.away")
    result = release(world, batch, "--db", inventory, "--status", "succeeded", env=lineage)
    os.rename(f"{world.path}.away", world.path)
    assert result.returncode == 0, result
    start, complete = server.events()
    assert types([start, complete]) == ["START", "COMPLETE"] and len(start["inputs"]) == 1 and complete["inputs"] == []


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_source_that_does_not_answer_holds_no_step(world, server, lineage):
    world.assets()
    proxy = Proxy(world.url)
    try:
        world.ok("job", "create", "flights", "--source", proxy.url, "--table", world.name("assets"), "--key", "id", "--max-count", "4")
        batch = acquire(world, env=lineage)
        proxy.passing.clear()
        result = release(world, batch, "--status", "succeeded", env={**lineage, "PGCONNECT_TIMEOUT": "600"})
    finally:
        proxy.close()
    assert result.returncode == 0, result
    start, complete = server.events()
    assert types([start, complete]) == ["START", "COMPLETE"] and len(start["inputs"]) == 1 and complete["inputs"] == []


@on_sqlite
def test_a_batch_that_could_not_be_handed_over_was_never_begun(world, server, lineage, tmp_path):
    world.job()
    folder = tmp_path / "batch"
    (folder / "batch_id").mkdir(parents=True)
    assert world("acquire", "--job", "flights", "-o", "argo", "--output-dir", folder, env=lineage).returncode == 125
    assert server.bodies == []


@on_sqlite
def test_a_step_tells_whoever_it_is_asked_to_tell(world, server, lineage, unchanged):
    world.job()
    batch = acquire(world, "--adapter", "none", env=lineage)
    assert release(world, batch, "--status", "succeeded", "--adapter", "none", env=lineage).returncode == 0
    assert server.bodies == []
    assert "'opnelineage'" in unchanged(2, "acquire", "--job", "flights", "--adapter", "opnelineage")
    result = world("acquire", "--job", "flights", "--adapter", "openlineage")
    assert result.returncode == 0 and "set OPENLINEAGE_URL" in result.stderr and json.loads(result.stdout)["batch_id"] == 2
