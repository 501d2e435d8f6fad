"""`run` in a pod of Argo Workflows: output parameters, progress and exit codes."""

import json
import signal

import pytest
from background import wait_for

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter
PARAMETERS = {"run_id", "exit_status", "iterations", "succeeded", "failed", "count", "weight", "first_key", "last_key",
              "outputs.json", "summary.json"}  # fmt: skip


@pytest.fixture
def pod(tmp_path):
    (tmp_path / "argo").mkdir()
    return {"ARGO_NODE_ID": "flights-x7k2p-2915231471", "ARGO_PROGRESS_FILE": str(tmp_path / "argo" / "progress"),
            "TRANCHE_ARGO_OUTPUTS": str(tmp_path / "outputs")}  # fmt: skip


def parameters(tmp_path):
    """Each is written beside its place first, under a name with a dot."""
    return {path.name: path.read_text() for path in (tmp_path / "outputs").iterdir() if not path.name.startswith(".")}


def test_output_parameters_are_files(world, run, pod, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    result = run("--iterations", "3", "echo rows=$TRANCHE_COUNT > \"$TRANCHE_OUTPUT_FILE\"; [ $TRANCHE_ITERATION != 1 ] || exit 3", env=pod)
    assert (result.returncode, result.stdout) == (3, "")
    found = parameters(tmp_path)
    assert found.keys() == PARAMETERS
    assert {name: found[name] for name in PARAMETERS - {"run_id", "summary.json"}} == {
        "exit_status": "3", "iterations": "3", "succeeded": "2", "failed": "1", "count": "8", "weight": "360",
        "first_key": "1", "last_key": "8", "outputs.json": '{"rows":"4"}'}  # fmt: skip
    assert json.loads(found["summary.json"])["run_id"] == found["run_id"] == world.json("runs", "--job", "flights")[0]["run_id"]


@on_sqlite
def test_an_empty_backlog_leaves_every_parameter_too(world, run, pod, tmp_path):
    world.job()
    run("--adapter", "none", "--iterations", "all", "true")
    assert run("true", env=pod).returncode == 0
    found = parameters(tmp_path)
    assert found.keys() == PARAMETERS and (found["count"], found["first_key"], found["exit_status"]) == ("0", "", "0")


@on_sqlite
def test_parameters_are_there_while_the_command_runs(world, background, pod, tmp_path):
    """Where a pod is evicted, Argo takes what it finds when the command is told to stop."""
    world.job()
    one = background("run", "--job", "flights", "--iterations", "2", "--", "sh", "-c",
                     "[ $TRANCHE_ITERATION = 1 ] || { echo; exec sleep 600; }", env=pod)  # fmt: skip
    wait_for(lambda: one.stdout())
    wait_for(lambda: (tmp_path / "outputs" / "count").exists() and parameters(tmp_path)["count"] == "4")
    assert parameters(tmp_path).keys() == PARAMETERS
    one.send(signal.SIGTERM)
    assert one.end() == 143
    assert parameters(tmp_path)["exit_status"] == "143"


@on_sqlite
def test_progress_is_in_assets_and_never_falls(world, background, pod, tmp_path):
    world.job()
    step = tmp_path / "step"
    script = ('for n in 1 2; do echo $n/2 > "$TRANCHE_PROGRESS_FILE"; echo; '
              'while [ ! -e "$DIR/step$TRANCHE_ITERATION$n" ]; do sleep 0.02; done; done')  # fmt: skip
    one = background("run", "--job", "flights", "--iterations", "2", "--", "sh", "-c", script, env=pod)
    progress = tmp_path / "argo" / "progress"
    for number, text in (("11", "2/8\n"), ("12", "4/8\n"), ("21", "6/8\n"), ("22", "8/8\n")):
        wait_for(lambda text=text: progress.exists() and progress.read_text() == text, text)
        step.with_name("step" + number).touch()
    assert one.end() == 0
    assert progress.read_text() == "8/8\n"


@on_sqlite
@pytest.mark.parametrize(("script", "options", "status"), [
    ("exit 3", (), 3), ("kill -9 $$", (), 137), ("exec sleep 100", ("--timeout", "100ms"), 124), ("exit 99", (), 99)])  # fmt: skip
def test_exit_codes_tell_ends_apart(world, run, pod, script, options, status):
    world.job()
    assert run(*options, script, env=pod).returncode == status


@on_sqlite
def test_the_codes_of_tranche_itself(world, run, pod, background, tmp_path):
    world.job()
    assert world("run", "--job", "flights", "--start-retries", "0", "--", tmp_path / "none", env=pod).returncode == 127
    assert run("true", env={**pod, "TRANCHE_DB": f"sqlite:{tmp_path}/none.db"}).returncode == 125


@on_sqlite
def test_files_that_cannot_be_written_fail_nothing(world, run, pod):
    world.job()
    result = run("true", env={**pod, "TRANCHE_ARGO_OUTPUTS": "/proc/none", "ARGO_PROGRESS_FILE": "/proc/none/progress"})
    assert result.returncode == 0 and "adapter 'argo'" in result.stderr
