"""`run --adapter openlineage`: what a server of lineage hears of attempts."""

import json
import signal
import socket
import stat
import uuid

import pytest
from background import wait_for
from lineage import DATE, KEY, PASSWORD, TASK, TASK_RUN, one_start_and_one_end, parameters, types, waiting

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def test_a_success_is_a_start_and_a_complete(world, run, server, lineage):
    world.job()
    result = run("--iterations", "2", "true", env=lineage)
    assert result.returncode == 0 and "openlineage" not in result.stderr, result
    events = server.events()
    assert types(events) == ["START", "COMPLETE"] * 2
    assert len(one_start_and_one_end(events)) == 2
    assert set(server.keys) == {f"Bearer {KEY}"} and set(server.paths) == {"/api/v1/lineage"}
    start, complete = events[:2]
    assert (start["job"]["namespace"], start["job"]["name"]) == ("lake", "tranche.flights")
    assert start["job"]["facets"]["jobType"]["processingType"] == "BATCH"
    assert start["run"]["facets"]["processing_engine"]["name"] == "tranche"
    assert start["producer"].startswith("pkg:generic/tranche@")
    assert "parent" not in start["run"]["facets"] and "nominalTime" not in start["run"]["facets"]
    assert start["eventTime"] == world.json("batch", 1)["attempts"][0]["started_at"]
    assert complete["eventTime"] == world.json("batch", 1)["attempts"][0]["ended_at"]
    told = parameters(complete)
    assert (told["tranche.batch_id"], told["tranche.first_key"], told["tranche.last_key"], told["tranche.outcome"]) == ("1", "1", "4", "succeeded")
    assert complete["inputs"][0]["inputFacets"]["inputStatistics"]["rowCount"] == 4


def test_the_run_of_an_attempt_is_found_by_its_names(world, run, server, lineage):
    world.job()
    result = run('echo "$TRANCHE_RUN_ID $TRANCHE_BATCH_ID/$TRANCHE_ITERATION $OPENLINEAGE_PARENT_ID $OPENLINEAGE_ROOT_PARENT_ID"', env=lineage)
    run_id, name, parent, root = result.stdout.split()
    expected = str(uuid.uuid5(uuid.UUID(run_id), name))
    assert {event["run"]["runId"] for event in server.events()} == {expected}
    assert parent == root == f"lake/tranche.flights/{expected}"


def test_the_range_is_a_subset_of_the_source_table(world, run, server, lineage):
    world.job()
    run("true", env=lineage)
    for event in server.events():
        (dataset,) = event["inputs"]
        condition = dataset["inputFacets"]["subset"]["inputCondition"]
        assert (condition["type"], condition["operator"]) == ("binary", "AND")
        assert [condition[side]["left"]["field"] for side in ("left", "right")] == ["id", "id"]
        assert [condition[side]["comparison"] for side in ("left", "right")] == ["GREATER_EQUAL_THAN", "LESS_EQUAL_THAN"]
        assert [condition[side]["right"]["value"] for side in ("left", "right")] == ["1", "4"]


@on_sqlite
def test_a_table_in_sqlite_is_named_as_spark_names_it(world, run, server, lineage):
    world.job()
    run("true", env=lineage)
    assert {(d["namespace"], d["name"]) for e in server.events() for d in e["inputs"]} == {(f"sqlite:{world.path}", "assets")}


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_table_in_postgresql_is_named_by_server_database_and_schema(world, run, server, lineage):
    world.job()
    run("true", env=lineage)
    ((host, port, database),) = world.sql("SELECT coalesce(host(inet_server_addr()), ''), current_setting('port'), current_database()")
    (named,) = {(d["namespace"], d["name"]) for e in server.events() for d in e["inputs"]}
    assert named[1] == f"{database}.{world.source}.assets"
    assert named[0].endswith(f":{port}") and named[0].startswith("postgres://")
    assert host or named[0] == f"postgres://{socket.gethostname()}:{port}"


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_table_found_by_the_search_path_has_its_schema_too(world, run, server, lineage):
    world.assets()
    world.ok("job", "create", "flights", "--table", "assets", "--key", "id", "--max-count", "4",
             env={"PGOPTIONS": f"-c search_path={world.source}"})  # fmt: skip
    run("true", env={**lineage, "PGOPTIONS": f"-c search_path={world.source}"})
    (name,) = {d["name"] for e in server.events() for d in e["inputs"]}
    assert name.endswith(f".{world.source}.assets")


