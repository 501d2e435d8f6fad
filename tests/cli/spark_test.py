"""`run` of a spark-submit that only pretends: what the ledger knows of its application."""

import json

import pytest

# Prints its options and environment where it is told to, and then what stands in $LOG as its log.
SUBMIT = """#!/bin/sh
{ printf '%s\\n' "$@"; env; } > "$DIR/seen-$TRANCHE_BATCH_ID-$TRANCHE_ATTEMPT"
printf '%s' "$LOG" | sed "s/@/$TRANCHE_BATCH_ID$TRANCHE_ATTEMPT/g" >&2
printf '%s' "$PRINT"
[ -z "$SLEEP" ] || sleep "$SLEEP"
exit "${STATUS:-0}"
"""
CONNECTED = "26/01/01 00:00:00 INFO StandaloneSchedulerBackend: Connected to Spark cluster with app ID app-@\n"


@pytest.fixture
def submit(world, tmp_path):
    """submit(*words, options=[...], **env) -> the ended `tranche run … -- spark-submit words`"""
    program = tmp_path / "bin" / "spark-submit"
    program.parent.mkdir()
    program.write_text(SUBMIT)
    program.chmod(0o755)

    def call(*words, options=(), **env):
        env = {"DIR": str(tmp_path), "SPARK_CONF_DIR": str(tmp_path), **env}
        adapter = [] if "--adapter" in options else ["--adapter", "auto", "--adapter", "spark"]
        return world("run", "--job", "flights", *adapter, *options, "--", program, *words, env=env)

    return call


def seen(tmp_path, batch, attempt=1):
    return (tmp_path / f"seen-{batch}-{attempt}").read_text().splitlines()


def test_applications_are_found_by_their_ids_whatever_came_of_them(world, submit):
    world.job("flights", "--retry-delay", "0s")
    assert submit("job.py", LOG=CONNECTED, STATUS="3").returncode == 3
    assert submit("job.py", options=["--iterations", "2"], LOG=CONNECTED).returncode == 0
    first, second = reversed(world.json("runs", "--job", "flights"))
    for run, names in [(first, ["app-11"]), (second, ["app-12", "app-21"])]:
        assert run["identity"]["spark_application_id"] == names[-1]
        for name in names:
            (found,) = world.json("runs", "--identity", f"spark_application_id={name}")
            assert found["run_id"] == run["run_id"]
    assert world.json("runs", "--identity", "spark_application_id=app-22") == []
    attempts = world.json("asset", "--job", "flights", "--key", "1")["batches"][0]["attempts"]
    assert [one["outputs"]["spark_application_id"] for one in attempts] == ["app-11", "app-12"]


def test_the_application_of_a_command_that_ran_too_long_is_known_as_well(world, submit):
    world.job()
    assert submit("job.py", options=["--timeout", "1s", "--grace", "0s"], LOG=CONNECTED, SLEEP="60").returncode == 124
    assert len(world.json("runs", "--identity", "spark_application_id=app-11")) == 1
    assert world.json("batch", 1)["outputs"]["spark_application_id"] == "app-11"


def test_a_python_drivers_exception_is_read_as_it_passes_to_standard_output(world, submit):
    world.job()
    printed = "12 rows\nTraceback (most recent call last):\nValueError: bad day\n"
    result = submit("job.py", PRINT=printed, LOG="26/01/01 INFO ShutdownHookManager: Shutdown hook called\n", STATUS="1")
    assert (result.returncode, result.stdout) == (1, printed)
    assert world.json("batch", 1)["message"] == "ValueError: bad day"


def test_the_table_of_an_asset_shows_each_attempts_own_application(world, submit):
    world.job("flights", "--retry-delay", "0s")
    submit("job.py", LOG=CONNECTED, STATUS="3")
    submit("job.py", options=["--iterations", "2"], LOG=CONNECTED)
    shown = world("asset", "--job", "flights", "--key", "1").stdout
    assert "spark_application_id=app-11" in shown and "spark_application_id=app-12" in shown
    assert "app-21" not in shown
    task = {"AIRFLOW_CTX_DAG_ID": "daily", "AIRFLOW_CTX_TASK_ID": "load"}
    submit("job.py", LOG=CONNECTED, **task)
    assert "daily.load app-31" in world("batch", 3).stdout


def test_a_command_is_changed_where_the_adapter_is_asked_for(world, submit, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    url = world.env.get("TRANCHE_DB", "")
    assert submit("--name", "mine", "job.py").returncode == 0
    lines = seen(tmp_path, 1)
    assert "spark.tranche.batchId=1" in lines and lines.index("--name") > lines.index("spark.tranche.batchId=1")
    assert not any(line.startswith("TRANCHE_DB=") for line in lines) and "TRANCHE_BATCH_ID=1" in lines
    assert submit("job.py", options=["--adapter", "auto"]).returncode == 0
    lines = seen(tmp_path, 2)
    assert lines[0] == "job.py" and (not url or f"TRANCHE_DB={url}" in lines)


def test_a_driver_that_failed_behind_exit_0_is_a_failed_attempt(world, submit):
    world.job("flights", "--retry-delay", "0s")
    cluster = ["--master", "spark://h:7077", "--deploy-mode", "cluster", "job.jar"]
    log = "INFO ClientEndpoint: Driver successfully submitted as driver-@\nState of driver driver-@ is {}, exiting\n"
    failed = submit(*cluster, LOG=log.format("FAILED"))
    assert failed.returncode == 1 and "failed with exit status 1" in failed.stderr
    batch = world.json("batch", 1)
    assert (batch["status"], batch["exit_code"]) == ("failed", 1)
    assert "ended as FAILED" in batch["message"]
    assert submit(*cluster, LOG=log.format("FINISHED")).returncode == 0


def test_a_driver_that_failed_is_known_without_the_adapter_and_the_command_is_left_as_it_is(world, submit, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    cluster = ["--master", "spark://h:7077", "--deploy-mode", "cluster", "job.jar"]
    log = "INFO ClientEndpoint: Driver successfully submitted as driver-@\nState of driver driver-@ is FAILED, exiting\n"
    assert submit(*cluster, options=["--adapter", "auto"], LOG=log).returncode == 1
    assert seen(tmp_path, 1)[: len(cluster)] == cluster
    assert "ended as FAILED" in world.json("batch", 1)["message"]
    assert world.json("batch", 1)["outputs"]["spark_driver_id"] == "driver-11"


def test_a_driver_whose_end_is_not_known_is_told_of_and_fails_only_under_the_adapter(world, submit):
    world.job("flights", "--retry-delay", "0s")
    cluster = ["--master", "spark://h:7077", "--deploy-mode", "cluster", "job.jar"]
    log = "INFO ClientEndpoint: Driver successfully submitted as driver-@\n"
    watched = submit(*cluster, options=["--adapter", "auto"], LOG=log)
    assert watched.returncode == 0 and "how driver driver-11 ended is not known" in watched.stderr
    assert "counts as succeeded" in watched.stderr
    assert submit(*cluster, LOG=log).returncode == 1
    assert submit(*cluster, options=["--adapter", "none"], LOG=log).stderr.count("is not known") == 0


def test_another_command_under_the_adapter_is_told_of_once_and_run(world, run):
    world.job()
    result = run("--adapter", "spark", "--iterations", "2", "true")
    assert result.returncode == 0
    assert result.stderr.count("adapter 'spark'") == 1
    assert json.loads(world("runs", "-o", "jsonl").stdout)["identity"] == {}
