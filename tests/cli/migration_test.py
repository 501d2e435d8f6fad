"""An inventory of the first schema (tests/migrations) is brought to the newest, and nothing in it is lost."""

import pathlib
import re
import sqlite3
import subprocess

import pytest

FROZEN = pathlib.Path(__file__).resolve().parents[1] / "migrations"
TABLES = ("attempt", "batch", "batch_keys", "job", "job_version", "run", "window")
MIGRATE = "run 'tranche db migrate'"


def load(world):
    text = (FROZEN / f"schema_001_{world.kind}.sql").read_text()
    if world.kind == "sqlite":
        database = sqlite3.connect(world.path)
        database.executescript(text)
        database.close()
        return
    text = text.replace("frozen_inventory", world.schema).replace("frozen_source", world.source)
    done = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", world.url], capture_output=True, text=True,
                          input=f"CREATE SCHEMA {world.schema}; SET standard_conforming_strings = on; {text}")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def frozen(world):
    """The assets as they were when the inventory was frozen, and the inventory."""
    world.assets(100)
    world.create("wide")
    world.sql(f"INSERT INTO {world.name('wide')} (id, item, weight) WITH RECURSIVE n(i) AS "
              "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000) SELECT i, 'file' || i, i * 10 FROM n")
    load(world)
    return world


def contents(world, like=None):
    """Every row by table, in the columns of `like`: a migration may add some behind them."""
    found = {table: world.sql(f"SELECT * FROM {world.inventory(table)}") for table in TABLES}
    widths = {table: len(rows[0]) for table, rows in (like or found).items()}
    return {table: sorted((tuple(row[:widths[table]]) for row in rows), key=repr) for table, rows in found.items()}


def test_nothing_is_lost(frozen):
    before = contents(frozen)
    assert frozen.json("db", "status")["state"] == "older"
    done = frozen.json("db", "migrate")
    assert done["state"] == "current" and done["version"] == done["newest"]
    assert contents(frozen, like=before) == before
    versions = frozen.sql(f"SELECT version FROM {frozen.inventory('migration')} ORDER BY 1")
    assert [int(version) for (version,) in versions] == list(range(1, done["newest"] + 1))
    assert frozen.ok("db", "migrate").stderr == ""


def test_every_question_is_answered(frozen):
    frozen.ok("db", "migrate")
    flights = {b["batch_id"]: b["status"] for b in frozen.json("batches", "--job", "flights", "--limit", "100")}
    assert flights == {1: "succeeded", 2: "succeeded", 3: "cancelled", 4: "succeeded", 5: "failed", 6: "failed", 7: "cancelled",
                       8: "processing", 9: "processing", 10: "planned", 11: "succeeded", 12: "processing"}  # fmt: skip
    backlog = frozen.json("backlog", "--job", "flights")
    # Ten assets in succeeded batches, and the split one's halves count, not itself.
    assert (backlog["count"], backlog["first_key"], backlog["last_key"]) == (90, 11, 100)
    assert [backlog[name] for name in ("processing", "failed", "exhausted")] == [2, 1, 1]
    assert frozen.json("asset", "--job", "flights", "--key", "11")["batches"][-1]["attempts"][0]["message"] == "broken"
    assert frozen.json("batch", 3)["children"] == [4, 5]
    assert frozen.json("batch", 1)["outputs"] == {"rows": "12"}
    assert [b["batch_id"] for b in frozen.json("asset", "--job", "again", "--key", "20")["batches"]] == [14, 16]
    assert frozen.json("asset", "--job", "wide", "--key", "69999")["batches"][0]["count"] == 70000
    assert frozen.json("backlog", "--job", "flights", "--campaign", "old")["count"] == 7
    assert len(frozen.json("runs", "--job", "flights")) == 12
    assert len(frozen.json("job", "list")) == 4


def test_work_goes_on(frozen):
    frozen.ok("db", "migrate")
    ranges = []
    for _ in range(4):
        batch = frozen.done()
        ranges.append((batch["batch_id"], batch["first_key"], batch["last_key"], batch["attempt"]))
    # The retry, the lost one, what was given back, and a new range of the job's second version.
    assert ranges == [(5, 11, 12, 2), (8, 21, 24, 2), (10, 29, 32, 1), (18, 33, 37, 1)]
    assert frozen("release", 9, "--token", frozen.json("batch", 9)["lease_token"], "--status", "succeeded").returncode == 0
    frozen.ok("retry", "--job", "flights", "6", "7", "--yes")
    frozen.ok("run", "--job", "flights", "--iterations", "all", "--", "true")
    assert frozen.json("backlog", "--job", "flights")["count"] == 0
    frozen.ok("campaign", "resume", "later", "--job", "flights")
    assert frozen.acquire("--campaign", "later")["first_key"] == 1
    frozen.ok("job", "resume", "asleep")
    assert frozen.acquire(job="asleep")["first_key"] == 1
    frozen.ok("job", "delete", "wide", "--yes")


def test_an_older_schema_is_left_alone_until_someone_says_so(frozen, unchanged):
    for args in (["acquire", "--job", "flights"], ["backlog", "--job", "flights"], ["job", "list"], ["asset", "--job", "flights", "--key", "1"],
                 ["run", "--job", "flights", "--", "true"], ["job", "create", "x", "--table", frozen.name("assets"), "--key", "id"]):  # fmt: skip
        line = unchanged(125, *args)
        assert MIGRATE in line and "schema version 1" in line
    doctor = frozen("doctor")
    assert doctor.returncode == 125 and MIGRATE in doctor.stderr


def test_migrators_that_meet_are_no_harm(frozen, background):
    before = contents(frozen)
    several = [background("db", "migrate", "-o", "json") for _ in range(8)]
    assert [one.end() for one in several] == [0] * 8, [one.stderr() for one in several]
    newest = frozen.json("db", "status")["newest"]
    applied = [line for one in several for line in one.stderr().splitlines()]
    assert sorted(applied, key=lambda line: int(line.split()[-1])) == [f"tranche: applied migration {version}" for version in range(2, newest + 1)]
    assert contents(frozen, like=before) == before


def sqlite_objects(world):
    found = world.sql("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'tranche%' AND sql IS NOT NULL ORDER BY name")
    return [(name, " ".join(re.sub(r"--.*", "", text).split())) for name, text in found]


def postgres_objects(world):
    columns = (f"SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity FROM information_schema.columns "
               f"WHERE table_schema = '{world.schema}'")
    indexes = f"SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = '{world.schema}'"
    constraints = (f"SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                   f"WHERE connamespace = '{world.schema}'::regnamespace")
    return [tuple(cell.replace(world.schema, "S") for cell in row)
            for query in (columns, indexes, constraints) for row in sorted(world.sql(query))]  # fmt: skip


def objects(world):
    return sqlite_objects(world) if world.kind == "sqlite" else postgres_objects(world)


def test_a_migrated_schema_is_a_fresh_one(frozen):
    """Fails where a migration that was released is edited rather than followed by another."""
    frozen.ok("db", "migrate")
    migrated = objects(frozen)
    if frozen.kind == "sqlite":
        frozen.path = frozen.path.with_name("fresh.db")
        frozen.env = {"TRANCHE_DB": f"sqlite:{frozen.path}"}
    else:
        frozen.sql(f"DROP SCHEMA {frozen.schema} CASCADE")
    frozen.ok("db", "migrate")
    assert objects(frozen) == migrated
