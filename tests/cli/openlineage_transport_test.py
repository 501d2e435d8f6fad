"""Where events of lineage go, by the settings of OpenLineage's own client."""

import json
import shutil
import subprocess

import pytest
from lineage import KEY, PASSWORD, check, one_start_and_one_end, types

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


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
    shutil.copy(tranche_binary, alone)
    result = subprocess.run([alone / "tranche", "run", "--job", "flights", "--", "true"], env={**tranche_env, **world.env, **lineage},
                            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert result.returncode == 0
    assert "adapter 'openlineage' is left out: the executable tranche-adapter-openlineage is neither" in result.stderr
