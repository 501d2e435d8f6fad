"""tranche gaps and diff: what no succeeded batch covers; items of a run; batches by duration and version."""

import csv
import io
import json
from datetime import datetime, timedelta


def gap(first, last, count, weight):
    return {"first_key": first, "last_key": last, "first_key_text": str(first), "last_key_text": str(last), "count": count,
            "weight": weight}


def test_gaps_are_listed_in_key_order_until_nothing_is_missing(world):
    world.job()
    assert world.json("gaps", "--job", "flights") == [gap(1, 10, 10, 550)]
    world.done()
    failed = world.acquire()
    world.release(failed, "failed", "--exit-code", 3)
    world.done("--retry", "none")
    assert world.json("gaps", "--job", "flights") == [gap(5, 8, 4, 260)]
    world.ok("retry", "--job", "flights", failed["batch_id"], "--yes")
    world.done()
    shown = world.ok("gaps", "--job", "flights")
    assert (shown.stdout, shown.stderr) == ("", "tranche: no gaps\n")
    assert world.json("gaps", "--job", "flights") == []


def test_gaps_of_a_campaign_are_its_own(world):
    world.job()
    world.done()
    world.ok("campaign", "create", "again", "--job", "flights", "--from", 3, "--to", 7)
    assert world.json("gaps", "--job", "flights", "--campaign", "again") == [gap(3, 7, 5, 250)]
    assert world.json("gaps", "--job", "flights") == [gap(5, 10, 6, 450)]
    world.done("--campaign", "again")
    assert world.json("gaps", "--job", "flights") == [gap(7, 10, 4, 340)]
    assert world.json("gaps", "--job", "flights", "--campaign", "incremental") == [gap(5, 10, 6, 450)]


def test_gaps_come_in_every_form(world):
    world.job(count=3)
    assert json.loads(world.ok("gaps", "--job", "flights", "-o", "jsonl").stdout) == gap(1, 3, 3, 60)
    (row,) = csv.DictReader(io.StringIO(world.ok("gaps", "--job", "flights", "-o", "csv").stdout))
    assert row == {"first_key": "1", "last_key": "3", "count": "3", "weight": "60"}
    assert world.ok("gaps", "--job", "flights").stdout.split() == ["FIRST", "LAST", "COUNT", "WEIGHT", "1", "3", "3", "60"]


def test_a_table_of_gaps_ends_where_nobody_reads_on(world):
    world.job(count=210, max_count=1)
    world("run", "--job", "flights", "--iterations", "all", "--max-failures", "0", "--", "sh", "-c",
          "exit $((TRANCHE_FIRST_KEY % 2))")
    shown = world.ok("gaps", "--job", "flights")
    assert shown.stdout.count("\n") == 101 and "and 5 more" in shown.stderr
    assert [row["first_key"] for row in world.json("gaps", "--job", "flights")] == list(range(1, 210, 2))


def test_what_gaps_and_diff_refuse(world, unchanged):
    world.job()
    assert "job 'none' not found; jobs here: flights" in unchanged(125, "gaps", "--job", "none")
    assert "campaign 'none' not found in job 'flights'" in unchanged(125, "gaps", "--job", "flights", "--campaign", "none")
    assert "--with NAME is required" in unchanged(2, "diff", "--job", "flights")
    assert "job 'none' not found" in unchanged(125, "diff", "--job", "flights", "--with", "none")
    world.create("dated", "day date PRIMARY KEY")
    if world.kind == "postgres":
        world.ok("job", "create", "days", "--table", world.name("dated"), "--key", "day")
        line = unchanged(125, "diff", "--job", "flights", "--with", "days")
        assert line == ("tranche: job 'flights' has integer keys, and job 'days' has date keys; only jobs whose keys are of one type "
                        "can be compared")


def test_diff_tells_both_directions_and_ends_with_1(world):
    world.job()
    world.ok("job", "create", "delays", "--table", world.name("assets"), "--key", "id", "--max-count", 3)
    assert world.json("diff", "--job", "flights", "--with", "delays") == []
    world.done()
    world.release(world.acquire(job="delays"))
    result = world("diff", "--job", "flights", "--with", "delays", "-o", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout) == [{**gap(4, 4, 1, 40), "covered_by": "flights", "missing_in": "delays"}]
    world.release(world.acquire(job="delays"))
    result = world("diff", "--job", "flights", "--with", "delays", "-o", "json")
    # The other job knows no weight.
    assert json.loads(result.stdout) == [{**gap(5, 6, 2, 0), "covered_by": "delays", "missing_in": "flights"}]
    table = world("diff", "--job", "delays", "--with", "flights")
    assert table.returncode == 1 and "COVERED BY" in table.stdout


def test_batches_are_listed_by_duration(world):
    world.job()
    world.ok("run", "--job", "flights", "--iterations", "all", "--", "sh", "-c", "[ $TRANCHE_FIRST_KEY != 5 ] || sleep 0.3")
    assert [b["first_key"] for b in world.json("batches", "--job", "flights")] == [9, 5, 1]
    slowest = world.json("batches", "--job", "flights", "--slowest")
    took = {b["first_key"]: datetime.fromisoformat(b["released_at"][:-1]) - datetime.fromisoformat(b["acquired_at"][:-1]) for b in slowest}
    assert list(took.values()) == sorted(took.values(), reverse=True) and took[5] >= timedelta(milliseconds=300)
    assert world.json("batches", "--job", "flights", "--slowest", "--limit", 1) == slowest[:1]
    assert "the slowest 2 are shown" in world.ok("batches", "--job", "flights", "--slowest", "--limit", 2).stderr


def test_batches_tell_the_job_version_that_they_were_cut_with(world, unchanged):
    world.job()
    old = world.done()
    world.ok("job", "update", "flights", "--max-count", 2)
    new = world.done()
    assert [(b["batch_id"], b["job_version"]) for b in world.json("batches", "--job", "flights")] == [
        (new["batch_id"], 2), (old["batch_id"], 1)]
    assert [b["batch_id"] for b in world.json("batches", "--job", "flights", "--version", 1)] == [old["batch_id"]]
    assert world.json("batch", old["batch_id"])["job_version"] == 1
    assert [world.json("job", "show", "flights", "--version", n)["max_count"] for n in (1, 2)] == [4, 2]
    assert unchanged(125, "job", "show", "flights", "--version", 3) == "tranche: job 'flights' has no version 3; its versions are 1 to 2"
    assert "cannot be given together" in unchanged(2, "job", "show", "flights", "--version", 1, "--place")
    assert unchanged(125, "batches", "--job", "flights", "--version", 3) == (
        "tranche: job 'flights' has no version 3; its versions are 1 to 2")


def test_items_of_a_run_are_those_of_its_batches(world, refused):
    world.job()
    world.ok("run", "--job", "flights", "--iterations", 2, "--", "true")
    world.ok("run", "--job", "flights", "--", "true")
    newest, first = [run["run_id"] for run in world.json("runs", "--job", "flights")]
    assert world.ok("items", "--run", first).stdout.split() == [f"file{n}" for n in range(1, 9)]
    assert world.ok("items", "--run", newest, env={"TRANCHE_BATCH_ID": "1"}).stdout.split() == ["file9", "file10"]
    assert "cannot be given together" in refused(world("items", 1, "--run", newest), 2)
    assert "BATCH_ID is required (or TRANCHE_BATCH_ID)" in refused(world("items"), 2)
    assert "run 'none' not found" in refused(world("items", "--run", "none"), 125)
