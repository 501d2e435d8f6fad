"""`run`: how many iterations, which batches, and what the summary says of them."""

import json
import signal

import pytest
from background import wait_for

NO_DELAY = ("--retry-delay", "0s")


def ranges(world, **conditions):
    found = world.json("batches", "--job", "flights", "--limit", "1000")
    return sorted((b["first_key"], b["last_key"]) for b in found if all(b[k] == v for k, v in conditions.items()))


def test_one_iteration_is_the_default(world, run):
    world.job()
    assert run("true").returncode == 0
    assert ranges(world, status="succeeded") == [(1, 4)]


def test_iterations_bound_a_run(world, run):
    world.job()
    assert run("--iterations", "2", "true").returncode == 0
    assert ranges(world, status="succeeded") == [(1, 4), (5, 8)]
    assert run("--iterations", "100", "true").returncode == 0
    assert ranges(world, status="succeeded") == [(1, 4), (5, 8), (9, 10)]


def test_all_ends_when_nothing_can_be_handed_out_now(world, run):
    world.job("flights", "--retry-delay", "1h")
    held = world.acquire()
    assert run("--iterations", "all", "test $TRANCHE_FIRST_KEY != 5").returncode == 1
    assert ranges(world, status="succeeded") == [(9, 10)]
    assert ranges(world, status="failed") == [(5, 8)]
    world.release(held)


def test_all_goes_on_after_a_failed_iteration_and_repairs_it(world, run):
    world.job("flights", *NO_DELAY)
    result = run("--iterations", "all", "test $TRANCHE_FIRST_KEY.$TRANCHE_ATTEMPT != 5.1")
    assert result.returncode == 1
    assert ranges(world, status="succeeded") == [(1, 4), (5, 8), (9, 10)]


def test_limits_of_the_command_line_hold_for_what_it_cuts(world, run):
    world.job()
    run("--max-count", "2", "--iterations", "2", "true")
    run("--max-weight", "110", "--iterations", "1", "true")
    assert ranges(world) == [(1, 2), (3, 4), (5, 6)]


@pytest.mark.parametrize(("mode", "keys"), [("first", [1, 5, 9]), ("last", [5, 9, 1]), ("only", [1]), ("none", [5, 9])])
def test_retry_says_when_failed_batches_come(world, run, mode, keys):
    world.job("flights", *NO_DELAY)
    run("exit 1")
    result = run("--retry", mode, "--iterations", "all", "echo $TRANCHE_FIRST_KEY")
    assert [int(key) for key in result.stdout.split()] == keys


@pytest.mark.parametrize("mode", ["first", "last", "none"])
def test_what_was_given_back_goes_first(world, run, mode):
    world.job()
    world.release(world.acquire(), "returned")
    assert run("--retry", mode, "echo $TRANCHE_FIRST_KEY $TRANCHE_ATTEMPT").stdout == "1 1\n"


def test_a_batch_is_exhausted_after_its_attempts(world, run):
    world.job("flights", *NO_DELAY, "--max-attempts", "2", count=4)
    result = run("--iterations", "all", "--max-failures", "0", "exit 4")
    assert result.returncode == 4
    assert "no attempts are left" in result.stderr
    shown = world.json("batch", 1)
    assert (shown["status"], shown["exhausted"], len(shown["attempts"])) == ("failed", True, 2)


def test_jobs_process_disjoint_batches(world, run):
    world.job(count=40, max_count=2)
    result = run("--jobs", "5", "--iterations", "all", 'cat "$TRANCHE_ITEMS_FILE"')
    assert result.returncode == 0
    items = sorted(int(line.split("file")[1]) for line in result.stdout.splitlines())
    assert items == list(range(1, 41))
    assert len(ranges(world, status="succeeded")) == 20


def test_jobs_run_at_once_and_share_the_iterations(world, run):
    world.job(count=9, max_count=1)
    # Each waits for the other two.
    meet = 'touch "$DIR/$TRANCHE_BATCH_ID"; while [ "$(ls "$DIR" | grep -c "^[0-9]*$")" -lt 3 ]; do sleep 0.02; done'
    assert run("--jobs", "3", "--iterations", "3", meet).returncode == 0
    assert len(ranges(world, status="succeeded")) == 3


def test_follow_picks_up_new_assets_and_ends_on_sigterm(world, background):
    world.job(count=2)
    one = background("run", "--job", "flights", "--follow", "--poll", "50ms", "--", "sh", "-c",
                     "echo $TRANCHE_FIRST_KEY $TRANCHE_ITERATIONS")  # fmt: skip
    for number in (1, 3, 4):
        wait_for(lambda: f"{number} all\n" in one.stdout(), f"asset {number}")
        if number < 4:
            world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight) VALUES ({3 if number == 1 else 4}, 'new', 1)")
    one.send(signal.SIGTERM)
    assert one.end() == 143
    assert ranges(world, status="succeeded") == [(1, 2), (3, 3), (4, 4)]