def test_a_failure_tells_why_and_its_retry_is_another_run(world, run, server, lineage):
    world.job("flights", "--retry-delay", "0s")
    result = run("--iterations", "2", 'if [ $TRANCHE_ATTEMPT = 1 ]; then echo no such bucket >&2; exit 3; fi', env=lineage)
    assert result.returncode == 3
    events = server.events()
    assert types(events) == ["START", "FAIL", "START", "COMPLETE"]
    assert len(one_start_and_one_end(events)) == 2
    failed = events[1]
    message = failed["run"]["facets"]["errorMessage"]["message"]
    assert "exit status 3" in message and "no such bucket" in message
    assert parameters(failed)["tranche.exit_code"] == "3" and failed["outputs"] == []
    assert [parameters(event)["tranche.attempt"] for event in events] == ["1", "1", "2", "2"]
    assert "errorMessage" not in events[3]["run"]["facets"]


def test_a_command_past_its_time_has_failed(world, run, server, lineage):
    world.job()
    assert run("--timeout", "200ms", "sleep 60", env=lineage).returncode == 124
    events = server.events()
    assert types(events) == ["START", "FAIL"] and parameters(events[1])["tranche.outcome"] == "timeout"


@on_sqlite
def test_a_command_that_is_not_there_has_failed(world, tranche, server, lineage):
    world.job()
    assert world("run", "--job", "flights", "--start-retries", "0", "--", "/nowhere", env=lineage).returncode == 127
    assert types(server.events()) == ["START", "FAIL"]


@on_sqlite
def test_what_the_failure_policy_lets_pass_is_complete_and_what_comes_again_is_aborted(world, run, server, lineage):
    world.job("flights", "--on-exit", "7=skip,8=snooze:1h,*=retry")
    run("--iterations", "2", "exit $((6 + TRANCHE_ITERATION))", env=lineage)
    events = server.events()
    assert types(events) == ["START", "COMPLETE", "START", "ABORT"]
    assert [parameters(event).get("tranche.outcome") for event in events] == [None, "skipped", None, "snoozed"]
    assert events[1]["outputs"] == []


def test_a_run_that_is_told_to_stop_is_aborted(world, run, background, server, lineage):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo; exec sleep 600", env=lineage)
    wait_for(one.stdout)
    wait_for(lambda: server.bodies, "the start")
    one.send(signal.SIGTERM)
    assert one.end() == 143
    # What there was no time for goes first now.
    assert run("true", env=lineage).returncode == 0
    events = server.events()
    assert types(events) == ["START", "ABORT", "START", "COMPLETE"]
    assert parameters(events[1])["tranche.outcome"] == "returned"
    assert "SIGTERM" in events[1]["run"]["facets"]["errorMessage"]["message"]


@on_sqlite
def test_a_runner_that_is_killed_has_aborted(world, background, server, lineage):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo; exec sleep 600", env=lineage)
    wait_for(one.stdout)
    wait_for(lambda: server.bodies, "the start")
    one.send(signal.SIGKILL)
    wait_for(lambda: len(server.bodies) == 2, "the end")
    assert types(server.events()) == ["START", "ABORT"]


