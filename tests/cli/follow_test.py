"""`tranche run --follow` that PostgreSQL tells of new work: its next look is hours away."""

import os
import signal
import subprocess

import pytest
from background import wait_for
from pooler import Pooler, program
from proxy import Proxy

on_postgres = pytest.mark.parametrize("world", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


@pytest.fixture
def proxy(world):
    made = Proxy(world.url)
    yield made
    made.close()


def listeners(world):
    """Sessions that wait for notifications, of runs whose application has the schema's name."""
    return [int(pid) for (pid,) in world.sql(
        f"SELECT pid FROM pg_stat_activity WHERE application_name = '{world.schema}' AND query LIKE 'LISTEN%'")]  # fmt: skip


@pytest.fixture
def follow(world, background):
    """follow(url=...) -> a run that has nothing left to do and looks again in an hour."""

    def start(url=None, poll="1h", listens=True, first="1-2"):
        url = f"{url or world.url}&application_name={world.schema}"
        one = background("run", "--job", "flights", "--follow", "--poll", poll, "--", "sh", "-c",
                         "echo $TRANCHE_FIRST_KEY-$TRANCHE_LAST_KEY; test ! -e $DIR/fail", env={"TRANCHE_DB": url})  # fmt: skip
        wait_for(lambda: has_done(one, first), "the first batch")
        if listens:
            wait_for(lambda: listeners(world), "the listener")
        return one

    return start


def has_done(one, batch):
    return f"{batch}\n" in one.stdout()


def insert(world, key):
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight) VALUES ({key}, 'new{key}', 1)")


def install_trigger(world, *options):
    printed = world.ok("db", "notify", "--job", "flights", *options).stdout
    for _ in range(2):  # harmless the second time
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", world.url], input=printed, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr


def ends(one):
    one.send(signal.SIGTERM)
    assert one.end() == 143, one.stderr()
    return True


@on_postgres
def test_a_trigger_tells_of_inserts(world, follow):
    world.job(count=2)
    install_trigger(world)
    one = follow()
    for key in (3, 4):
        insert(world, key)
        wait_for(lambda: has_done(one, f"{key}-{key}"), f"asset {key}")
    assert ends(one)


@on_postgres
def test_a_trigger_on_a_partitioned_table_tells_a_job_on_a_view_of_it(world, follow):
    table, view = world.name("parts"), world.name("seen")
    world.sql(f"CREATE TABLE {table} (id bigint PRIMARY KEY, item text) PARTITION BY RANGE (id); "
              f"CREATE TABLE {table}_1 PARTITION OF {table} DEFAULT; CREATE VIEW {view} AS SELECT * FROM {table}; "
              f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")  # fmt: skip
    world.ok("job", "create", "flights", "--table", view, "--key", "id", "--item", "item", "--assume-unique")
    install_trigger(world, "--table", table)
    one = follow()
    world.sql(f"COPY {table} FROM PROGRAM 'echo 3,c' WITH (FORMAT csv)")
    wait_for(lambda: has_done(one, "3-3"), "asset 3")
    assert ends(one)


@on_postgres
def test_what_tranche_makes_available_tells_of_itself(world, follow, tmp_path):
    world.job("flights", "--on-exit", "*=fail", count=2, max_count=1)
    held = world.acquire()
    one = follow(first="2-2")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a").touch()
    world.sql(f"ALTER TABLE {world.name('assets')} ADD UNIQUE (item), ALTER id RESTART WITH 3")
    world.ok("register", "--table", world.name("assets"), "files")
    wait_for(lambda: has_done(one, "3-3"), "what was registered")
    world.ok("reset", "--job", "flights", "--to-key", "3", "--yes")
    wait_for(lambda: one.stdout().count("3-3\n") == 2, "what was reset")
    (tmp_path / "fail").touch()
    world.ok("reset", "--job", "flights", "--to-key", "3", "--yes")
    wait_for(lambda: one.stdout().count("3-3\n") == 3, "what was reset")
    wait_for(lambda: "no attempts are left" in one.stderr(), "the failure")
    (tmp_path / "fail").unlink()
    world.ok("retry", "--job", "flights", "--all-failed", "--yes")
    wait_for(lambda: one.stdout().count("3-3\n") == 4, "what is retried")
    world.ok("job", "pause", "flights")
    insert(world, 9)
    world.ok("job", "resume", "flights")
    wait_for(lambda: has_done(one, "9-9"), "the job that was resumed")
    world.release(held, "returned")
    wait_for(lambda: has_done(one, "1-1"), "what was given back")
    insert(world, 5)
    world.ok("audit", "--job", "flights", "--repair")
    wait_for(lambda: has_done(one, "5-5"), "what came late")
    assert ends(one)


@on_postgres
def test_every_worker_waits_on_one_listener(world, background):
    world.job(count=2, max_count=1)
    install_trigger(world)
    one = background("run", "--job", "flights", "--follow", "--poll", "1h", "--jobs", "3", "--", "sh", "-c", "echo $TRANCHE_FIRST_KEY",
                     env={"TRANCHE_DB": f"{world.url}&application_name={world.schema}"})  # fmt: skip
    wait_for(lambda: listeners(world), "the listener")
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight) VALUES (3, 'c', 1), (4, 'd', 1), (5, 'e', 1)")
    wait_for(lambda: len(one.stdout().splitlines()) == 5, "all assets")
    assert len(listeners(world)) == 1
    assert ends(one)