def test_follow_waits_for_a_retry(world, background):
    world.job("flights", "--retry-delay", "500ms", count=2)
    script = "test $TRANCHE_ATTEMPT = 2"
    one = background("run", "--job", "flights", "--follow", "--poll", "50ms", "--iterations", "2", "--", "sh", "-c", script)
    assert one.end() == 1
    assert ranges(world, status="succeeded") == [(1, 2)]


def test_failures_in_a_row_wake_those_that_wait(world, background):
    world.job("flights", "--retry-delay", "1h", count=1)
    one = background("run", "--job", "flights", "--follow", "--poll", "1h", "--jobs", "2", "--max-failures", "1", "--",
                     "sh", "-c", "exit 5")  # fmt: skip
    assert one.end() == 5


def test_a_campaign_is_a_window_of_its_own(world, run):
    world.job()
    run("--iterations", "all", "true")
    world.ok("campaign", "create", "again", "--job", "flights", "--from", "3", "--to", "7")
    result = run("--campaign", "again", "--iterations", "all", "echo $TRANCHE_WINDOW $TRANCHE_FIRST_KEY $TRANCHE_LAST_KEY")
    assert result.stdout == "again 3 6\nagain 7 7\n"


def test_a_filter_job_hands_out_what_matches(world, run):
    world.job("flights", "--filter", "kind = 'csv'")
    result = run("--iterations", "all", 'cat "$TRANCHE_ITEMS_FILE"')
    assert result.stdout.split() == [f"file{n}" for n in (2, 4, 6, 8, 10)]


def summary_of(path):
    text = path.read_text()
    assert text.count("\n") == 1
    return json.loads(text)


def test_the_summary_counts_what_succeeded(world, run, tmp_path):
    world.job("flights", "--retry-delay", "1h", count=12)
    path = tmp_path / "summary.json"
    path.write_text("x" * 10_000)
    assert run("--summary", path, "--iterations", "all", "test $TRANCHE_FIRST_KEY = 5").returncode == 1
    found = summary_of(path)
    batches = found.pop("batches")
    (ledger,) = world.json("runs", "--job", "flights")
    assert found == {
        "run_id": ledger["run_id"], "job": "flights", "window": "incremental", "exit_status": 1, "iterations": 3,
        "succeeded": 1, "failed": 2, "count": 4, "weight": 260, "first_key": 5, "last_key": 8,
    }  # fmt: skip
    assert [(b["batch_id"], b["status"], b["exit_code"]) for b in batches] == [
        (1, "failed", 1), (2, "succeeded", 0), (3, "failed", 1)]  # fmt: skip


def test_the_summary_of_nothing_is_one_too(world, run, tmp_path):
    world.job()
    world.ok("job", "pause", "flights")
    assert run("--summary", tmp_path / "summary", "true").returncode == 0
    found = summary_of(tmp_path / "summary")
    assert (found["iterations"], found["count"], found["first_key"], found["batches"]) == (0, 0, None, [])


def test_the_summary_can_go_to_standard_output(world, run):
    world.job()
    result = run("--summary", "-", "echo the command")
    first, second = result.stdout.splitlines()
    assert first == "the command"
    assert json.loads(second)["exit_status"] == 0


def test_the_summary_keeps_the_last_100_batches(world, run, tmp_path):
    world.job(count=103, max_count=1)
    run("--summary", tmp_path / "summary", "--iterations", "all", "true")
    found = summary_of(tmp_path / "summary")
    assert (found["iterations"], found["count"]) == (103, 103)
    assert [b["batch_id"] for b in found["batches"]] == list(range(4, 104))


def test_a_summary_tells_of_a_stop(world, background, tmp_path):
    world.job()
    one = background("run", "--job", "flights", "--summary", tmp_path / "summary", "--", "sh", "-c", "echo; exec sleep 1000")
    wait_for(lambda: one.stdout())
    one.send(signal.SIGTERM)
    assert one.end() == 143
    found = summary_of(tmp_path / "summary")
    assert (found["exit_status"], found["succeeded"], found["failed"]) == (143, 0, 0)


def test_a_summary_that_cannot_be_written_is_refused_before_anything_starts(world, run, tmp_path):
    world.job()
    result = run("--summary", tmp_path / "missing" / "summary", "true")
    assert (result.returncode, result.stderr.count("\n")) == (125, 1)
    assert world.json("batches", "--job", "flights") == world.json("runs", "--job", "flights") == []
