"""`run`: its exit status, and what is recorded of each way in which a command can end."""

import json

import pytest

PATIENT = ("--retry-delay", "1h")


def batches(world):
    return world.json("batches", "--job", "flights", "--limit", "1000")


def test_every_exit_status_is_recorded_as_the_commands_own(world, run):
    world.job("flights", *PATIENT, count=256, max_count=1)
    result = run("--iterations", "all", "--max-failures", "0", "exit $((TRANCHE_FIRST_KEY - 1))")
    assert result.returncode == 1, result
    found = {batch["first_key"] - 1: (batch["exit_code"], batch["status"]) for batch in batches(world)}
    assert found == {n: (n, "failed" if n else "succeeded") for n in range(256)}


@pytest.mark.parametrize("status", [1, 2, 99, 124, 125, 126, 127, 128, 255])
def test_the_runs_status_is_the_commands(world, run, status):
    world.job("flights", *PATIENT)
    assert run(f"exit {status}").returncode == status
    (batch,) = batches(world)
    assert (batch["exit_code"], batch["attempt"], batch["status"]) == (status, 1, "failed")


def test_every_deadly_signal_is_recorded(world, run):
    harmless = (17, 18, 23, 28)
    world.job("flights", *PATIENT, "--filter", "id NOT IN (19, 20, 21, 22)", count=64, max_count=1)
    result = run("--iterations", "all", "--max-failures", "0", "ulimit -c 0; kill -$TRANCHE_FIRST_KEY $$; exit 0")
    assert result.returncode == 129, result
    for batch in batches(world):
        number = batch["first_key"]
        (attempt,) = world.json("batch", batch["batch_id"])["attempts"]
        if number in harmless:
            assert (attempt["exit_code"], attempt["signal"]) == (0, None), attempt
        else:
            assert (attempt["exit_code"], attempt["signal"]) == (None, number), attempt


@pytest.mark.parametrize(("name", "number"), [("TERM", 15), ("KILL", 9), ("SEGV", 11), ("HUP", 1)])
def test_the_status_after_a_signal_is_128_and_its_number(world, run, name, number):
    world.job("flights", *PATIENT)
    result = run(f"ulimit -c 0; kill -{name} $$")
    assert result.returncode == 128 + number
    assert f"was ended by SIG{name}" in result.stderr


def test_a_command_that_is_not_found_is_127_and_its_attempt_is_not_counted(world):
    world.job()
    result = world("run", "--job", "flights", "--iterations", "all", "--start-retries", "1", "--", "no-such-command")
    assert result.returncode == 127, result
    assert "could not be started: No such file or directory ('no-such-command')" in result.stderr
    (batch,) = batches(world)
    assert (batch["status"], batch["attempt"]) == ("planned", 0)
    assert world.acquire()["attempt"] == 1


def test_a_command_that_cannot_be_executed_is_126(world, tmp_path):
    world.job()
    (tmp_path / "data").write_text("no program")
    for command in (tmp_path / "data", tmp_path):
        result = world("run", "--job", "flights", "--start-retries", "0", "--", command)
        assert result.returncode == 126, result
    (batch,) = batches(world)
    assert (batch["status"], batch["attempt"]) == ("planned", 0)


def test_a_start_is_tried_again(world, background, tmp_path):
    world.job()
    command = tmp_path / "late"
    one = background("run", "--job", "flights", "--start-retries", "100", "--", command)
    # Nothing tells that the first start has failed: the batch is there before it is tried.
    while not batches(world):
        pass
    (tmp_path / "made").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "made").chmod(0o755)
    (tmp_path / "made").rename(command)
    assert one.end() == 0, one.stderr()
    assert [(batch["status"], batch["attempt"]) for batch in batches(world)] == [("succeeded", 1)]


def test_126_and_127_of_a_command_that_did_start_count(world, run):
    world.job("flights", *PATIENT)
    assert run("no-such-command").returncode == 127
    assert [(batch["status"], batch["attempt"], batch["exit_code"]) for batch in batches(world)] == [("failed", 1, 127)]