def test_outputs_name_datasets_with_their_statistics(world, run, server, lineage):
    world.job()
    script = """cat > "$TRANCHE_OUTPUT_FILE" <<X
output_dataset=s3://lake/flights/day=1?X-Amz-Signature=secret-signature
rows=12
bytes=345
files=2
output_dataset.errors=postgresql://loader:secret-password@db:5432/lake.public.errors
row_count.errors=1
note=hello
X"""
    assert run(script, env=lineage).returncode == 0
    start, complete = server.events()
    assert start["outputs"] == []
    first, second = complete["outputs"]
    assert (first["namespace"], first["name"]) == ("s3://lake", "flights/day=1")
    numbers = first["outputFacets"]["outputStatistics"]
    assert (numbers["rowCount"], numbers["size"], numbers["fileCount"]) == (12, 345, 2)
    assert (second["namespace"], second["name"]) == ("postgres://db:5432", "lake.public.errors")
    assert second["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert parameters(complete)["tranche.output.note"] == "hello"
    assert b"secret-password" not in server.bodies[1]


@on_sqlite
@pytest.mark.parametrize("name", ["AIRFLOW_CTX_LOGICAL_DATE", "AIRFLOW_CTX_EXECUTION_DATE"], ids=["airflow 3", "airflow 2"])
def test_airflows_task_is_the_parent_by_the_id_that_airflow_gives_it(world, run, server, lineage, name):
    world.job()
    run("true", env={**lineage, **TASK, "AIRFLOW_CTX_LOGICAL_DATE": "", "AIRFLOW_CTX_DAG_RUN_ID": "my own name", name: DATE})
    facets = server.events()[0]["run"]["facets"]
    parent = facets["parent"]
    assert parent["job"] == {"namespace": "lake", "name": "daily.load"}
    assert parent["run"]["runId"] == TASK_RUN
    assert facets["nominalTime"]["nominalStartTime"] == "2026-01-01T00:00:00+00:00"
    assert parameters(server.events()[0])["tranche.identity.dag_run_id"] == "my own name"


@on_sqlite
@pytest.mark.parametrize("run_id, told", [("manual__2026-01-01T00:00:00+00:00_AbCdEf12", True), ("my own name", False)])
def test_without_a_logical_date_the_time_in_the_dag_runs_name_makes_the_id(world, run, server, lineage, run_id, told):
    world.job()
    run("true", env={**lineage, **TASK, "AIRFLOW_CTX_LOGICAL_DATE": "", "AIRFLOW_CTX_DAG_RUN_ID": run_id})
    facets = server.events()[0]["run"]["facets"]
    assert "nominalTime" not in facets
    assert facets["parent"]["run"]["runId"] == TASK_RUN if told else "parent" not in facets


@on_sqlite
def test_a_parent_that_is_given_holds_over_airflows_and_is_the_root_of_the_commands(world, run, server, lineage):
    world.job()
    one, two, three = (str(uuid.uuid4()) for _ in range(3))
    given = {"OPENLINEAGE_PARENT_ID": f"a/b/daily.load/{one}", "OPENLINEAGE_ROOT_PARENT_ID": f"a/b/daily/{two}"}
    result = run('echo "$OPENLINEAGE_ROOT_PARENT_ID"', env={**lineage, **TASK, **given})
    parent = server.events()[0]["run"]["facets"]["parent"]
    assert (parent["job"]["namespace"], parent["job"]["name"], parent["run"]["runId"]) == ("a/b", "daily.load", one)
    assert parent["root"] == {"job": {"namespace": "a/b", "name": "daily"}, "run": {"runId": two}}
    assert result.stdout.splitlines()[0] == f"a/b/daily/{two}"
    context = {"parent": {"run": {"runId": three}, "job": {"namespace": "n", "name": "j"}}}
    result = run('echo "$OPENLINEAGE_CONTEXT"', env={**lineage, **given, "OPENLINEAGE_CONTEXT": json.dumps(context)})
    parent = server.events()[2]["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == three and "root" not in parent
    handed = json.loads(result.stdout)["parent"]
    assert handed["run"]["runId"] == server.events()[2]["run"]["runId"] and "root" not in handed


@on_sqlite
@pytest.mark.parametrize("root", ["", "nonsense"])
def test_a_root_that_is_not_known_is_left_out(world, run, server, lineage, root):
    """The parent may hang below a run of its own, as a task does below that of its DAG."""
    world.job()
    given = {"OPENLINEAGE_PARENT_ID": f"a/daily.load/{uuid.uuid4()}", "OPENLINEAGE_ROOT_PARENT_ID": root}
    result = run('echo "$OPENLINEAGE_PARENT_ID ${OPENLINEAGE_ROOT_PARENT_ID-none}"', env={**lineage, **given})
    event = server.events()[0]["run"]
    assert "root" not in event["facets"]["parent"]
    assert result.stdout.split() == [f"lake/tranche.flights/{event['runId']}", "none"]


@on_sqlite
def test_a_parent_that_is_none_is_left_out(world, run, server, lineage):
    world.job()
    assert run("true", env={**lineage, "OPENLINEAGE_PARENT_ID": "nonsense", "OPENLINEAGE_CONTEXT": "{"}).returncode == 0
    assert "parent" not in server.events()[0]["run"]["facets"]


def test_secrets_are_in_no_event_and_in_no_file(world, run, server, lineage, spool):
    world.job()
    server.go_away()
    url = f"postgresql://me:{PASSWORD}@host/db"
    script = f"echo url={url} > $TRANCHE_OUTPUT_FILE; echo {url} refused >&2; exit 1"
    world("run", "--job", "flights", "--", "sh", "-c", script, "--token", PASSWORD, env={**lineage, "TRANCHE_IDENTITY_DB": url})
    kept = b"".join(path.read_bytes() for path in spool.rglob("*") if path.is_file())
    assert len(waiting(spool)) == 2
    assert PASSWORD.encode() not in kept and KEY.encode() not in kept and b"lease_token" not in kept
    told = parameters(json.loads(waiting(spool)[1].read_text()))
    assert {"tranche.output.url", "tranche.identity.db", "tranche.command"} <= told.keys()
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in waiting(spool))
