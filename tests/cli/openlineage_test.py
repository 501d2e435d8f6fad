"""`run --adapter openlineage`: what a server of lineage hears of attempts, and what happens while it is away."""

import json
import os
import signal
import socket
import stat
import subprocess
import time
import uuid

import pytest
from background import wait_for
from lineage import KEY, PASSWORD, Server, check, one_start_and_one_end, parameters, types
from proxy import Proxy

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter

DATE = "2026-01-01T02:00:00+02:00"
TASK = {
    "AIRFLOW_CTX_DAG_ID": "daily", "AIRFLOW_CTX_TASK_ID": "load", "AIRFLOW_CTX_TRY_NUMBER": "2",
    "AIRFLOW_CTX_DAG_RUN_ID": "scheduled__2026-01-01T00:00:00+00:00", "AIRFLOW_CTX_LOGICAL_DATE": DATE,
}  # fmt: skip
# What the client for Python and Airflow's provider make of the task above, in namespace "lake".
TASK_RUN = "019b76da-a800-710f-8578-ee9b4d1231e8"


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "state" / "openlineage"


@pytest.fixture
def lineage(tmp_path, server):
    """The environment of a run that tells `server`."""
    return {"OPENLINEAGE_URL": server.url, "OPENLINEAGE_API_KEY": KEY, "OPENLINEAGE_NAMESPACE": "lake",
            "TRANCHE_STATE_DIR": str(tmp_path / "state")}


def waiting(spool):
    return sorted(spool.glob("*/*.json"))


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


def test_events_wait_while_the_server_is_away_and_go_in_order_when_it_is_back(world, run, server, lineage, spool):
    world.job(count=40)
    server.go_away()
    start = time.monotonic()
    result = run("--iterations", "3", "true", env=lineage)
    assert result.returncode == 0 and time.monotonic() - start < 60
    assert "6 events wait in" in result.stderr and str(spool) in result.stderr
    assert len(waiting(spool)) == 6 and server.bodies == []
    server.come_back()
    result = run("true", env=lineage)
    assert "openlineage" not in result.stderr
    events = server.events()
    assert types(events) == ["START", "COMPLETE"] * 4
    assert [event["eventTime"] for event in events] == sorted(event["eventTime"] for event in events)
    assert len(one_start_and_one_end(events)) == 4
    assert waiting(spool) == []


@on_sqlite
def test_a_server_that_comes_back_during_the_run_hears_of_it_then(world, background, server, lineage, spool):
    world.job()
    server.go_away()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo; exec sleep 600", env=lineage)
    wait_for(one.stdout)
    wait_for(lambda: waiting(spool), "the start to wait")
    server.come_back()
    wait_for(lambda: server.bodies, "the start to be sent")
    assert waiting(spool) == []
    one.send(signal.SIGTERM)
    assert one.end() == 143


@on_sqlite
def test_a_server_that_never_answers_delays_nothing_but_the_end(world, run, server, lineage, spool):
    world.job(count=40)
    server.hanging.clear()
    start = time.monotonic()
    result = run("--iterations", "all", "true", env=lineage)
    assert result.returncode == 0 and time.monotonic() - start < 60
    assert "20 events wait in" in result.stderr and "too slow" not in result.stderr
    assert world.json("backlog", "--job", "flights")["count"] == 0
    assert len(waiting(spool)) == 20


@on_sqlite
def test_runs_side_by_side_send_everything_once(world, background, server, lineage, spool):
    world.job(count=60, max_count=1)
    every = [background("run", "--job", "flights", "--iterations", "all", "--", "true", env=lineage) for _ in range(4)]
    assert [one.end() for one in every] == [0] * 4
    # What one wrote last, another that sends meanwhile takes along.
    wait_for(lambda: len(server.bodies) == 120, "all events")
    assert len(one_start_and_one_end(server.events())) == 60
    assert waiting(spool) == []


@on_sqlite
def test_an_event_that_is_refused_stops_no_other(world, run, server, lineage, spool):
    world.job()
    server.answer = lambda event: 422 if event["eventType"] == "START" else 200
    result = run("true", env=lineage)
    assert result.returncode == 0 and "1 events were refused: the server answered 422" in result.stderr
    assert types(server.events()) == ["COMPLETE"] and waiting(spool) == []


