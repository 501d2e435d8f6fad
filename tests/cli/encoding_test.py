"""Texts are UTF-8 wherever tranche meets them: not the role, the environment nor the database decides."""

import uuid

import pytest

pytestmark = pytest.mark.parametrize("world", ["postgres"], indirect=True)
ITEMS = ["fïle", "naïve", "über"]


@pytest.fixture
def latin1(world):
    """A database whose server keeps texts in Latin 1."""
    name = f"latin1_{uuid.uuid4().hex[:12]}"
    world.sql(f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    here, world.url = world.url, world.url.replace("/tranche_test", f"/{name}")
    world.sql(f"CREATE SCHEMA {world.source}")
    yield world.url
    world.url = here
    world.sql(f"DROP DATABASE {name}")


def fill(world, items=tuple(ITEMS)):
    world.create("assets", "id text PRIMARY KEY, item text")
    for item in items:
        text = f"convert_from('\\x{item.encode().hex()}', 'UTF8')"  # whatever psql's own encoding is
        world.sql(f"INSERT INTO {world.name('assets')} VALUES ({text}, {text})")


def define(world, *options):
    world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id", "--item", "item", *options)


def check_work(world):
    script = 'cat {items_file} "$TRANCHE_BATCH_FILE"; echo "failed → €" >&2; exit 1'
    result = world("run", "--job", "flights", "--", "sh", "-c", script)
    assert result.returncode == 1, result
    lines = result.stdout.splitlines()
    assert lines[:3] == ITEMS and '"first_key":"fïle"' in result.stdout.replace(" ", "")
    batch = world.json("batch", world.json("batches", "--job", "flights")[0]["batch_id"])
    assert (batch["last_key"], batch["message"]) == ("über", "failed → €")
    assert world.json("asset", "--job", "flights", "--item", "naïve")["key"] == "naïve"
    assert world.json("audit", "--job", "flights")["vanished"] == 0


def test_a_client_encoding_of_the_environment_is_not_ours(world):
    fill(world)
    define(world)
    world.env["PGCLIENTENCODING"] = "LATIN1"
    check_work(world)


def test_a_client_encoding_of_a_role_is_not_ours(world):
    fill(world, [*ITEMS, "→"])
    define(world, "--filter", "item <> '→'")
    role = f"{world.schema}_latin1"
    world.sql(f"CREATE ROLE {role} LOGIN SUPERUSER; ALTER ROLE {role} SET client_encoding = 'LATIN1'")
    try:
        world.env["TRANCHE_DB"] = world.url.replace("user=tranche", f"user={role}")
        check_work(world)
    finally:
        world.sql(f"DROP ROLE {role}")


def test_assets_of_a_database_in_latin_1(world, latin1):
    fill(world)
    define(world, "--source", latin1)
    check_work(world)


def test_an_inventory_in_latin_1_takes_any_last_words(world, latin1):
    fill(world)
    world.env["TRANCHE_DB"] = latin1
    define(world)
    check_work(world)