def test_a_time_out_is_124_even_if_the_command_then_exits_0(world, run):
    world.job("flights", "--retry-delay", "1h", max_count=5)
    result = run("--timeout", "300ms", "trap 'exit 0' TERM; while :; do sleep 0.02; done")
    assert result.returncode == 124, result
    assert run("--timeout", "300ms", "exec sleep 300").returncode == 124
    first, second = (world.json("batch", number)["attempts"][0] for number in (1, 2))
    assert (first["outcome"], first["exit_code"]) == ("timeout", 0)
    assert (second["outcome"], second["signal"]) == ("timeout", 15)


def test_a_time_out_of_0_is_none(world, run):
    world.job()
    assert run("--timeout", "0", "sleep 0.2").returncode == 0


def test_an_empty_backlog_is_0_or_what_was_asked_for(world, run):
    world.job(count=1)
    assert run("--empty-exit-code", "7", "true").returncode == 0
    assert "nothing to process" in run("true").stderr
    assert run("true").returncode == 0
    assert run("--empty-exit-code", "7", "--iterations", "all", "true").returncode == 7


def test_a_paused_job_is_0_with_a_line(world, run):
    world.job()
    world.ok("job", "pause", "flights")
    result = run("true")
    assert result.returncode == 0
    assert "paused" in result.stderr
    assert batches(world) == []


def test_a_paused_campaign_is_0_with_a_line(world, run):
    world.job()
    world.ok("campaign", "create", "again", "--job", "flights")
    world.ok("campaign", "pause", "again", "--job", "flights")
    result = run("--campaign", "again", "true")
    assert (result.returncode, "paused" in result.stderr) == (0, True), result
    world.ok("campaign", "resume", "again", "--job", "flights")
    assert run("--campaign", "again", 'test "$TRANCHE_WINDOW" = again').returncode == 0


def test_the_status_is_that_of_the_first_failing_iteration(world, run):
    world.job("flights", *PATIENT, max_count=2)
    result = run("--iterations", "all", "exit $((TRANCHE_ITERATION == 2 ? 5 : TRANCHE_ITERATION == 4 ? 6 : 0))")
    assert result.returncode == 5
    assert [batch["status"] for batch in sorted(batches(world), key=lambda b: b["batch_id"])] == [
        "succeeded", "failed", "succeeded", "failed", "succeeded"]  # fmt: skip


def test_a_run_ends_after_three_failures_in_a_row(world, run):
    world.job("flights", *PATIENT, count=10, max_count=1)
    result = run("--iterations", "all", "test $TRANCHE_ITERATION = 3")
    # 1 and 2 fail, 3 breaks the row, 4, 5 and 6 end the run.
    assert (result.returncode, len(batches(world))) == (1, 6)
    assert "--max-failures 0" in result.stderr
    assert run("--iterations", "all", "--max-failures", "1", "exit 9").returncode == 9
    assert len(batches(world)) == 7
    run("--iterations", "all", "--max-failures", "0", "exit 9")
    assert len(batches(world)) == 10


def test_the_ledger_knows_how_the_run_ended(world, run):
    world.job("flights", *PATIENT, max_count=2)
    run("--iterations", "3", "test $TRANCHE_ITERATION != 2")
    (found,) = world.json("runs", "--job", "flights")
    assert (found["exit_status"], found["succeeded"], found["failed"]) == (1, 2, 1)
    assert found["ended_at"] is not None
    assert found["command"] == ["sh", "-c", "test $TRANCHE_ITERATION != 2"]


def test_the_message_is_the_last_line_of_standard_error(world, background):
    world.job("flights", *PATIENT)
    one = background("run", "--job", "flights", "--", "sh", "-c", "printf 'so far\\nno space \\377 left\\n\\n' >&2; exit 3")
    assert one.end() == 3
    assert b"no space \377 left\n" in one.err.read_bytes()
    message = world.json("batch", 1)["attempts"][0]["message"]
    assert message.startswith("no space") and message.endswith("left")


def test_json_lines_can_be_asked_of_the_runner(world):
    world.job()
    result = world("--log-format", "json", "run", "--job", "flights", "--", "true")
    assert all(json.loads(line)["message"] for line in result.stderr.splitlines())
