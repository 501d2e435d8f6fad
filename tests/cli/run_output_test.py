"""`run`: the command's streams."""

import hashlib
import os
import re
import subprocess

import pytest

SIZE = 100_000_000
# 100 MB that differ from block to block.
FLOOD = "seq -f %015.0f 6250000"
on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


@pytest.fixture(scope="module")
def flood():
    digest = hashlib.sha256()
    with subprocess.Popen(["sh", "-c", FLOOD], stdout=subprocess.PIPE) as source:
        size = 0
        while block := source.stdout.read(1 << 20):
            digest.update(block)
            size += len(block)
    assert size == SIZE
    return digest.hexdigest()


def read_flood(stream):
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


@on_sqlite
@pytest.mark.parametrize("options", [(), ("--log-dir", "logs")])
def test_100_mb_of_output_pass_unchanged_in_bounded_memory(
    world, tranche_binary, tranche_env, tmp_path, flood, sanitized, options
):
    world.job()
    script = f'{FLOOD}; cat /proc/$PPID/status > "$DIR/status"'
    with subprocess.Popen(
        [tranche_binary, "run", "--job", "flights", *options, "--", "sh", "-c", script], cwd=tmp_path,
        env={**tranche_env, **world.env, "DIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert read_flood(process.stdout) == flood
        assert process.wait(120) == 0
    if options:
        log = (tmp_path / "logs" / "batch-1-attempt-1.out").read_bytes()
        assert hashlib.sha256(log).hexdigest() == flood
    if not sanitized:
        peak = int(re.search(r"VmHWM:\s+(\d+)", (tmp_path / "status").read_text())[1])
        assert peak < 24 * 1024


@on_sqlite
def test_100_mb_of_standard_error_pass_unchanged(world, tranche_binary, tranche_env, tmp_path, flood):
    world.job()
    with subprocess.Popen(
        [tranche_binary, "--log-level", "error", "run", "--job", "flights", "--", "sh", "-c", f"{FLOOD} >&2"],
        env={**tranche_env, **world.env}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert read_flood(process.stderr) == flood
        assert process.wait(120) == 0


def test_standard_output_belongs_to_the_command(world, run):
    world.job()
    result = run("--iterations", "all", "printf 'a\\0b'; echo problem >&2")
    assert result.stdout == "a\0b" * 3
    assert result.stderr.count("problem\n") == 3


def test_standard_input_is_empty(world, run):
    world.job()
    assert run("cat; readlink /proc/self/fd/0").stdout == "/dev/null\n"


@on_sqlite
def test_a_command_may_close_its_streams(world, run, tmp_path):
    world.job()
    assert run('exec >&- 2>&- <&-; touch "$DIR/done"').returncode == 0
    assert (tmp_path / "done").exists()


@on_sqlite
def test_nobody_needs_to_read_the_output(world, tranche_binary, tranche_env, tmp_path):
    world.job()
    command = [tranche_binary, "run", "--job", "flights", "--log-dir", tmp_path / "logs", "--", "sh", "-c", "seq 100000; seq 100000 >&2"]
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(command, env={**tranche_env, **world.env}, stdout=writer, stderr=writer, timeout=120)
    os.close(writer)
    assert ended.returncode == 0
    assert world.json("batch", 1)["status"] == "succeeded"


def test_log_dir_keeps_the_output_of_each_attempt(world, run, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    script = "echo out $TRANCHE_ATTEMPT; echo err $TRANCHE_ATTEMPT >&2; exit $((TRANCHE_ATTEMPT < 2))"
    result = run("--log-dir", tmp_path / "a" / "logs", "--iterations", "2", script)
    assert result.stdout == "out 1\nout 2\n"
    logs = {path.name: path.read_text() for path in (tmp_path / "a" / "logs").iterdir()}
    assert logs == {
        "batch-1-attempt-1.out": "out 1\n", "batch-1-attempt-1.err": "err 1\n",
        "batch-1-attempt-2.out": "out 2\n", "batch-1-attempt-2.err": "err 2\n",
    }  # fmt: skip


def test_a_log_dir_that_cannot_be_made_is_refused_before_anything_starts(world, run, tmp_path):
    world.job()
    (tmp_path / "file").write_text("")
    result = run("--log-dir", tmp_path / "file" / "logs", "true")
    assert (result.returncode, result.stderr.count("\n")) == (125, 1)
    assert str(tmp_path / "file" / "logs") in result.stderr
    assert world.json("batches", "--job", "flights") == world.json("runs", "--job", "flights") == []


def test_a_log_file_that_cannot_be_written_costs_no_attempt(world, run, tmp_path):
    world.job()
    (tmp_path / "logs" / "batch-1-attempt-1.out").mkdir(parents=True)
    result = run("--log-dir", tmp_path / "logs", "true")
    assert result.returncode == 125, result
    assert "batch-1-attempt-1.out" in result.stderr
    assert [(b["status"], b["attempt"]) for b in world.json("batches", "--job", "flights")] == [("planned", 0)]


@on_sqlite
def test_lines_of_jobs_that_run_at_once_carry_their_batch(world, run):
    world.job(count=8, max_count=2)
    result = run("--jobs", "4", "--iterations", "all", 'seq -f "$TRANCHE_BATCH_ID %g" 1000; printf end')
    lines = result.stdout.splitlines()
    for number in "1234":
        own = [line for line in lines if line.startswith(f"[{number}] ")]
        assert own == [f"[{number}] {number} {n}" for n in range(1, 1001)] + [f"[{number}] end"]
    assert len(lines) == 4004


@on_sqlite
def test_a_background_process_that_holds_the_output_does_not_hold_the_run(world, background, tmp_path):
    world.job()
    script = '{ sleep 1000; } & echo $! > "$DIR/pid"; echo over >&2'
    one = background("run", "--job", "flights", "--", "sh", "-c", script)
    try:
        assert one.end() == 0
        assert "over\n" in one.stderr()
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 9)
