"""`tranche job …`: definitions."""

import json
import re

import pytest


def test_create_checks_shows_and_stores_a_definition(world):
    world.assets()
    job = world.json("job", "create", "flights", "--table", world.name("assets"), "--key", "id", "--item", "item",
                     "--weight", "weight", "--filter", "kind = 'csv'", "--max-count", "4", "--max-weight", "1KiB",
                     "--max-attempts", "5", "--retry-delay", "1m", "--on-exit", "64-78=fail,*=retry",
                     "--lease", "10m", "--start-key", "3", "--settle", "2s")  # fmt: skip
    assert {name: job[name] for name in ("name", "version", "paused", "state", "key_type", "key_order")} == {
        "name": "flights", "version": 1, "paused": False, "state": "active", "key_type": "integer", "key_order": "proved",
    }  # fmt: skip
    assert (job["max_count"], job["max_weight"], job["max_attempts"]) == (4, 1024, 5)
    assert (job["retry_delay"], job["lease"], job["settle"], job["start_key"]) == ("1m", "10m", "2s", "3")
    assert world.json("job", "show", "flights") == job
    assert [listed["name"] for listed in world.json("job", "list")] == ["flights"]
    shown = world.ok("job", "show", "flights").stdout
    assert re.search(r"^KEY ORDER +proved", shown, re.M) and re.search(r"^FILTER +kind = 'csv'", shown, re.M)


def test_create_warns_of_an_unproved_order(world):
    world.create("texts", "name TEXT PRIMARY KEY")
    result = world.ok("job", "create", "texts", "--table", world.name("texts"), "--key", "name")
    assert "tranche: warning: the order of keys is unproved" in result.stderr
    assert re.search(r"^KEY ORDER +unproved", result.stdout, re.M)


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_create_warns_of_a_source_whose_commits_a_crash_undoes(world):
    world.assets(2)
    forgetful = f"{world.url}&options=-c%20synchronous_commit%3Doff"
    for source, warns in ((forgetful, True), (world.url, False)):
        result = world.ok("job", "create", f"job{warns}", "--source", source, "--table", world.name("assets"), "--key", "id")
        assert ("synchronous_commit is off" in result.stderr) == warns


def test_list_of_nothing_makes_no_inventory(tranche, tmp_path):
    assert tranche("job", "list", "-o", "json").stdout == "[]\n"
    assert tranche("job", "list").stderr == "tranche: no jobs\n"
    assert not (tmp_path / "data").exists()


def test_a_name_is_taken_once(world, unchanged):
    world.job()
    line = unchanged(125, "job", "create", "flights", "--table", world.name("assets"), "--key", "id")
    assert "flights" in line


@pytest.mark.parametrize("name", ["", "a b", "-x", ".x", "x" * 64, "ü"])
def test_a_bad_name_is_refused_before_any_database_is_opened(tranche, refused, tmp_path, name):
    refused(tranche("job", "create", "--table", "t", "--key", "id", "--", name))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "options, word",
    [
        (["--max-count", "0"], "--max-count"),
        (["--max-count", "-5"], "--max-count"),
        (["--max-count", "1.5"], "--max-count"),
        (["--max-count", "9007199254740993"], "--max-count"),
        (["--max-count", "99999999999999999999999"], "--max-count"),
        (["--max-weight", "0"], "--max-weight"),
        (["--max-weight", "-1"], "--max-weight"),
        (["--max-weight", "heavy"], "--max-weight"),
        (["--max-weight", "1e999"], "--max-weight"),
        (["--max-weight", "10"], "weight column"),
        (["--max-attempts", "0"], "--max-attempts"),
        (["--max-attempts", "1001"], "--max-attempts"),
        (["--retry-delay", "soon"], "--retry-delay"),
        (["--retry-delay", "-1s"], "--retry-delay"),
        (["--lease", "10"], "--lease"),
        (["--lease", "10ms"], "--lease"),
        (["--on-exit", "1=explode"], "1=explode"),
        (["--on-exit", "300=retry"], "300=retry"),
        (["--item", ""], "--item"),
        (["--source", "somewhere"], "somewhere"),
        (["--filter", "x" * 20000], "filter"),
        (["--key", "again"], "--key"),
    ],
)
def test_malformed_values_are_refused_before_any_database_is_opened(tranche, refused, tmp_path, options, word):
    assert word in refused(tranche("job", "create", "j", "--table", "t", "--key", "id", *options))
    assert not (tmp_path / "data").exists()


