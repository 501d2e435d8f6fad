"""`run` told to stop, or killed: what becomes of its command and of the batch."""

import os
import signal

import pytest
from background import Background, gone, is_running, wait_for

STOPS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
# Tells its process id and those of a child and a grandchild, then waits for ever.
FAMILY = 'sh -c "sleep 1000 & echo \\$\\$ \\$! ; wait" & echo $$; wait'


def started(one, lines=1):
    """The words that the command has written, once there are that many lines."""
    wait_for(lambda: one.stdout().count("\n") >= lines, "the command's output")
    return one.stdout().split()


def batch(world, number=1):
    return world.json("batch", number)


def shell(background, *args, env=None):
    *options, script = args
    return background("run", "--job", "flights", *options, "--", "sh", "-c", script, env=env)


@pytest.mark.parametrize("number", STOPS)
def test_a_stop_is_forwarded_to_the_group_and_the_batch_is_returned(world, background, number):
    world.job()
    # What a shell puts into the background ignores SIGINT.
    one = shell(background, "--iterations", "all", "--grace", "500ms", FAMILY)
    pids = [int(word) for word in started(one, 2)]
    assert len(pids) == 3 and all(map(is_running, pids))
    one.send(number)
    assert one.end() == 128 + number
    gone(*pids)
    ended = batch(world)
    assert (ended["status"], ended["attempt"]) == ("planned", 0)
    assert [attempt["outcome"] for attempt in ended["attempts"]] == ["returned"]
    assert len(world.json("batches", "--job", "flights")) == 1
    assert f"batch 1 stopped by {number.name} after" in one.stderr()
    assert one.stderr().endswith("; it goes back\n")
    assert world.acquire()["attempt"] == 1


@pytest.mark.parametrize("number", STOPS)
def test_the_commands_exit_0_after_a_stop_is_its_success(world, background, number):
    world.job()
    one = shell(background, "--iterations", "all", "trap 'exit 0' TERM INT HUP; echo; while :; do sleep 0.02; done")
    started(one)
    one.send(number)
    assert one.end() == 128 + number
    assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"]
    (found,) = world.json("runs", "--job", "flights")
    assert (found["exit_status"], found["succeeded"]) == (128 + number, 1)


def test_a_failure_after_a_stop_is_returned(world, background):
    world.job()
    one = shell(background, "trap 'exit 3' TERM; echo; while :; do sleep 0.02; done")
    started(one)
    one.send(signal.SIGTERM)
    assert one.end() == 143
    ended = batch(world)
    assert (ended["status"], ended["attempt"], ended["attempts"][0]["outcome"]) == ("planned", 0, "returned")


def test_a_command_that_ignores_sigterm_is_killed_after_the_grace(world, background):
    world.job()
    one = shell(background, "--grace", "300ms", "trap '' TERM; echo $$; while :; do sleep 0.05; done")
    (pid,) = started(one)
    one.send(signal.SIGTERM)
    assert one.end() == 143
    gone(int(pid))
    assert batch(world)["attempts"][0]["outcome"] == "returned"


def test_every_further_signal_reaches_the_command(world, background):
    world.job()
    one = shell(background, "trap 'echo term' TERM; trap 'exit 0' INT; echo; while :; do sleep 0.02; done")
    started(one)
    one.send(signal.SIGTERM)
    wait_for(lambda: "term" in one.stdout())
    one.send(signal.SIGINT)
    assert one.end() == 143
    assert batch(world)["status"] == "succeeded"


def test_a_stop_ends_the_wait_of_follow(world, background):
    world.job(count=1)
    one = shell(background, "--follow", "--poll", "1h", "echo")
    started(one)
    wait_for(lambda: batch(world)["status"] == "succeeded")
    one.send(signal.SIGTERM)
    assert one.end() == 143
    assert "nothing to process" not in one.stderr()


def test_a_stop_between_tries_to_start_returns_the_batch(world, background):
    world.job()
    one = background("run", "--job", "flights", "--start-retries", "100", "--", "no-such-command")
    wait_for(lambda: world.json("batches", "--job", "flights"))
    one.send(signal.SIGTERM)
    assert one.end() == 143
    assert [a["outcome"] for a in batch(world)["attempts"]] == ["returned"]
    assert (batch(world)["status"], batch(world)["attempt"]) == ("planned", 0)


def test_a_stop_reaches_every_command_of_a_run_with_jobs(world, background):
    world.job(count=3, max_count=1)
    one = shell(background, "--jobs", "3", "--iterations", "all", "echo $$; exec sleep 1000")
    wait_for(lambda: one.stdout().count("\n") == 3)
    pids = [int(line.split()[-1]) for line in one.stdout().splitlines()]
    one.send(signal.SIGINT)
    assert one.end() == 130
    gone(*pids)
    assert {b["status"] for b in world.json("batches", "--job", "flights")} == {"planned"}


def test_a_signal_that_the_caller_ignores_stops_nothing(world, tranche_binary, tranche_env, tmp_path):
    world.job()
    arguments = ["run", "--job", "flights", "--", "sh", "-c", 'echo; while [ ! -e "$DIR/go" ]; do sleep 0.02; done']
    one = Background("sh", {**tranche_env, **world.env, "DIR": str(tmp_path)}, tmp_path,
                     ["-c", 'trap "" HUP; exec "$@"', "sh", tranche_binary, *arguments])  # fmt: skip
    try:
        started(one)
        one.send(signal.SIGHUP)
        (tmp_path / "go").touch()
        assert one.end() == 0
    finally:
        one.clean_up()
    assert batch(world)["status"] == "succeeded"


def test_a_killed_runner_takes_its_command_along_and_the_batch_comes_back(world, background, tmp_path):
    world.job()
    one = shell(background, "--lease", "2s", FAMILY, env={"TMPDIR": str(tmp_path)})
    pids = [int(word) for word in started(one, 2)]
    assert list(tmp_path.glob("tranche-*"))
    one.send(signal.SIGKILL)
    assert one.end() == -9
    gone(*pids)
    wait_for(lambda: not list(tmp_path.glob("tranche-*")), "the end of the run's folder")
    assert batch(world)["status"] == "processing"
    again = wait_for(lambda: world("acquire", "--job", "flights", "--retry", "only").stdout)
    assert '"attempt":2' in again.replace(" ", "")
    attempts = batch(world)["attempts"]
    assert [attempt["outcome"] for attempt in attempts] == ["lost", None]


def test_the_guard_kills_what_ignores_sigterm(world, background):
    world.job()
    one = shell(background, "--grace", "300ms", "trap '' TERM; echo $$; while :; do sleep 0.05; done")
    (pid,) = started(one)
    one.send(signal.SIGKILL)
    one.end()
    gone(int(pid))


def test_a_killed_guard_harms_nothing(world, background, tmp_path):
    world.job()
    one = shell(background, 'echo; while [ ! -e "$DIR/go" ]; do sleep 0.02; done')
    started(one)
    children = open(f"/proc/{one.pid}/task/{one.pid}/children").read().split()
    (guard,) = [int(pid) for pid in children if "tranche-guard" in open(f"/proc/{pid}/comm").read()]
    os.kill(guard, signal.SIGKILL)
    (tmp_path / "go").touch()
    assert one.end() == 0
    assert batch(world)["status"] == "succeeded"