@on_sqlite
@pytest.mark.parametrize("status, left", [(500, 0), (503, 2), (401, 2)])
def test_a_server_in_trouble_is_not_an_event_in_trouble(world, run, server, lineage, spool, status, left):
    world.job()
    server.answer = lambda event: status if event["eventType"] == "START" else 200
    assert run("true", env=lineage).returncode == 0
    assert len(waiting(spool)) == left
    server.answer = lambda event: status
    assert run("true", env=lineage).returncode == 0
    assert len(waiting(spool)) == left + 2


@on_sqlite
def test_what_waits_is_bounded_and_the_oldest_goes(world, run, server, lineage, spool):
    world.job(count=40, max_count=1)
    server.go_away()
    result = run("--iterations", "all", "true", env={**lineage, "TRANCHE_OPENLINEAGE_SPOOL_BYTES": "40000"})
    assert result.returncode == 0 and "were given up" in result.stderr
    left = [json.loads(path.read_text()) for path in waiting(spool)]
    assert 0 < sum(path.stat().st_size for path in waiting(spool)) <= 45000
    assert parameters(left[-1])["tranche.last_key"] == "40" and left[-1]["eventType"] == "COMPLETE"


@on_sqlite
def test_events_for_one_server_never_go_to_another(world, run, server, lineage, spool):
    world.job()
    server.go_away()
    run("true", env=lineage)
    server.come_back()
    run("true", env={**lineage, "OPENLINEAGE_ENDPOINT": "other/place"})
    assert types(server.events()) == ["START", "COMPLETE"] and set(server.paths) == {"/other/place"}
    assert len(waiting(spool)) == 2


@on_sqlite
def test_without_a_folder_that_may_be_written_events_are_sent_all_the_same(world, run, server, lineage, tmp_path):
    world.job()
    (tmp_path / "state").write_text("")
    result = run("true", env=lineage)
    assert types(server.events()) == ["START", "COMPLETE"] and "openlineage" not in result.stderr
    server.go_away()
    assert "TRANCHE_STATE_DIR" in run("true", env=lineage).stderr
    assert list(tmp_path.glob("tranche-lineage.*")) == []


FILE = {"OPENLINEAGE__TRANSPORT__TYPE": "file", "OPENLINEAGE__TRANSPORT__APPEND": "true"}


