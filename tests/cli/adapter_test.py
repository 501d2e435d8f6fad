"""`run --adapter`: a program of one's own hears what happens, and can do the run no harm."""

import json
import stat
import time

import pytest
from background import gone, is_running, wait_for

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


@pytest.fixture
def program(tmp_path, tranche_env):
    """program(name, script) puts an executable tranche-adapter-NAME on PATH and returns its environment."""

    def make(name, script):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / f"tranche-adapter-{name}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return {"PATH": f"{folder}:{tranche_env['PATH']}", "HEARD": str(tmp_path / "heard")}

    return make


def heard(tmp_path):
    return [json.loads(line) for line in (tmp_path / "heard").read_text().splitlines()]


def test_a_program_hears_every_event(world, run, program, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    env = program("mine", 'cat > "$HEARD"; echo done >&2')
    result = run("--adapter", "mine", "--iterations", "2", 'echo 1/2 > "$TRANCHE_PROGRESS_FILE"; echo rows=5 > "$TRANCHE_OUTPUT_FILE"; '
                 "exit $((TRANCHE_ITERATION == 1 ? 3 : 0))", env={**env, "TRANCHE_IDENTITY_GIT_REVISION": "abc"})  # fmt: skip
    assert result.returncode == 3
    assert result.stdout == "" and "done\n" in result.stderr
    events = heard(tmp_path)
    assert [e["event"] for e in events] == [
        "run_started", "batch_acquired", "progress", "batch_released", "batch_acquired", "progress", "batch_released", "run_finished"]  # fmt: skip
    (recorded,) = world.json("runs", "--job", "flights")
    assert (events[0]["run"]["run_id"], events[0]["run"]["started_at"]) == (recorded["run_id"], recorded["started_at"])
    assert events[0]["run"]["identity"] == {"git_revision": "abc"} and events[0]["iterations"] == 2
    assert (events[1]["batch"]["first_key"], events[1]["batch"]["last_key"], events[1]["iteration"]) == (1, 4, 1)
    assert "BETWEEN" in events[1]["range_sql"] or ">=" in events[1]["range_sql"]
    assert (events[2]["batch_id"], events[2]["done"], events[2]["total"]) == (1, 1, 2)
    assert [(e["outcome"], e["attempt"], e["recorded"]) for e in events if e["event"] == "batch_released"] == [
        ("failed", 1, True), ("succeeded", 2, True)]  # fmt: skip
    assert events[6]["batch"]["outputs"] == {"rows": "5"}
    assert events[7]["exit_status"] == 3 and events[7]["summary"]["succeeded"] == 1
    assert not any("lease_token" in e.get("batch", {}) for e in events)


def test_each_command_of_several_is_told_once(world, run, program, tmp_path):
    world.job(count=40, max_count=2)
    assert run("--adapter", "mine", "--iterations", "all", "--jobs", "3", "true", env=program("mine", 'cat > "$HEARD"')).returncode == 0
    events = heard(tmp_path)
    acquired = [e["batch"]["batch_id"] for e in events if e["event"] == "batch_acquired"]
    released = [e["batch"]["batch_id"] for e in events if e["event"] == "batch_released"]
    assert len(acquired) == 20 and sorted(acquired) == sorted(released) == sorted(set(acquired))


@on_sqlite
def test_programs_that_fail_do_the_run_no_harm(world, run, program, tmp_path):
    world.job(count=40)
    env = program("dies", "exit 4")
    program("nonsense", "exec 0<&-; exit 0")
    program("mine", 'cat > "$HEARD"')
    env = program("fails", "cat > /dev/null; exit 7")
    result = run("--adapter", "dies", "--adapter", "fails", "--adapter", "mine", "--adapter", "nonsense", "--iterations", "all", "true", env=env)
    assert result.returncode == 0, result
    assert "adapter 'fails'" in result.stderr and "exit status 7" in result.stderr
    assert "adapter 'dies'" in result.stderr
    assert heard(tmp_path)[-1]["summary"]["succeeded"] == 10


@on_sqlite
def test_a_program_that_stands_still_delays_the_end_by_a_moment_only(world, run, program):
    world.job(count=40)
    start = time.monotonic()
    result = run("--adapter", "slow", "--iterations", "all", "true", env=program("slow", "sleep 600; true"))
    assert result.returncode == 0
    assert "adapter 'slow' was too slow" in result.stderr
    assert time.monotonic() - start < 60
    assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"] * 10


@on_sqlite
def test_a_program_hears_the_end_of_a_run_that_is_stopped(world, background, program, tmp_path):
    world.job()
    one = background("run", "--job", "flights", "--adapter", "mine", "--", "sh", "-c", "echo; exec sleep 600",
                     env=program("mine", 'cat > "$HEARD"'))  # fmt: skip
    wait_for(lambda: one.stdout())
    one.send(15)
    assert one.end() == 143
    assert [e["event"] for e in heard(tmp_path)] == ["run_started", "batch_acquired", "batch_released", "run_finished"]
    assert heard(tmp_path)[2]["outcome"] == "returned"


@on_sqlite
def test_a_program_sees_the_end_of_its_input_when_the_runner_is_killed(world, background, program, tmp_path):
    world.job()
    env = program("mine", 'echo $$ > "$HEARD.pid"; cat > "$HEARD"; echo over >> "$HEARD"')
    one = background("run", "--job", "flights", "--adapter", "mine", "--", "sh", "-c", "echo; exec sleep 600", env=env)
    wait_for(lambda: one.stdout())
    pid = int(wait_for(lambda: (tmp_path / "heard.pid").exists() and (tmp_path / "heard.pid").read_text()))
    assert is_running(pid)
    one.send(9)
    gone(pid)
    assert (tmp_path / "heard").read_text().endswith("over\n")


@on_sqlite
def test_an_adapter_that_is_not_there_is_refused(world, unchanged, tranche):
    world.job()
    line = unchanged(2, "run", "--job", "flights", "--adapter", "airflwo", "--", "true")
    assert "'airflwo'" in line and "auto, none, airflow, argo" in line and "tranche-adapter-NAME" in line
    assert "none" in unchanged(2, "run", "--job", "flights", "--adapter", "none", "--adapter", "argo", "--", "true")
    # Those that listen to runs are no commands.
    assert "adapter" not in tranche("--help").stdout.lower().split("--adapter")[0]


@on_sqlite
def test_a_program_hears_of_steps_what_it_hears_of_a_run(world, program, tmp_path):
    world.job()
    env = program("mine", 'cat >> "$HEARD"')
    batch = json.loads(world.ok("acquire", "--job", "flights", "--adapter", "mine", env=env).stdout)
    world.ok("release", batch["batch_id"], "--token", batch["lease_token"], "--status", "failed", "--exit-code", "3", "--adapter", "mine", env=env)
    events = heard(tmp_path)
    assert [e["event"] for e in events] == [
        "run_started", "batch_acquired", "batch_handed_over", "batch_resumed", "batch_released", "run_finished"]  # fmt: skip
    started, acquired, handed_over, resumed, released, finished = events
    assert started["run"]["run_id"] == resumed["run"]["run_id"] == finished["run_id"] == batch["run_id"]
    assert (started["iterations"], acquired["iteration"], handed_over["batch_id"]) == (1, 1, 1)
    assert {**acquired, "event": "batch_resumed", "run": started["run"]} == resumed
    assert (released["outcome"], released["told"], released["batch"]["exit_code"]) == ("failed", "failed with exit status 3", 3)
    assert (finished["exit_status"], finished["summary"]["failed"]) == (3, 1)
    (recorded,) = world.json("runs", "--job", "flights")
    assert (recorded["exit_status"], recorded["failed"]) == (3, 1)
    assert not any("lease_token" in e.get("batch", {}) for e in events)


@on_sqlite
@pytest.mark.parametrize("script, said", [("exit 4", "reads no more events"), ("sleep 600; true", "too slow"), ("cat > /dev/null; exit 7", "exit status 7")])
def test_a_program_that_fails_does_a_step_no_harm(world, program, script, said):
    world.job()
    env = program("mine", script)
    result = world("acquire", "--job", "flights", "--adapter", "mine", env=env)
    assert result.returncode == 0 and json.loads(result.stdout)["batch_id"] == 1
    # One that has gone at once may have taken all that it was told.
    assert said in result.stderr or script == "exit 4"


@on_sqlite
def test_what_prints_the_result_of_a_run_leaves_steps_alone(world, tmp_path):
    world.job()
    (tmp_path / "xcom").mkdir()
    env = {"AIRFLOW_CTX_DAG_ID": "daily", "TRANCHE_XCOM_DIR": str(tmp_path / "xcom"), "ARGO_NODE_ID": "n", "TRANCHE_ARGO_OUTPUTS": str(tmp_path / "argo")}
    batch = json.loads(world.ok("acquire", "--job", "flights", env=env).stdout)
    world.ok("release", batch["batch_id"], "--token", batch["lease_token"], "--status", "succeeded", env=env)
    assert list((tmp_path / "xcom").iterdir()) == [] and not (tmp_path / "argo").exists()