@on_postgres
def test_a_lost_listener_is_replaced_and_polling_goes_on_meanwhile(world, follow, proxy):
    world.job(count=2)
    install_trigger(world)
    one = follow(proxy.url)
    lost = listeners(world)
    world.sql(f"SELECT pg_terminate_backend({lost[0]})")
    wait_for(lambda: listeners(world) not in ([], lost), "another listener")
    insert(world, 3)
    wait_for(lambda: has_done(one, "3-3"), "asset 3")
    assert "tranche: warning" not in one.stderr()
    assert ends(one)


@on_postgres
def test_without_anybody_who_tells_it_looks_as_often_as_it_was_told(world, follow):
    if not program():
        pytest.skip("pgbouncer is not installed")
    pooler = Pooler(world.url)
    try:
        world.job(count=2)
        one = follow(pooler.url, poll="50ms", listens=False)
        insert(world, 3)
        wait_for(lambda: has_done(one, "3-3"), "asset 3")
        assert not listeners(world)
        assert "tranche: warning" not in one.stderr() and "tranche: error" not in one.stderr()
        assert ends(one)
    finally:
        pooler.close()


@on_postgres
def test_a_source_in_another_database_tells_too(world, follow):
    other = f"{world.schema}_other"
    world.sql(f"CREATE DATABASE {other}")
    url = world.url.replace("/tranche_test?", f"/{other}?")
    assert other in url, "the test server's URL names its database"

    def there(statement):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    try:
        there("CREATE TABLE assets (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, item text); INSERT INTO assets (item) VALUES ('a'), ('b')")
        world.ok("job", "create", "flights", "--source", url, "--table", "assets", "--key", "id", "--item", "item")
        there(world.ok("db", "notify", "--job", "flights").stdout.split("\n", 1)[1])
        one = follow()
        # The listener of the source has the application's name of its own URL.
        wait_for(lambda: world.sql(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{other}' AND query LIKE 'LISTEN%'"), "the source's listener")
        there("INSERT INTO assets (item) VALUES ('c')")
        wait_for(lambda: has_done(one, "3-3"), "asset 3")
        assert ends(one)
    finally:
        world.sql(f"DROP DATABASE {other} WITH (FORCE)")


@on_sqlite
def test_sqlite_cannot_tell(world, refused):
    world.job(count=2)
    assert "SQLite cannot tell anybody" in refused(world("db", "notify", "--job", "flights"), 125)