def test_update_changes_what_is_given_and_keeps_the_rest(world):
    world.job("flights", "--filter", "kind = 'csv'", "--lease", "10m")
    before = world.json("job", "show", "flights")
    after = world.json("job", "update", "flights", "--max-count", "7", "--no-filter", "--no-lease")
    assert after["version"] == 2
    assert (after["max_count"], after["filter"], after["lease"]) == (7, "", None)
    same = set(before) - {"version", "max_count", "filter", "lease", "updated_at"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    again = world.ok("job", "update", "flights", "--max-count", "7")
    assert "is as before" in again.stderr
    assert world.json("job", "show", "flights")["version"] == 2


def test_update_refuses_what_cannot_be(world, unchanged):
    world.job()
    assert "--no-filter" in unchanged(2, "job", "update", "flights", "--filter", "id > 1", "--no-filter")
    assert "nosuch" in unchanged(125, "job", "update", "flights", "--filter", "nosuch = 1")
    assert "weight" in unchanged(125, "job", "update", "flights", "--no-weight", "--max-weight", "10")
    assert "nosuch" in unchanged(125, "job", "update", "nosuch", "--max-count", "1")
    world.acquire()
    world.create("other")
    assert "table" in unchanged(125, "job", "update", "flights", "--table", world.name("other"))


def test_pause_and_resume(world):
    world.job()
    world.ok("job", "pause", "flights")
    assert world.json("job", "list")[0]["state"] == "paused"
    result = world("acquire", "--job", "flights")
    assert (result.returncode, result.stdout) == (99, "")
    assert "is paused" in result.stderr and result.stderr.count("\n") == 1
    world.ok("job", "resume", "flights")
    assert world.acquire()["first_key"] == 1


def test_resume_goes_on_after_the_policy_halted_the_job(world):
    world.job("flights", "--on-exit", "*=halt", "--retry-delay", "0s")
    world.release(world.acquire(), "failed", "--exit-code", "1")
    job = world.json("job", "show", "flights")
    assert job["state"] == "halted" and "batch" in job["state_reason"]
    assert world("acquire", "--job", "flights").returncode == 99
    world.ok("job", "resume", "flights")
    assert world.json("job", "show", "flights")["state"] == "active"
    assert world.acquire()["attempt"] == 2


def test_delete_takes_the_ledger_and_leaves_the_assets(world, unchanged):
    world.job()
    batch = world.acquire()
    assert "processing" in unchanged(125, "job", "delete", "flights")
    world.release(batch)
    world.ok("job", "delete", "flights")
    assert world.json("job", "list") == []
    assert len(world.sql(f"SELECT id FROM {world.name('assets')}")) == 10
    assert "flights" in unchanged(125, "job", "delete", "flights")


def test_what_show_prints_can_be_applied(world, tmp_path):
    world.job("flights", "--filter", "kind = 'csv'", "--start-key", "2")
    shown = world.ok("job", "show", "flights", "-o", "json").stdout
    assert world.json("job", "apply", "-", input=shown) == [{"name": "flights", "change": "unchanged", "version": 1}]
    job = json.loads(shown)
    job["max_count"] = 9
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert world.json("job", "apply", "job.json") == [{"name": "flights", "change": "changed", "version": 2}]
    world.ok("job", "delete", "flights")
    assert world.json("job", "apply", "job.json") == [{"name": "flights", "change": "created", "version": 1}]
    fields = set(job) - {"created_at", "updated_at", "version"}
    again = world.json("job", "show", "flights")
    assert {name: again[name] for name in fields} == {name: job[name] for name in fields}


def test_apply_takes_several_jobs_and_changes_none_where_one_is_wrong(world, unchanged):
    world.assets()
    good = {"name": "a", "table": world.name("assets"), "key": "id"}
    bad = {**good, "name": "b", "filter": "nosuch = 1"}
    line = unchanged(125, "job", "apply", "-", input=json.dumps([good, bad]))
    assert "job 'b'" in line and "nosuch" in line
    applied = world.json("job", "apply", "-", input=json.dumps([good, {**good, "name": "b"}]))
    assert [job["change"] for job in applied] == ["created", "created"]


@pytest.mark.parametrize(
    "text, word",
    [
        ("{", "no JSON"),
        ("[1]", "no job with a name"),
        ('{"table": "t"}', "no job with a name"),
        ('{"name": "a b", "table": "t", "key": "id"}', "a b"),
        ('{"name": "a", "key": "id"}', "table"),
        ('{"name": "a", "table": "t", "key": "id", "colour": 1}', "colour"),
        ('{"name": "a", "table": "t", "key": "id", "max_count": 0}', "max_count"),
        ('{"name": "a", "table": "t", "key": "id", "lease": "soon"}', "lease"),
        ('[{"name": "a", "table": "t", "key": "id"}, {"name": "a", "table": "t", "key": "id"}]', "twice"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(tranche, refused, tmp_path, text, word):
    (tmp_path / "jobs.json").write_text(text)
    line = refused(tranche("job", "apply", "jobs.json"), 125)
    assert "jobs.json" in line and word in line
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_missing(tranche, refused):
    assert "nowhere.json: cannot be read: No such file" in refused(tranche("job", "apply", "nowhere.json"), 125)


def test_a_retry_delay_may_grow(world):
    world.job("flights", "--retry-delay", "30s", "--retry-backoff", "exponential", "--max-retry-delay", "15m")
    shown = world.json("job", "show", "flights")
    assert (shown["retry_backoff"], shown["max_retry_delay"]) == ("exponential", "15m")
    assert "30s, doubling up to 15m" in world.ok("job", "show", "flights").stdout
    world.ok("job", "update", "flights", "--retry-backoff", "constant")
    assert world.json("job", "show", "flights")["retry_backoff"] == "constant"


def test_where_the_table_is_is_told_by_the_connection(world):
    world.assets(2)
    world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id")
    place = world.json("job", "show", "flights", "--place")
    if world.kind == "sqlite":
        assert place == {"kind": "sqlite", "host": None, "port": None, "database": str(world.path), "schema": None, "table": "assets"}
    else:
        ((port, database),) = world.sql("SELECT current_setting('port'), current_database()")
        assert (place["kind"], place["port"], place["database"]) == ("postgresql", port, database)
        assert (place["schema"], place["table"]) == (world.source, "assets") and place["host"]
    assert f"DATABASE  {place['database']}\n" in world.ok("job", "show", "flights", "--place").stdout
