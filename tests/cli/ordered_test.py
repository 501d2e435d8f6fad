"""`run --ordered` and `acquire --ordered`: a later range never starts before the one before has succeeded."""

import json


def keys(world, run_result):
    return [line for line in run_result.stdout.splitlines() if line]


def test_a_run_in_order_stops_at_a_failure_and_goes_on_with_it(world, run, tmp_path):
    world.job("flights", "--max-attempts", 2)
    script = 'echo "$TRANCHE_FIRST_KEY"; [ "$TRANCHE_FIRST_KEY" != 5 ] || [ -e "$DIR/mended" ]'
    first = run("--ordered", "--iterations", "all", script)
    assert (first.returncode, keys(world, first)) == (1, ["1", "5"])
    assert "waits for its next attempt, and batches are processed in order" in first.stderr
    assert world("acquire", "--job", "flights", "--ordered").returncode == 99
    assert run("--ordered", "--dry-run", "true").stdout.count("\n") <= 1
    (failed,) = world.json("batches", "--job", "flights", "--status", "failed")
    world.ok("retry", "--job", "flights", failed["batch_id"], "--yes")
    (tmp_path / "mended").touch()
    second = run("--ordered", "--iterations", "all", script)
    assert (second.returncode, keys(world, second)) == (0, ["5", "9"])


def test_two_runs_in_order_take_turns(world, run, background, tmp_path):
    world.job()
    held = json.loads(world.ok("acquire", "--job", "flights", "--ordered").stdout)
    waiting = run("--ordered", "true")
    assert waiting.returncode == 0
    assert f"batch {held['batch_id']} is being processed, and batches are processed in order" in waiting.stderr
    follower = background("run", "--job", "flights", "--ordered", "--follow", "--poll", "20ms", "--iterations", "2", "--", "sh", "-c",
                          'echo "$TRANCHE_FIRST_KEY"')  # fmt: skip
    world.release(held)
    assert follower.end() == 0
    assert follower.stdout().split() == ["5", "9"]


def test_what_has_no_order_is_refused(world, unchanged):
    world.job()
    run = ("run", "--job", "flights", "--ordered")
    assert "--jobs 1" in unchanged(2, *run, "--jobs", "2", "--", "true")
    assert "--retry first and only" in unchanged(2, *run, "--retry", "none", "--", "true")
    assert "'first' or 'only'" in unchanged(2, "acquire", "--job", "flights", "--ordered", "--retry", "last")
