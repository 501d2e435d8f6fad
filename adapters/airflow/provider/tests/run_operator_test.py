"""TrancheRunOperator: the command line that it makes, and what a run's end means to Airflow."""

import signal
import threading
import time
from types import SimpleNamespace

import pytest
from conftest import batch, context, summary

from tranche_provider.compat import AirflowException, AirflowFailException, AirflowSkipException
from tranche_provider.exceptions import TrancheError
from tranche_provider.operators.tranche import TrancheRunOperator


def operator(**arguments):
    return TrancheRunOperator(**{"task_id": "load", "job": "flights", "command": ["load.sh", "{items_file}"], **arguments})


def test_the_arguments_are_the_flags_of_the_command(fake):
    operator(campaign="may", max_count=100, max_weight="10GiB", iterations="all", jobs=2, follow=True).execute(context())
    words = fake.words("run")
    before, command = words[: words.index("--")], words[words.index("--") + 1 :]
    assert command == ["load.sh", "{items_file}"]
    assert " ".join(before).startswith(
        "run --job flights --campaign may --max-count 100 --max-weight 10GiB --iterations all --jobs 2 --follow "
        "--adapter airflow --adapter auto --summary "
    )


def test_a_string_goes_to_a_shell(fake):
    operator(command="a | b").execute(context())
    assert fake.words("run")[-3:] == ["sh", "-c", "a | b"]


@pytest.mark.parametrize("command", ["", " ", [], ["a", 1], None])
def test_what_is_no_command_is_refused(fake, command):
    with pytest.raises(ValueError, match="command: .* cannot be run"):
        operator(command=command).execute(context())
    assert fake.calls("run") == []


def test_other_adapters_come_after_airflows(fake):
    operator(adapter=["openlineage", "airflow"]).execute(context())
    assert " ".join(fake.words("run")).count("--adapter") == 3
    assert "--adapter airflow --adapter auto --adapter openlineage" in " ".join(fake.words("run"))


def test_the_database_goes_by_the_environment_only(fake):
    operator(db="postgresql://u:secret@host/db").execute(context())
    (call,) = fake.calls("run")
    assert call["env"]["TRANCHE_DB"] == "postgresql://u:secret@host/db"
    assert not any("secret" in word for word in call["words"])
    assert call["stdin"] == "/dev/null"


def test_the_tasks_names_go_by_the_environment(fake):
    operator(env={"COLOUR": "blue"}).execute(context(map_index=7, try_number=1))
    env = fake.env("run")
    told = {name: env.get(name) for name in ("AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_TRY_NUMBER", "TRANCHE_IDENTITY_MAP_INDEX", "COLOUR")}
    assert list(told.values()) == ["daily", "1", "7", "blue"]


def test_a_task_that_is_not_mapped_has_no_map_index(fake):
    operator().execute(context())
    assert "TRANCHE_IDENTITY_MAP_INDEX" not in fake.env("run")
    assert "AIRFLOW_CTX_LOGICAL_DATE" not in fake.env("run")


def test_env_takes_strings_only(fake):
    with pytest.raises(ValueError, match="env: 'N' is of type int; only strings are accepted"):
        operator(env={"N": 1}).execute(context())


def test_the_result_is_the_summary_without_tokens(fake):
    result = operator().execute(context())
    assert (result["succeeded"], result["first_key"], result["last_key"]) == (1, 1, 4)
    assert "lease_token" not in result["batches"][0]


def test_the_run_is_told_at_the_end_of_the_log_and_by_a_link(fake):
    fake.answer("run-info", "RUN  0f8f")
    task = context()
    operator().execute(task)
    assert fake.words("run-info") == ["run-info", "0f8f"]
    assert task["ti"].pushed == {"tranche_run_link": "https://flow.example/log"}


