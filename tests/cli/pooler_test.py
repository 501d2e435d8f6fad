"""pgbouncer in transaction mode: each transaction may meet another server process, and tranche does not mind."""

import pytest
from background import wait_for
from pooler import Pooler, program

pytestmark = [
    pytest.mark.skipif(program() is None, reason="pgbouncer is not installed: bootstrap.sh --test-packages"),
    pytest.mark.parametrize("world", ["postgres"], indirect=True),
]


@pytest.fixture
def pooled(world):
    """The same world through a pooler; world.sql still speaks to the server itself."""
    pooler = Pooler(world.url)
    world.env["TRANCHE_DB"] = pooler.url
    yield world
    pooler.close()


def succeeded(world, *options):
    found = world.json("batches", "--job", "flights", "--status", "succeeded", "--limit", "1000", *options)
    return sorted((b["first_key"], b["last_key"]) for b in found)


def test_several_runners_drain_a_job_though_there_are_fewer_connections_than_workers(pooled, background):
    pooled.job(count=200)
    runs = [background("run", "--job", "flights", "--iterations", "all", "--jobs", "2", "--", "true") for _ in range(3)]
    assert [one.end() for one in runs] == [0, 0, 0], [one.stderr() for one in runs]
    assert succeeded(pooled) == [(n, n + 3) for n in range(1, 200, 4)]
    assert pooled.json("backlog", "--job", "flights")["count"] == 0


def test_steps_outside_a_runner(pooled):
    pooled.job()
    batch = pooled.acquire()
    pooled.ok("heartbeat", batch["batch_id"], "--token", batch["lease_token"], "--lease", "1h")
    assert pooled.ok("items", batch["batch_id"]).stdout == "file1\nfile2\nfile3\nfile4\n"
    pooled.release(batch, "returned")
    pooled.release(pooled.acquire(), "failed", "--message", "broken")
    pooled.ok("retry", "--job", "flights", "--all-failed", "--yes")
    assert pooled.done()["batch_id"] == batch["batch_id"]
    assert pooled.json("asset", "--job", "flights", "--key", "2")["batches"][0]["status"] == "succeeded"
    assert pooled.json("plan", "--job", "flights")[0]["first_key"] == 5
    pooled.ok("tick")


def test_a_heartbeat_goes_through_it(pooled, background, tmp_path):
    pooled.job()
    one = background("run", "--job", "flights", "--lease", "1s", "--", "sh", "-c", 'while [ ! -e "$DIR/go" ]; do sleep 0.02; done')
    ends = set()
    wait_for(lambda: pooled.json("batches", "--job", "flights"), "the batch")
    wait_for(lambda: ends.add(pooled.json("batch", 1)["lease_expires_at"]) or len(ends) > 3, "more heartbeats")
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()


def test_a_campaign_and_a_source_of_its_own(pooled):
    pooled.job()
    pooled.ok("campaign", "create", "again", "--job", "flights", "--from", "3", "--to", "8")
    pooled.ok("run", "--job", "flights", "--campaign", "again", "--iterations", "all", "--", "true")
    assert succeeded(pooled, "--campaign", "again") == [(3, 6), (7, 8)]
    # An inventory elsewhere, only the assets behind the pooler: its connection reads and never begins a transaction.
    url = pooled.env["TRANCHE_DB"]
    pooled.env["TRANCHE_DB"] = "sqlite:elsewhere.db"
    pooled.ok("job", "create", "flights", "--table", pooled.name("assets"), "--key", "id", "--max-count", "4", "--source", url)
    pooled.ok("run", "--job", "flights", "--iterations", "all", "--", "true")
    assert succeeded(pooled) == [(1, 4), (5, 8), (9, 10)]


def test_what_one_client_sets_no_other_meets(pooled, background):
    """tranche limits the time of its scans and forbids itself to write while it reads: both end with the transaction."""
    pooled.job(count=200)
    runs = [background("run", "--job", "flights", "--iterations", "all", "--", "true") for _ in range(3)]
    pooled.json("backlog", "--job", "flights")
    assert [one.end() for one in runs] == [0, 0, 0]
    settings = ("statement_timeout", "default_transaction_read_only", "synchronous_commit", "default_transaction_isolation")
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in settings)
    pooled.url, direct = pooled.env["TRANCHE_DB"], pooled.url
    # More looks than the pooler has server connections, at once, so that each is seen.
    through = {row for _ in range(6) for row in pooled.sql(query)}
    prepared = pooled.sql("SELECT count(*) FROM pg_prepared_statements")
    pooled.url = direct
    assert through == set(pooled.sql(query))
    assert prepared == [("0",)]


def test_register_goes_through_it(pooled, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(name)
    pooled.ok("register", "--table", pooled.name("files"), "--glob", "*.csv", tmp_path)
    pooled.ok("register", "--table", pooled.name("files"), "--glob", "*.csv", tmp_path)
    assert pooled.sql(f"SELECT count(*) FROM {pooled.name('files')}") == [("2",)]


def test_doctor_sees_it(world, pooled):
    pooled.job()
    found = {finding["check"]: finding for finding in pooled.json("doctor")}
    assert found["pooler"]["state"] == "ok" and "pgbouncer" in found["pooler"]["detail"]
    pooled.env["TRANCHE_DB"] = pooled.url
    assert "pooler" not in {finding["check"] for finding in pooled.json("doctor")}


def test_a_pooler_that_goes_away_is_told_in_one_line(world, refused):
    world.job()
    pooler = Pooler(world.url)
    pooler.close()
    assert "no connection to" in refused(world("backlog", "--job", "flights", env={"TRANCHE_DB": pooler.url}), 125)


def test_migrators_that_meet_there_are_no_harm(pooled, background):
    several = [background("db", "migrate", "-o", "json") for _ in range(6)]
    assert [one.end() for one in several] == [0] * 6, [one.stderr() for one in several]
    assert pooled.json("db", "status")["state"] == "current"


@pytest.mark.parametrize("args", [["backlog", "--job", "flights"], ["run", "--job", "flights", "--", "true"]], ids=lambda args: args[0])
def test_a_pooler_in_statement_mode_is_told_what_is_accepted(world, args):
    world.job()
    pooler = Pooler(world.url, mode="statement")
    try:
        result = world(*args, env={"TRANCHE_DB": pooler.url})
        assert result.returncode == 125, result
        assert "accepted are pool modes transaction and session" in result.stderr.splitlines()[0]
    finally:
        pooler.close()
