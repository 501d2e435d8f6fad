"""`run`: when its next batch may start, and when none may any more."""

from datetime import datetime

import pytest
from background import wait_for

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def gaps(world):
    """Seconds between the moments when batches were taken."""
    taken = sorted(b["acquired_at"] for b in world.json("batches", "--job", "flights"))
    moments = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in taken]
    return [(b - a).total_seconds() for a, b in zip(moments, moments[1:])]


@on_sqlite
@pytest.mark.parametrize("jobs", [1, 3])
def test_starts_keep_their_interval_whichever_worker_makes_them(world, run, jobs):
    world.job(max_count=2)
    assert run("--iterations", "all", "--jobs", jobs, "--min-interval", "300ms", "true").returncode == 0
    found = gaps(world)
    assert len(found) == 4 and min(found) >= 0.299, found  # a time is kept in whole milliseconds
    assert {b["status"] for b in world.json("batches", "--job", "flights")} == {"succeeded"}


@on_sqlite
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_rate_makes_heavy_batches_wait_longer(world, run, jobs):
    world.job(max_count=2)
    assert run("--iterations", "all", "--jobs", jobs, "--max-rate", "300/s", "true").returncode == 0
    found = gaps(world)
    assert len(found) == 4 and all(gap >= weight / 300 - 0.001 for gap, weight in zip(found, [30, 70, 110, 150])), found


@on_sqlite
def test_a_run_for_a_time_ends_after_the_batch_at_hand(world, run):
    world.job(max_count=1)
    result = run("--for", "3s", "sleep 0.7")
    assert (result.returncode, "(--for) is over" in result.stderr) == (0, True), result
    done = [b for b in world.json("batches", "--job", "flights") if b["status"] == "succeeded"]
    assert 1 <= len(done) <= 5
    assert world.json("backlog", "--job", "flights")["processing"] == 0


@on_sqlite
def test_a_following_run_ends_when_its_time_is_over(world, run):
    world.job()
    result = run("--follow", "--poll", "1h", "--for", "2s", "true")
    assert (result.returncode, "(--for) is over" in result.stderr) == (0, True), result
    assert world.json("backlog", "--job", "flights")["count"] == 0


def test_a_run_goes_on_while_its_probe_succeeds(world, run):
    world.job(max_count=2)
    result = run("--iterations", "all", "--while", 'echo probing; test ! -e "$DIR/stop"', '[ $TRANCHE_ITERATION -lt 3 ] || touch "$DIR/stop"')
    assert (result.returncode, result.stdout) == (0, ""), result
    assert "the probe of --while exits 1, so the run ends" in result.stderr
    assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"] * 3


@on_sqlite
def test_a_probe_that_fails_at_once_starts_nothing(world, run):
    world.job()
    result = run("--while", "exit 7", "true")
    assert (result.returncode, "exits 7" in result.stderr, "nothing to process" in result.stderr) == (0, True, False), result
    assert world.json("batches", "--job", "flights") == []


@on_sqlite
@pytest.mark.parametrize("options", [("--min-interval", "1h"), ("--max-rate", "1/s"), ("--while", "touch \"$DIR/probed\"; exec sleep 600")])
def test_a_runner_that_waits_for_its_turn_can_be_stopped(world, background, tmp_path, options):
    world.job("flights", max_count=9)
    runner = background("run", "--job", "flights", "--iterations", "all", *options, "--", "sh", "-c", 'touch "$DIR/probed"')
    wait_for((tmp_path / "probed").exists)
    runner.process.terminate()
    assert runner.process.wait(30) == 143


@on_sqlite
@pytest.mark.parametrize(("options", "part"), [
    (("--max-rate", "0"), "--max-rate"), (("--max-rate", "fast"), "--max-rate"), (("--max-rate", "/s"), "--max-rate"),
    (("--while", " "), "--while is empty"), (("--for", "soon"), "--for"), (("--min-interval", "-1s"), "--min-interval"),
])  # fmt: skip
def test_what_is_no_throttle_is_refused(world, unchanged, options, part):
    world.job()
    assert part in unchanged(2, "run", "--job", "flights", *options, "--", "true")
