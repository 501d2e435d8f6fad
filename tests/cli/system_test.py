"""`tranche db …`, `tranche doctor` and `tranche tick`."""

import json

import pytest


def checks(result_json):
    return {finding["check"]: finding["state"] for finding in result_json}


def test_status_and_migrate(world):
    before = world.json("db", "status")
    assert (before["version"], before["state"]) == (0, "none")
    after = world.json("db", "migrate")
    assert after["version"] == after["newest"] and after["state"] == "current"
    again = world.ok("db", "migrate", "-o", "json")
    assert again.stderr == ""
    assert world.json("db", "status") == after


def test_status_makes_no_file(tranche, tmp_path):
    assert tranche("db", "status").returncode == 0
    assert not (tmp_path / "data").exists()


def test_the_default_inventory_is_private(tranche, tmp_path):
    assert tranche("db", "migrate").returncode == 0
    assert (tmp_path / "data" / "tranche" / "inventory.db").stat().st_mode & 0o777 == 0o600


def test_a_newer_schema_is_refused(world, unchanged):
    world.job()
    time = "0" if world.kind == "sqlite" else "now()"
    world.sql(f"INSERT INTO {world.inventory('migration')} (version, name, applied_at) VALUES (999, 'future', {time})")
    for args in (["acquire", "--job", "flights"], ["job", "list"], ["db", "migrate"], ["backlog", "--job", "flights"]):
        line = unchanged(125, *args)
        assert "999" in line and "newer" in line
    assert world.json("db", "status")["state"] == "newer"
    result = world("doctor", "-o", "json")
    assert result.returncode == 125 and "newer" in result.stderr


def test_doctor_is_content(world):
    world.job()
    found = checks(world.json("doctor"))
    assert found["inventory"] == found["schema"] == found["source of flights"] == found["temporary folder"] == "ok"
    assert found["journal" if world.kind == "sqlite" else "role"] == "ok"
    assert "broken" not in found.values()


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_doctor_sees_that_keys_are_in_order_no_more(world):
    world.job()
    world.sql(f"ALTER TABLE {world.name('assets')} ALTER id SET CACHE 20")
    found = {finding["check"]: finding for finding in world.json("doctor")}["source of flights"]
    assert found["state"] == "warning" and "CACHE 20" in found["detail"], found
    assert world.ok("job", "update", "flights").stdout.count("unproved") == 1
    assert checks(world.json("doctor"))["source of flights"] == "ok"


def test_doctor_before_anything_is_there(tranche, tmp_path):
    assert tranche("doctor").returncode == 0
    assert not (tmp_path / "data").exists()


def test_doctor_finds_what_is_broken(world):
    world.job()
    world.sql(f"DROP TABLE {world.name('assets')}")
    result = world("doctor", env={"TMPDIR": "/nowhere"})
    assert result.returncode == 125 and result.stderr.count("\n") == 1
    assert "source of flights" in result.stderr and "/nowhere cannot be written" in result.stderr


def test_doctor_on_no_database(tranche, tmp_path):
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one " * 10)
    result = tranche("--db", "sqlite:text.db", "doctor")
    assert result.returncode == 125 and "not an SQLite database" in result.stderr


def test_a_tick_of_all_jobs_passes_one_whose_source_is_gone(world):
    world.assets(3)
    world.assets(4, table="others")
    for name, table in (("a_broken", "others"), ("flights", "assets")):
        world.ok("job", "create", name, "--table", world.name(table), "--key", "id")
    world.sql(f"DROP TABLE {world.name('others')}")
    result = world("tick", "-o", "json")
    assert result.returncode == 125 and "job 'a_broken'" in result.stderr and result.stderr.count("\n") == 1
    assert [(row["job"], row["newest_key"]) for row in json.loads(result.stdout)] == [("flights", 3)]