def test_the_link_is_the_runs_page_where_one_is_configured(fake, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TRANCHE__RUN_URL", "https://tranche.example/runs/{run_id}")
    task = context()
    operator().execute(task)
    assert task["ti"].pushed == {"tranche_run_link": "https://tranche.example/runs/0f8f"}


def test_a_run_info_that_fails_fails_nothing(fake):
    fake.answer("run-info", status=125, errors="tranche: the database is away")
    assert operator().execute(context())["succeeded"] == 1


def test_99_skips_the_task(fake):
    fake.answer("run", status=99, summary=summary(iterations=0, succeeded=0, batches=[]))
    with pytest.raises(AirflowSkipException, match="nothing to hand out"):
        operator().execute(context())


def test_a_failed_batch_is_the_reason(fake):
    failed = batch(7, status="failed", message="failed with exit status 3", attempt=2)
    fake.answer("run", status=3, summary=summary(exit_status=3, succeeded=0, failed=1, batches=[failed]))
    with pytest.raises(AirflowException) as raised:
        operator().execute(context())
    assert str(raised.value) == (
        "tranche run of job 'flights' ended with 3: batch 7 (keys 25 to 28, attempt 2 of 3): failed with exit status 3"
    )


def test_tranches_own_failure_is_told_in_its_words(fake):
    fake.answer("run", status=125, errors="tranche: job 'flights' not found; jobs here: trains")
    with pytest.raises(TrancheError, match="ended with 125: tranche: job 'flights' not found; jobs here: trains$"):
        operator().execute(context())


def test_what_is_refused_at_once_is_not_tried_again(fake):
    fake.answer("run", status=2, errors="tranche: run: --max-count: 'x' is no number")
    with pytest.raises(AirflowFailException, match="--max-count"):
        operator(max_count="x").execute(context())


def test_a_command_that_ends_with_2_is_tried_again(fake):
    fake.answer("run", status=2, summary=summary(exit_status=2, batches=[batch(status="failed")]))
    with pytest.raises(TrancheError) as raised:
        operator().execute(context())
    assert not isinstance(raised.value, AirflowFailException)


def test_a_missing_program_is_told_with_what_to_do(fake, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TRANCHE__PROGRAM", "/nowhere/tranche")
    with pytest.raises(TrancheError, match="no program '/nowhere/tranche' on this worker; install tranche there or"):
        operator().execute(context())


def test_both_db_and_conn_id_are_refused(fake):
    with pytest.raises(ValueError, match="db and conn_id are both given"):
        operator(db="sqlite:x", conn_id="y").execute(context())


def test_on_kill_stops_the_run_and_waits_for_it(fake):
    """From a signal handler over execute, as Airflow calls it."""
    fake.answer("run", wait=True)
    one = operator()
    killed = []
    before = signal.signal(signal.SIGUSR1, lambda *_: killed.append(one.on_kill()))
    waiting = fake.folder / "waiting"

    def kill():
        deadline = time.monotonic() + 60
        while not waiting.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    try:
        threading.Thread(target=kill).start()
        with pytest.raises(TrancheError, match="ended with 143, by signal 15"):
            one.execute(context())
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert killed == [None]


class TimeOut(BaseException):
    """As Airflow's own, which no `except Exception` catches."""


def test_a_time_out_inside_execute_stops_the_run(fake, monkeypatch):
    fake.answer("run", wait=True)
    waiting = fake.folder / "waiting"

    def wait(child):
        deadline = time.monotonic() + 60
        while not waiting.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        raise TimeOut

    monkeypatch.setattr("tranche_provider.child.ChildProcess.wait", wait)
    one = operator()
    with pytest.raises(TimeOut):
        one.execute(context())
    assert one._child.stop(0) is True


class Outlet:
    uri = "s3://out"


class Events(dict):
    def __missing__(self, key):
        return self.setdefault(key, SimpleNamespace(extra=None))


def test_outlets_are_told_the_range(fake):
    outlet, alias = Outlet(), SimpleNamespace(uri=None)
    task = {**context(), "outlet_events": Events()}
    one = operator()
    one.outlets = [outlet, alias]
    one.execute(task)
    assert task["outlet_events"][outlet].extra == {
        "tranche": {
            "run_id": "0f8f", "job": "flights", "window": "incremental", "succeeded": 1, "count": 4, "weight": 40,
            "first_key": 1, "last_key": 4,
        }
    }  # fmt: skip
    assert len(task["outlet_events"]) == 1
