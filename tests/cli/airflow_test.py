"""`run` as a task of Airflow: what the task's result is, and what is left of it when it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest
from background import gone, is_running, wait_for

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter

TASK = {
    "AIRFLOW_CTX_DAG_ID": "daily", "AIRFLOW_CTX_TASK_ID": "load", "AIRFLOW_CTX_DAG_RUN_ID": "manual__2026-01-01T00:00:00+00:00",
    "AIRFLOW_CTX_TRY_NUMBER": "2", "AIRFLOW__API__BASE_URL": "https://flow.example",
}  # fmt: skip


@pytest.fixture
def task(run):
    return lambda *args, env=None: run(*args, env={**TASK, **(env or {})})


def test_the_last_line_of_standard_output_is_the_result(world, task):
    world.job()
    result = task("--iterations", "2", "echo from the command")
    assert result.returncode == 0
    *lines, last = result.stdout.splitlines()
    assert lines == ["from the command"] * 2
    told = json.loads(last)
    assert (told["succeeded"], told["count"], told["first_key"], told["last_key"], told["exit_status"]) == (2, 8, 1, 8, 0)


def test_the_result_is_told_of_a_failure_too_and_once_where_it_was_asked_for(world, task, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    result = task("exit 3")
    assert result.returncode == 3 and json.loads(result.stdout)["failed"] == 1
    result = task("--summary", "-", "true")
    assert result.stdout.count("\n") == 1 and json.loads(result.stdout)["succeeded"] == 1
    result = task("--summary", tmp_path / "summary", "true")
    assert json.loads(result.stdout) == json.loads((tmp_path / "summary").read_text())


def test_an_empty_backlog_is_99_and_nothing_else_is(world, task):
    world.job("flights", "--retry-delay", "0s")
    assert task("exit 99").returncode == 1
    assert world.json("batch", 1)["exit_code"] == 99
    assert task("--iterations", "all", "true").returncode == 0
    empty = task("true")
    assert empty.returncode == 99 and json.loads(empty.stdout)["iterations"] == 0
    assert task("--empty-exit-code", "0", "true").returncode == 0


@on_sqlite
def test_without_airflow_nothing_is_printed_and_99_is_the_commands_own(world, run):
    world.job("flights", "--retry-delay", "0s")
    plain = run("exit 99", env={})
    assert (plain.returncode, plain.stdout) == (99, "")
    chosen = run("--adapter", "none", "true", env=TASK)
    assert (chosen.returncode, chosen.stdout) == (0, "")
    assert json.loads(run("--adapter", "airflow", "true").stdout)["succeeded"] == 1


@on_sqlite
def test_the_return_value_of_a_pod_is_written_where_its_folder_is(world, task, tmp_path):
    world.job()
    xcom = tmp_path / "xcom"
    assert task("true", env={"TRANCHE_XCOM_DIR": str(xcom)}).returncode == 0
    assert not xcom.exists()
    xcom.mkdir()
    result = task("true", env={"TRANCHE_XCOM_DIR": str(xcom)})
    assert [path.name for path in xcom.iterdir()] == ["return.json"]
    assert json.loads((xcom / "return.json").read_text()) == json.loads(result.stdout)


@on_sqlite
def test_a_return_value_that_cannot_be_written_fails_nothing(world, task, tmp_path):
    world.job()
    (tmp_path / "return.json").mkdir()
    result = task("true", env={"TRANCHE_XCOM_DIR": str(tmp_path)})
    assert result.returncode == 0 and "adapter 'airflow'" in result.stderr


def test_a_task_that_is_told_to_stop_releases_within_the_grace_of_airflow(world, background):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.05; done", env=TASK)
    pid = int(wait_for(one.stdout))
    told = time.time()
    one.send(signal.SIGTERM)
    assert one.end() == 143
    gone(pid)
    (attempt,) = world.json("batch", 1)["attempts"]
    assert attempt["outcome"] == "returned"
    # Airflow kills after 5 s; measured are 3.1 s.
    assert datetime.fromisoformat(attempt["ended_at"].replace("Z", "+00:00")).timestamp() - told < 5


def test_a_run_is_found_by_airflows_names(world, task):
    world.job()
    task("true")
    task("true", env={"AIRFLOW_CTX_TRY_NUMBER": "3", "TRANCHE_IDENTITY_GIT_REVISION": "0a1b2c"})
    assert len(world.json("runs", "--identity", "dag_id=daily")) == 2
    (found,) = world.json("runs", "--job", "flights", "--identity", "dag_id=daily", "--identity", "try_number=3")
    assert found["identity"]["dag_run_id"] == TASK["AIRFLOW_CTX_DAG_RUN_ID"] and found["identity"]["git_revision"] == "0a1b2c"
    assert found["link"].startswith("https://flow.example/dags/daily/runs/manual__") and found["link"].endswith("/tasks/load?try_number=3")
    assert world.json("runs", "--identity", "dag_id=weekly") == []
    shown = world.ok("run-info", found["run_id"]).stdout
    assert "daily.load manual__2026-01-01T00:00:00+00:00 try 3" in shown and found["link"] in shown


@on_sqlite
def test_airflow_2_has_other_names_and_pages(world, task):
    world.job()
    date = "2026-01-01T00:00:00+00:00"
    two = {"AIRFLOW_CTX_EXECUTION_DATE": date, "AIRFLOW__API__BASE_URL": "", "AIRFLOW__WEBSERVER__BASE_URL": "https://flow.example/"}
    task("true", env=two)
    task("true", env={**two, "TRANCHE_IDENTITY_MAP_INDEX": "3"})
    mapped, plain = world.json("runs", "--identity", f"logical_date={date}")
    run_id = "manual__2026-01-01T00%3A00%3A00%2B00%3A00"
    page = f"https://flow.example/dags/daily/grid?dag_run_id={run_id}&task_id=load"
    end = "&base_date=2026-01-01T00%3A00%3A00%2B00%3A00&tab=logs"
    assert (plain["link"], mapped["link"]) == (page + end, f"{page}&map_index=3{end}")


def test_an_asset_names_the_task_that_processed_it(world, task):
    world.job()
    task("true")
    (run,) = world.json("asset", "--job", "flights", "--key", "1")["runs"]
    assert (run["identity"]["dag_id"], run["identity"]["task_id"], run["identity"]["try_number"]) == ("daily", "load", "2")
    (run,) = world.json("batch", "1")["runs"]
    assert run["identity"]["dag_id"] == "daily"
    for command in (["asset", "--job", "flights", "--item", "file1"], ["batch", "1"]):
        shown = world.ok(*command).stdout
        assert "daily.load manual__2026-01-01T00:00:00+00:00 try 2" in shown and run["link"] in shown


def test_a_step_outside_a_runner_has_its_names_too(world):
    world.job()
    batch = json.loads(world.ok("acquire", "--job", "flights", env=TASK).stdout)
    (found,) = world.json("runs", "--identity", "task_id=load")
    assert found["run_id"] == batch["run_id"]


@on_sqlite
@pytest.mark.parametrize("pair", ["dag_id", "=daily", ""])
def test_an_identity_is_a_name_and_a_value(world, unchanged, pair):
    world.job()
    assert "NAME=VALUE" in unchanged(2, "runs", "--identity", pair)
    assert "twice" in unchanged(2, "runs", "--identity", "a=1", "--identity", "a=2")


# As Airflow's task process: it makes a session for its operator's command, and a shell may stand between.
CALLER = """
import subprocess, sys
process = subprocess.Popen(sys.argv[1:], start_new_session=True, stdin=subprocess.DEVNULL)
print(process.pid, flush=True)
process.wait()
"""


def call(tranche_binary, env, cwd, *before):
    words = [*before, str(tranche_binary), "run", "--job", "flights", "--", "sh", "-c", 'echo $$ > "$DIR/pid"; exec sleep 600']
    return subprocess.Popen([sys.executable, "-c", CALLER, *words], env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def pid_in(path):
    return int(wait_for(lambda: path.exists() and path.read_text().strip()))


@pytest.mark.parametrize("before", [(), ("sh", "-c", '"$@"; exit $?', "sh")], ids=["directly", "by a shell"])
def test_a_killed_task_leaves_no_second_writer(world, tranche_binary, tranche_env, tmp_path, before):
    world.job()
    env = {**tranche_env, **world.env, **TASK, "DIR": str(tmp_path)}
    with call(tranche_binary, env, tmp_path, *before) as caller:
        command = pid_in(tmp_path / "pid")
        caller.kill()
        gone(command)
    wait_for(lambda: world.json("batch", 1)["status"] == "planned", "the batch to go back")
    assert world.json("batch", 1)["attempts"][0]["outcome"] == "returned"


@on_sqlite
def test_a_killed_runner_leaves_no_second_writer(world, background, tmp_path):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", 'sleep 600 & echo $! $$ > "$DIR/pid"; wait', env=TASK)
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    pids = [int(word) for word in (tmp_path / "pid").read_text().split()]
    assert all(map(is_running, pids))
    one.send(signal.SIGKILL)
    one.end()
    gone(*pids)


@on_sqlite
def test_elsewhere_a_run_outlives_whoever_began_it(world, tranche_binary, tranche_env, tmp_path):
    world.job()
    env = {**tranche_env, **world.env, "DIR": str(tmp_path)}
    with call(tranche_binary, env, tmp_path) as caller:
        runner = int(caller.stdout.readline())
        command = pid_in(tmp_path / "pid")
        caller.kill()
        caller.wait()
    assert is_running(command) and is_running(runner)
    os.kill(runner, signal.SIGTERM)
    gone(command, runner)


@on_sqlite
def test_standard_input_is_let_go_of(world, background, tmp_path):
    """It is the supervisor's socket there: who holds it delays what Airflow sees."""
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", 'readlink /proc/self/fd/0 /proc/$PPID/fd/0; exec sleep 600')
    assert wait_for(lambda: one.stdout().count("\n") == 2 and one.stdout()) == "/dev/null\n/dev/null\n"
    one.send(signal.SIGTERM)
    one.end()
