"""`run --dry-run`: what would be done, without doing it."""

import json


def dry(world, *options, command=("load", "{batch_id}", "{first_key}-{last_key}", "{count}", "{attempt}", "{iteration}", "{items_file}", "{{count}")):
    before = world.dump()
    rows = json.loads(world.ok("run", "--job", "flights", "--dry-run", "-o", "json", *options, "--", *command).stdout)
    assert world.dump() == before
    return rows


def test_the_next_batches_and_the_command_over_each(world):
    world.job()
    rows = dry(world, "--iterations", "all")
    assert [row["command"] for row in rows] == [
        ["load", "{batch_id}", "1-4", "4", "1", "1", "{items_file}", "{count}"],
        ["load", "{batch_id}", "5-8", "4", "1", "2", "{items_file}", "{count}"],
        ["load", "{batch_id}", "9-10", "2", "1", "3", "{items_file}", "{count}"],
    ]
    assert [(row["first_key"], row["last_key"], row["weight"]) for row in rows] == [(1, 4, 100), (5, 8, 260), (9, 10, 190)]
    assert len(dry(world)) == 1 and len(dry(world, "--iterations", "2", "--max-count", "1")) == 2
    (row,) = dry(world, command=("load", "--where={range_sql}"))
    assert '"id" >= 1 AND "id" <= 4' in row["command"][1]


def test_what_is_retried_comes_first_with_its_number_and_attempt(world):
    world.job("flights", "--retry-delay", "0s")
    batch = world.acquire()
    world.release(batch, "failed")
    (row,) = dry(world)
    assert row["command"][1:5] == [str(batch["batch_id"]), "1-4", "4", "2"]
    assert dry(world, "--retry", "none")[0]["command"][2] == "5-8"
    world.ok("campaign", "create", "again", "--job", "flights", "--from", "3", "--max-count", "2")
    assert [row["command"][2] for row in dry(world, "--campaign", "again", "--iterations", "all")] == ["3-4", "5-6", "7-8", "9-10"]


def test_nothing_is_executed_and_no_run_is_recorded(world, run, tmp_path):
    world.job()
    shown = run("--dry-run", 'touch "$DIR/executed"')
    assert shown.returncode == 0 and not (tmp_path / "executed").exists()
    assert """sh -c 'touch "$DIR/executed"'""" in shown.stdout
    assert world.json("runs") == [] and world.json("batches", "--job", "flights") == []


def test_an_empty_backlog_is_told_like_that_of_a_run(world, run):
    world.job(count=1)
    world.done()
    result = run("--dry-run", "--empty-exit-code", "7", "true")
    assert result.returncode == 7 and "nothing to process for job 'flights'" in result.stderr


def test_refusals(world, unchanged):
    world.job()
    assert "-o is the form of what --dry-run prints" in unchanged(2, "run", "--job", "flights", "-o", "json", "--", "true")
    assert "'nobody'" in unchanged(125, "run", "--job", "nobody", "--dry-run", "--", "true")
    assert "'nobody'" in unchanged(125, "run", "--job", "flights", "--campaign", "nobody", "--dry-run", "--", "true")
