"""tranche audit: what it finds, how it says so, and what --repair makes of it."""

import contextlib
import csv
import io
import json
import os
import pty
import subprocess

import pytest
from world import SqliteWorld


def late_world(world):
    """Three batches of 4, 4 and 2 assets; then -1 and 0 appear, 3 vanishes, 6 changes."""
    world.job()
    for _ in range(3):
        world.done()
    table = world.name("assets")
    world.sql(f"INSERT INTO {table} (id, item, weight, kind) VALUES (0, 'file0', 5, 'csv'), (-1, 'file-1', 7, 'csv')")
    world.sql(f"DELETE FROM {table} WHERE id = 3")
    world.sql(f"UPDATE {table} SET weight = 61 WHERE id = 6")


def test_a_clean_audit_ends_with_0(world):
    world.job()
    world.done()
    assert world.json("audit", "--job", "flights") == {
        "job": "flights", "window": "incremental", "findings": [], "ranges": 1, "stragglers": 0, "assets": 4, "late": 0,
        "between": 0, "vanished": 0, "changed": 0, "repaired": 0, "straggler_batches": 0}
    shown = world.ok("audit", "--job", "flights")
    assert "RANGES" in shown.stdout and "FOUND" not in shown.stdout and shown.stderr == ""


def test_an_audit_of_a_job_never_run_ends_with_0(world):
    world.job()
    assert world.json("audit", "--job", "flights")["ranges"] == 0


def test_what_is_found_ends_with_1_and_is_named(world):
    late_world(world)
    result = world("audit", "--job", "flights", "-o", "json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    found = [(f["kind"], f["first_key"], f["last_key_text"], f["count"], f["item"], f["batch_id"]) for f in report["findings"]]
    assert found == [("late", -1, "-1", 1, "file-1", None), ("late", 0, "0", 1, "file0", None), ("vanished", 3, "3", 1, None, 1),
                     ("changed", 5, "8", 4, None, 2)]
    assert [f["weight"] for f in report["findings"]] == [7, 5, None, 261]
    assert report["findings"][3]["weight_before"] == 260
    assert (report["late"], report["between"], report["vanished"], report["changed"]) == (2, 2, 1, 1)


def test_every_form_tells_the_same(world):
    late_world(world)
    lines = [json.loads(line) for line in world("audit", "--job", "flights", "-o", "jsonl").stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["late", "late", "vanished", "changed", "totals"]
    assert lines[-1]["late"] == 2 and lines[-1]["job"] == "flights"
    shown = world("audit", "--job", "flights", "-o", "csv")
    assert [row["kind"] for row in csv.DictReader(io.StringIO(shown.stdout))] == ["late", "late", "vanished", "changed"]
    assert "2 late, 1 vanished, 1 batch changed" in shown.stderr
    table = world("audit", "--job", "flights")
    assert table.returncode == 1
    assert "file-1" in table.stdout and "CHANGED BATCHES" in table.stdout


def test_a_table_shows_what_a_screen_can_be_read_from(world):
    world.job()
    world.done()
    values = ", ".join(f"({-n}, 'x', 1, 'csv')" for n in range(1, 151))
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight, kind) VALUES {values}")
    shown = world("audit", "--job", "flights")
    assert shown.stdout.count("\nlate") == 100
    assert "and 50 more" in shown.stderr
    assert len(json.loads(world("audit", "--job", "flights", "-o", "json").stdout)["findings"]) == 150


def test_repaired_assets_are_handed_out_as_stragglers(world):
    world.job()
    for _ in range(3):
        world.done()
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight, kind) VALUES (0, 'file0', 5, 'csv'), (-5, 'file-5', 7, 'csv')")
    report = world.json("audit", "--job", "flights", "--repair")
    assert (report["late"], report["repaired"], report["straggler_batches"]) == (2, 2, 1)
    batch_id = report["findings"][0]["straggler_batch_id"]
    listed = world.json("batches", "--job", "flights", "--status", "planned")
    assert [(b["batch_id"], b["straggler"], b["count"]) for b in listed] == [(batch_id, True, 2)]
    assert "stragglers" in world.ok("batches", "--job", "flights").stdout
    assert world.json("audit", "--job", "flights")["stragglers"] == 1
    ran = world.ok("run", "--job", "flights", "--", "sh", "-c", 'echo "$TRANCHE_STRAGGLER $TRANCHE_RANGE_SQL"; cat "$TRANCHE_ITEMS_FILE"; exit 0')
    assert ran.stdout == '1 "id" IN (-5, 0)\nfile-5\nfile0\n'
    asset = world.json("asset", "--job", "flights", "--key", "0")
    assert [(b["batch_id"], b["status"]) for b in asset["batches"]] == [(batch_id, "succeeded")]
    assert world("acquire", "--job", "flights").returncode == 99


def test_what_cannot_be_repaired_still_ends_with_1(world):
    late_world(world)
    first = world("audit", "--job", "flights", "--repair", "-o", "json")
    assert first.returncode == 1 and json.loads(first.stdout)["repaired"] == 2


def test_acquire_hands_a_straggler_over_with_its_keys(world):
    world.job("flights", "--filter", "kind = 'csv'")
    world.done()
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight, kind) VALUES (1000, 'x', 1, 'txt'), (-3, 'a', 1, 'csv')")
    world.ok("audit", "--job", "flights", "--repair")
    batch = world.acquire()
    assert batch["straggler"] and batch["range_sql"] == '"id" IN (-3) AND (kind = \'csv\')'
    assert world.ok("items", batch["batch_id"]).stdout == "a\n"


def test_an_audit_of_what_is_not_there_is_refused(world, unchanged):
    world.job()
    assert "job 'nosuch'" in unchanged(125, "audit", "--job", "nosuch")
    assert "campaign 'nosuch'" in unchanged(125, "audit", "--job", "flights", "--campaign", "nosuch")


@pytest.fixture
def slow_world(tranche, tmp_path):
    """A database where a read of the source takes so long that all of it takes some seconds."""
    world = SqliteWorld(tranche, tmp_path)
    world.sql("CREATE TABLE pace (n)")
    world.sql("INSERT INTO pace VALUES (1)")
    world.job("flights", "--filter", "weight > 0 AND (SELECT count(*) FROM pace) > 0", "--unstable-filter", count=6000, max_count=6000)
    world.done()
    world.sql("DROP TABLE pace")
    world.sql("CREATE VIEW pace AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500000) SELECT n FROM c")
    return world


def test_a_long_audit_logs_how_far_it_is(slow_world):
    result = slow_world.ok("audit", "--job", "flights")
    assert "tranche: audited up to key " in result.stderr and "0 late" in result.stderr
    assert "\r" not in result.stderr


def test_a_long_audit_shows_how_far_it_is_on_a_line_of_the_terminal(slow_world, tranche_binary, tranche_env):
    ours, theirs = pty.openpty()
    command = [tranche_binary, "audit", "--job", "flights", "-o", "json"]
    with subprocess.Popen(command, env={**tranche_env, **slow_world.env}, stdin=subprocess.DEVNULL, stderr=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        out, _ = process.communicate(timeout=120)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(ours, 100_000):
            shown += part
    os.close(ours)
    assert json.loads(out)["assets"] == 6000
    assert b"\r\x1b[Kaudited up to key " in shown and shown.endswith(b"\r\x1b[K")


@pytest.mark.parametrize("args", [["audit"], ["audit", "--job", "j", "--repairs"]])
def test_a_malformed_audit_is_refused_before_any_database_is_opened(tranche, refused, tmp_path, args):
    refused(tranche(*args))
    assert not (tmp_path / "data").exists()