@on_sqlite
def test_the_file_transport_appends_whole_lines_whoever_else_writes(world, background, tmp_path):
    world.job(count=60, max_count=1)
    env = {**FILE, "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(tmp_path / "events")}
    every = [background("run", "--job", "flights", "--iterations", "all", "--", "true", env=env) for _ in range(4)]
    assert [one.end() for one in every] == [0] * 4
    events = [check(json.loads(line)) for line in (tmp_path / "events").read_text().splitlines()]
    assert len(one_start_and_one_end(events)) == 60


@on_sqlite
def test_the_file_transport_writes_a_file_for_each_event_unless_it_appends(world, run, tmp_path):
    world.job()
    transport = {"type": "file", "log_file_path": str(tmp_path / "events")}
    assert run("true", env={"OPENLINEAGE__TRANSPORT": json.dumps(transport)}).returncode == 0
    found = sorted(tmp_path.glob("events-20*.json"))
    assert types(check(json.loads(path.read_text())) for path in found) == ["START", "COMPLETE"]


@on_sqlite
def test_a_file_that_cannot_be_written_fails_nothing(world, run, tmp_path):
    world.job()
    result = run("true", env={**FILE, "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(tmp_path / "none" / "events")})
    assert result.returncode == 0 and result.stderr.count("cannot write") == 1


@on_sqlite
def test_the_console_transport_leaves_standard_output_to_the_command(world, run):
    world.job()
    result = run("echo mine", env={"OPENLINEAGE__TRANSPORT__TYPE": "console"})
    assert result.stdout == "mine\n"
    assert types(check(json.loads(line)) for line in result.stderr.splitlines() if line.startswith("{")) == ["START", "COMPLETE"]


@on_sqlite
def test_the_http_transport_is_described_by_the_clients_variables(world, run, server, tmp_path):
    world.job()
    env = {"OPENLINEAGE__TRANSPORT__TYPE": "http", "OPENLINEAGE__TRANSPORT__URL": server.url + "/base/",
           "OPENLINEAGE__TRANSPORT__ENDPOINT": "lineage", "TRANCHE_STATE_DIR": str(tmp_path / "state"),
           "OPENLINEAGE__TRANSPORT__AUTH": json.dumps({"type": "api_key", "apiKey": KEY})}  # fmt: skip
    assert run("true", env=env).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"]
    assert set(server.keys) == {f"Bearer {KEY}"} and set(server.paths) == {"/base/lineage"}


@on_sqlite
def test_the_transport_is_described_by_the_clients_file_which_holds_over_variables(world, run, server, tmp_path):
    world.job()
    file = tmp_path / "openlineage.yml"
    file.write_text(f"""
transport:
  type: http
  url: {server.url}/base/
  endpoint: lineage
  timeout: 2.5
  verify: no
  auth: &key
    type: api_key
    apiKey: "{KEY}"
facets:
  environment_variables: [HOME]
""")  # fmt: skip
    env = {"OPENLINEAGE_CONFIG": str(file), "OPENLINEAGE__TRANSPORT__ENDPOINT": "elsewhere", "TRANCHE_STATE_DIR": str(tmp_path / "state")}
    assert run("true", env=env).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"]
    assert set(server.keys) == {f"Bearer {KEY}"} and set(server.paths) == {"/base/lineage"}


@on_sqlite
@pytest.mark.parametrize("text, said", [
    (f"transport: [apiKey: {KEY}", "is no YAML that can be read, line 1"),
    (f"{KEY}", "holds no settings: 'transport:' with a 'type:' is expected"),
    ("", "holds no settings"),
    ("a: &a\n  b: *a\n", "is no YAML that can be read"),
    ("tags: {}\n", "nothing says where to send events"),
    (f"transport:\n  type: kafka\n  config: {KEY}\n", "transport 'kafka' is not known here"),
])  # fmt: skip
def test_a_file_of_settings_that_is_not_understood_is_one_warning_without_its_words(world, run, text, said, tmp_path):
    world.job()
    (tmp_path / "openlineage.yml").write_text(text)
    result = run("true", env={"OPENLINEAGE_CONFIG": str(tmp_path / "openlineage.yml"), "TRANCHE_STATE_DIR": str(tmp_path / "state")})
    assert result.returncode == 0
    assert len([line for line in result.stderr.splitlines() if said in line]) == 1
    assert result.stderr.count("warning:") == 1 and KEY not in result.stderr


@on_sqlite
@pytest.mark.parametrize("env, said", [
    ({"OPENLINEAGE__TRANSPORT__TYPE": "kafka"}, "transport 'kafka' is not known here; accepted are http, file, console and noop"),
    ({"OPENLINEAGE__TRANSPORT__TYPE": "http"}, "OPENLINEAGE__TRANSPORT__URL"),
    ({"OPENLINEAGE__TRANSPORT__TYPE": "file"}, "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH"),
    ({"OPENLINEAGE_URL": f"ftp://me:{PASSWORD}@host"}, "must begin with http:// or https://"),
    ({"OPENLINEAGE_CONFIG": "/nowhere/openlineage.yml"}, "the file named by OPENLINEAGE_CONFIG, /nowhere/openlineage.yml, cannot be read"),
])  # fmt: skip
def test_what_is_not_understood_is_one_warning(world, run, env, said, tmp_path):
    world.job()
    result = run("true", env={**env, "TRANCHE_STATE_DIR": str(tmp_path / "state")})
    assert result.returncode == 0
    assert len([line for line in result.stderr.splitlines() if said in line]) == 1
    assert result.stderr.count("warning:") == 1 and PASSWORD not in result.stderr


@on_sqlite
@pytest.mark.parametrize("env", [{}, {"OPENLINEAGE_DISABLED": "True", "OPENLINEAGE_URL": "http://127.0.0.1:1"},
                                 {"OPENLINEAGE__TRANSPORT__TYPE": "noop"}])  # fmt: skip
def test_elsewhere_and_where_it_is_disabled_nothing_is_said(world, run, tmp_path, env):
    world.job()
    result = run('echo "[$OPENLINEAGE_PARENT_ID]"', env={**env, "TRANCHE_STATE_DIR": str(tmp_path / "state")})
    assert result.returncode == 0 and "warning" not in result.stderr
    assert env.get("OPENLINEAGE__TRANSPORT__TYPE") or result.stdout == "[]\n"
    assert not (tmp_path / "state").exists()


@on_sqlite
def test_asked_for_by_name_it_says_what_is_missing(world, run):
    world.job()
    result = run("--adapter", "openlineage", "true")
    assert result.returncode == 0 and "set OPENLINEAGE_URL" in result.stderr


@on_sqlite
def test_without_its_program_a_run_goes_on(world, tranche_binary, tranche_env, tmp_path, lineage):
    world.job()
    alone = tmp_path / "bin"
    alone.mkdir()
    os.link(tranche_binary, alone / "tranche") if os.stat(tranche_binary).st_dev == os.stat(alone).st_dev else \
        (alone / "tranche").write_bytes(tranche_binary.read_bytes())
    (alone / "tranche").chmod(0o755)
    result = subprocess.run([alone / "tranche", "run", "--job", "flights", "--", "true"], env={**tranche_env, **world.env, **lineage},
                            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert result.returncode == 0
    assert "adapter 'openlineage' is left out: the executable tranche-adapter-openlineage is neither" in result.stderr


def acquire(world, *options, env):
    return json.loads(world.ok("acquire", "--job", "flights", *options, env=env).stdout)


def release(world, batch, *options, env):
    return world("release", batch["batch_id"], "--token", batch["lease_token"], *options, env=env)


@pytest.mark.parametrize("status, end", [("succeeded", "COMPLETE"), ("failed", "FAIL"), ("returned", "ABORT")])
def test_steps_tell_the_start_and_the_end_of_an_attempt(world, server, lineage, status, end):
    world.job()
    batch = acquire(world, env={**lineage, **TASK})
    assert types(server.events()) == ["START"]
    result = release(world, batch, "--status", status, "--message", "so it was", "--output", "output_dataset=s3://lake/x",
                     env={**lineage, **TASK, "AIRFLOW_CTX_TASK_ID": "end"})  # fmt: skip
    assert result.returncode == 0 and "warning" not in result.stderr
    start, told = server.events()
    assert types([start, told]) == ["START", end]
    run_id = str(uuid.uuid5(uuid.UUID(batch["run_id"]), f"{batch['batch_id']}/1"))
    assert start["run"]["runId"] == told["run"]["runId"] == run_id
    assert start["job"] == told["job"]
    assert (start["inputs"][0]["namespace"], start["inputs"][0]["name"]) == (told["inputs"][0]["namespace"], told["inputs"][0]["name"])
    assert start["inputs"][0]["inputFacets"]["subset"] == told["inputs"][0]["inputFacets"]["subset"]
    (attempt,) = world.json("batch", batch["batch_id"])["attempts"]
    assert (start["eventTime"], told["eventTime"]) == (attempt["started_at"], attempt["ended_at"])
    assert parameters(start).items() <= parameters(told).items() and parameters(told)["tranche.outcome"] == status
    # Another task releases: whose child this is was told by the start.
    assert start["run"]["facets"]["parent"]["job"]["name"] == "daily.load" and "parent" not in told["run"]["facets"]
    assert [d["namespace"] for d in told["outputs"]] == (["s3://lake"] if end == "COMPLETE" else [])
    if end != "COMPLETE":
        assert "so it was" in told["run"]["facets"]["errorMessage"]["message"]


@on_sqlite
def test_the_failure_policy_has_its_say_in_the_end_of_a_step(world, server, lineage):
    world.job("flights", "--on-exit", "7=skip,8=snooze:0s,*=retry")
    for code in (8, 7):
        release(world, acquire(world, env=lineage), "--status", "failed", "--exit-code", str(code), env=lineage)
    assert types(server.events()) == ["START", "ABORT", "START", "COMPLETE"]
    assert [parameters(event).get("tranche.outcome") for event in server.events()] == [None, "snoozed", None, "skipped"]


def test_a_release_that_repeats_an_earlier_one_tells_nothing(world, server, lineage):
    world.job()
    batch = acquire(world, env=lineage)
    for _ in range(2):
        assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert release(world, batch, "--status", "failed", env=lineage).returncode == 125
    assert types(server.events()) == ["START", "COMPLETE"]


@on_sqlite
def test_a_release_after_its_lease_tells_the_end_as_long_as_it_counts(world, server, lineage):
    world.job("flights", "--max-attempts", "1")
    batch = acquire(world, "--lease", "1s", env=lineage)
    # Whoever acquires next notes that the only attempt is lost.
    wait_for(lambda: world("acquire", "--job", "flights", "--retry", "only").returncode == 99
             and world.json("batch", batch["batch_id"])["status"] == "failed", "the lease to end")  # fmt: skip
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"]


@on_sqlite
def test_a_batch_that_was_cancelled_meanwhile_is_aborted_and_one_of_another_token_is_not(world, server, lineage):
    world.job()
    batch = acquire(world, env=lineage)
    world.ok("cancel", batch["batch_id"], "--yes")
    assert release(world, {**batch, "lease_token": "another"}, "--status", "succeeded", env=lineage).returncode == 125
    assert types(server.events()) == ["START"]
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 125
    start, abort = server.events()
    assert abort["eventType"] == "ABORT" and abort["run"]["runId"] == start["run"]["runId"]
    assert parameters(abort)["tranche.outcome"] == "cancelled" and "cancelled" in abort["run"]["facets"]["errorMessage"]["message"]


@on_sqlite
def test_a_release_for_a_runner_that_died_tells_nothing_as_the_runners_adapter_has(world, background, server, lineage):
    world.job()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo $TRANCHE_LEASE_TOKEN; exec sleep 600", env=lineage)
    token = wait_for(one.stdout).strip()
    wait_for(lambda: server.bodies, "the start")
    one.send(signal.SIGKILL)
    wait_for(lambda: len(server.bodies) == 2, "the end")
    assert world("release", "1", "--token", token, "--status", "returned", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "ABORT"]


@on_sqlite
def test_what_a_step_could_not_send_goes_with_the_next(world, server, lineage, spool):
    world.job()
    server.go_away()
    batch = acquire(world, env=lineage)
    assert len(waiting(spool)) == 1
    server.come_back()
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert types(server.events()) == ["START", "COMPLETE"] and waiting(spool) == []


@on_sqlite
def test_a_server_that_never_answers_neither_fails_nor_holds_a_step(world, server, lineage, spool):
    world.job()
    server.hanging.clear()
    start = time.monotonic()
    batch = acquire(world, env=lineage)
    assert release(world, batch, "--status", "succeeded", env=lineage).returncode == 0
    assert time.monotonic() - start < 60
    assert [json.loads(path.read_text())["eventType"] for path in waiting(spool)] == ["START", "COMPLETE"]


@on_sqlite
def test_a_source_that_is_gone_leaves_the_end_of_a_step_without_its_input(world, tmp_path, server, lineage):
    world.job()
    inventory = f"sqlite:{tmp_path}/inventory.db"
    world.ok("--db", inventory, "job", "create", "away", "--source", f"sqlite:{world.path}", "--table", "assets", "--key", "id")
    batch = json.loads(world.ok("--db", inventory, "acquire", "--job", "away", env=lineage).stdout)
    os.rename(world.path, f"{world.path}.away")
    result = release(world, batch, "--db", inventory, "--status", "succeeded", env=lineage)
    os.rename(f"{world.path}.away", world.path)
    assert result.returncode == 0, result
    start, complete = server.events()
    assert types([start, complete]) == ["START", "COMPLETE"] and len(start["inputs"]) == 1 and complete["inputs"] == []


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_source_that_does_not_answer_holds_no_step(world, server, lineage):
    world.assets()
    proxy = Proxy(world.url)
    try:
        world.ok("job", "create", "flights", "--source", proxy.url, "--table", world.name("assets"), "--key", "id", "--max-count", "4")
        batch = acquire(world, env=lineage)
        proxy.passing.clear()
        result = release(world, batch, "--status", "succeeded", env={**lineage, "PGCONNECT_TIMEOUT": "600"})
    finally:
        proxy.close()
    assert result.returncode == 0, result
    start, complete = server.events()
    assert types([start, complete]) == ["START", "COMPLETE"] and len(start["inputs"]) == 1 and complete["inputs"] == []


@on_sqlite
def test_a_batch_that_could_not_be_handed_over_was_never_begun(world, server, lineage, tmp_path):
    world.job()
    folder = tmp_path / "batch"
    (folder / "batch_id").mkdir(parents=True)
    assert world("acquire", "--job", "flights", "-o", "argo", "--output-dir", folder, env=lineage).returncode == 125
    assert server.bodies == []


@on_sqlite
def test_a_step_tells_whoever_it_is_asked_to_tell(world, server, lineage, unchanged):
    world.job()
    batch = acquire(world, "--adapter", "none", env=lineage)
    assert release(world, batch, "--status", "succeeded", "--adapter", "none", env=lineage).returncode == 0
    assert server.bodies == []
    assert "'opnelineage'" in unchanged(2, "acquire", "--job", "flights", "--adapter", "opnelineage")
    result = world("acquire", "--job", "flights", "--adapter", "openlineage")
    assert result.returncode == 0 and "set OPENLINEAGE_URL" in result.stderr and json.loads(result.stdout)["batch_id"] == 2
