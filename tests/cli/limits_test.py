"""Sizes and admission: --min-count, --max-wait, --max-in-flight, --target-duration."""

import json

import pytest
from background import wait_for

on_postgres = pytest.mark.parametrize("world", ["postgres"], indirect=True)


def insert(world, *keys):
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight) VALUES " + ", ".join(f"({key}, 'new{key}', 1)" for key in keys))


def test_few_assets_wait_and_everybody_says_so(world, refused):
    world.job("flights", "--min-count", 3, "--max-wait", "2h", count=5)
    job = world.json("job", "show", "flights")
    assert (job["min_count"], job["max_wait"]) == (3, "2h")
    assert "3, for 2h at most" in world.ok("job", "show", "flights").stdout
    done = world.ok("run", "--job", "flights", "--iterations", "all", "--", "true")
    assert "batch 1: keys 1 to 4" in done.stderr and "batch 2" not in done.stderr
    assert done.stderr.count("fewer than 3 assets wait (--min-count); they go out 2h after they were first seen (--max-wait)") == 1
    assert "nothing to acquire: fewer than 3 assets wait" in refused(world("acquire", "--job", "flights"), 99)
    assert world.json("plan", "--job", "flights") == []
    backlog = world.json("backlog", "--job", "flights")
    assert (backlog["count"], backlog["ready"]) == (1, 0)
    assert world.acquire("--max-wait", "0s")["first_key"] == 5
    insert(world, 6)
    assert world.acquire("--min-count", "1")["first_key"] == 6
    world.ok("job", "update", "flights", "--no-min-count", "--no-max-wait")
    assert world.json("job", "show", "flights")["min_count"] is None


def test_a_run_that_follows_wakes_when_the_wait_is_over(world, background):
    world.job("flights", "--min-count", 3, "--max-wait", "300ms", count=5)
    one = background("run", "--job", "flights", "--follow", "--poll", "1h", "--iterations", "2", "--", "sh", "-c", "echo $TRANCHE_FIRST_KEY")
    assert one.end() == 0
    assert one.stdout().split() == ["1", "5"]


def test_a_cap_holds_for_all_who_acquire(world, refused):
    world.job("flights", "--max-in-flight", 1, count=8)
    assert world.json("job", "show", "flights")["max_in_flight"] == 1
    held = world.acquire()
    line = refused(world("acquire", "--job", "flights"), 99)
    assert line == "tranche: nothing to acquire: as many batches of job 'flights' are processed as may be at once (--max-in-flight 1)"
    assert world.ok("run", "--job", "flights", "--", "true").stderr.count("--max-in-flight 1") == 1
    world.release(held)
    done = world.ok("run", "--job", "flights", "--iterations", "all", "--jobs", 2, "--", "true")
    assert "keys 5 to 8" in done.stderr
    for name, option in (("slow", "--parallel"), ("slower", "--max-in-flight")):
        made = world.json("campaign", "create", name, "--job", "flights", "--from", 1, "--to", 8, option, 2)
        assert made["max_in_flight"] == 2
    for status in (0, 0, 99):
        assert world("acquire", "--job", "flights", "--campaign", "slow").returncode == status


@on_postgres
def test_a_run_that_follows_a_full_window_wakes_when_a_batch_ends(world, background):
    world.job("flights", "--max-in-flight", 1, count=8)
    held = world.acquire()
    one = background("run", "--job", "flights", "--follow", "--poll", "1h", "--iterations", "1", "--", "true",
                     env={"TRANCHE_DB": f"{world.url}&application_name={world.schema}"})  # fmt: skip
    wait_for(lambda: world.sql(f"SELECT 1 FROM pg_stat_activity WHERE application_name = '{world.schema}' AND query LIKE 'LISTEN%'"), "the listener")
    world.release(held)
    assert one.end() == 0, one.stderr()
    assert "keys 5 to 8" in one.stderr()


def test_ranges_are_sized_by_time_and_tell_why(world):
    world.job("flights", "--target-duration", "1h", count=30, max_count=12)
    world.sql(f"UPDATE {world.name('assets')} SET weight = 10")
    assert world.json("job", "show", "flights")["target_duration"] == "1h"
    world.ok("run", "--job", "flights", "--iterations", 3, "--", "true")
    batches = {b["batch_id"]: b for b in world.json("batches", "--job", "flights")}
    assert [batches[n]["count"] for n in (1, 2, 3)] == [1, 4, 12]
    assert batches[1]["size_reason"] == "target 1h: nothing is known yet; 1 asset to begin with at most"
    assert batches[2]["size_reason"].endswith("; four times the largest before at most")
    assert batches[3]["size_reason"].endswith("; --max-count allows no more")
    assert "SIZE" in world.ok("batch", 2).stdout and "s an asset" in world.ok("batch", 2).stdout
    assert world("run", "--job", "flights", "--max-count", 8, "--", "sh", "-c", "kill -9 $$").returncode == 137
    assert world.acquire("--retry", "none")["size_reason"].endswith("; 4 assets or weight 40 after exit status 137 at most")
    world.ok("job", "update", "flights", "--no-target-duration")
    assert world.acquire("--retry", "none")["size_reason"] is None


@pytest.mark.parametrize("options, part", [
    (["--min-count", "0"], "--min-count: '0'"),
    (["--min-count", "9", "--max-count", "8"], "--min-count: '9' is above --max-count; accepted is up to 8"),
    (["--max-wait", "soon"], "--max-wait: 'soon'"),
    (["--target-duration", "10ms"], "--target-duration: '10ms' is too short; accepted is 1s or more"),
])  # fmt: skip
def test_limits_that_make_no_sense_are_refused(world, refused, options, part):
    for command in (["run"], ["acquire"], ["plan"]):
        rest = ["--", "true"] if command == ["run"] else []
        assert part in refused(world(*command, "--job", "x", *options, *rest), 2)
    assert part in refused(world("job", "create", "x", "--table", "t", "--key", "k", *options), 2)


def test_a_definition_that_contradicts_itself_is_refused(world, refused, tmp_path):
    world.assets(3)
    file = tmp_path / "job.json"
    whole = {"name": "flights", "table": world.name("assets"), "key_column": "id"}
    for extra, part in (({"min_count": 9, "max_count": 8}, "'min_count' is 9, above max_count"), ({"max_in_flight": 0}, "'max_in_flight' is 0")):
        file.write_text(json.dumps({**whole, **extra}))
        assert part in refused(world("job", "apply", file), 125)
