"""`tranche db prune`: attempts of batches that ended go, the ledger stays."""

import json

import pytest


@pytest.fixture
def history(world):
    """Batch 1 succeeded at its second attempt, 2 is exhausted, 3 waits for a retry, 4 is processed."""
    world.job("flights", "--retry-delay", "0s", "--max-attempts", "2", "--on-exit", "9=fail,*=retry", count=20)
    world.release(world.acquire(), "failed", "--exit-code", "3", "--message", "disk full")
    world.release(world.acquire(), "succeeded", "--output", "rows=7")
    world.release(world.acquire(), "failed", "--exit-code", "9")
    waiting, held = world.acquire(), world.acquire()
    world.release(waiting, "failed")
    assert [batch["batch_id"] for batch in (waiting, held)] == [3, 4]
    return world


def test_the_ledger_answers_as_before(history, tmp_path, refused):
    runs = [run["run_id"] for run in reversed(history.json("runs"))]
    before = {key: history.json("asset", "--job", "flights", "--key", key) for key in (1, 5, 9, 13)}
    backlog = history.json("backlog", "--job", "flights")
    archive = tmp_path / "archive.jsonl"
    pruned = history.json("db", "prune", "--older-than", "0s", "--archive", archive)
    assert (pruned["attempts"], pruned["runs"], pruned["dry_run"]) == (3, 1, False)

    assert history.json("backlog", "--job", "flights") == backlog
    for key, known in before.items():
        asset = history.json("asset", "--job", "flights", "--key", key)
        (batch,) = asset["batches"]
        assert batch["attempts"] == known["batches"][0]["attempts"][-1:]
        assert batch["attempts_pruned"] == (key in (1, 5))
        assert {**batch, "attempts": 0, "attempts_pruned": 0} == {**known["batches"][0], "attempts": 0, "attempts_pruned": 0}
    assert history.json("asset", "--job", "flights", "--key", 1)["batches"][0]["attempts"][0]["outputs"] == {"rows": "7"}
    for args in (["batch", 1], ["asset", "--job", "flights", "--key", 1]):
        shown = history.ok(*args, "-o", "table")
        assert "succeeded" in shown.stdout and "the attempts of batch 1 were pruned" in shown.stderr
    assert "pruned" not in history.ok("batch", 3, "-o", "table").stderr

    # The run of the first attempt is named by nothing any more; that of the second still is.
    assert "not found, or pruned" in refused(history("run-info", runs[0]), 125)
    assert [batch["batch_id"] for batch in history.json("run-info", runs[1])["batches"]] == [1]
    assert [run["run_id"] for run in reversed(history.json("runs"))] == runs[1:]

    lines = [json.loads(line) for line in archive.read_text().splitlines()]
    assert [line["type"] for line in lines] == ["attempt"] * 3 + ["run"]
    first, run = lines[0], lines[3]
    assert (first["batch_id"], first["job"], first["first_key"], first["message"]) == (1, "flights", 1, "disk full")
    assert (run["run_id"], first["run_id"]) == (runs[0], runs[0])
    assert archive.stat().st_mode & 0o777 == 0o600

    assert history.acquire()["batch_id"] == 3
    again = history.json("db", "prune", "--older-than", "0s", "--archive", archive)
    assert (again["attempts"], again["runs"]) == (0, 0) and len(archive.read_text().splitlines()) == 4


def test_what_is_younger_stays(history):
    before = history.dump()
    pruned = history.json("db", "prune", "--older-than", "1d")
    assert (pruned["attempts"], pruned["runs"]) == (0, 0) and history.dump() == before


def test_a_dry_run_counts(history):
    before = history.dump()
    pruned = history.json("db", "prune", "--older-than", "0s", "--dry-run")
    # The attempt that names the first run is still there.
    assert (pruned["attempts"], pruned["dry_run"]) == (3, True) and history.dump() == before


def test_a_job_of_its_own(history):
    history.ok("job", "create", "other", "--table", history.name("assets"), "--key", "id")
    history.done(job="other")
    assert history.json("db", "prune", "--older-than", "0s", "--job", "other")["attempts"] == 1
    assert not history.json("batch", 1)["attempts_pruned"]


def test_runners_go_on_meanwhile(world, background):
    world.job(count=400)
    runner = background("run", "--job", "flights", "--iterations", "all", "--jobs", "2", "--", "true")
    pruned = 0
    while runner.process.poll() is None:
        pruned += world.json("db", "prune", "--older-than", "0s")["attempts"]
    assert runner.end() == 0, runner.stderr()
    pruned += world.json("db", "prune", "--older-than", "0s")["attempts"]
    assert pruned == 100
    assert world.json("backlog", "--job", "flights")["count"] == 0


@pytest.mark.parametrize("args, status, words", [
    ([], 2, "--older-than"),
    (["--older-than", "soon"], 2, "soon"),
    (["--older-than", "1d", "--dry-run", "--archive", "x"], 2, "--archive"),
    (["--older-than", "1d", "--job", "none"], 125, "'none' not found"),
    (["--older-than", "0s", "--archive", "/nowhere/x"], 125, "/nowhere/x"),
    (["--older-than", "0s", "--archive", "/dev/full"], 125, "/dev/full"),
])  # fmt: skip
def test_a_refusal_changes_nothing(history, unchanged, args, status, words):
    assert words in unchanged(status, "db", "prune", *args)


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_an_operator_may_and_a_reader_may_count(world, unchanged):
    world.job()
    world.done()
    operator, reader = f"{world.schema}_op", f"{world.schema}_look"
    world.sql(world.ok("db", "roles", "--operator", operator, "--reader", reader).stdout
              + f"ALTER ROLE {operator} LOGIN; ALTER ROLE {reader} LOGIN")  # fmt: skip
    as_role = {name: {"TRANCHE_DB": world.url.replace("user=tranche", f"user={name}")} for name in (operator, reader)}
    try:
        assert world.json("db", "prune", "--older-than", "0s", "--dry-run", env=as_role[reader])["attempts"] == 1
        line = unchanged(125, "db", "prune", "--older-than", "0s", env=as_role[reader])
        assert "permission denied" in line and "db roles" in line
        assert world.json("db", "prune", "--older-than", "0s", env=as_role[operator])["attempts"] == 1
    finally:
        for role in (operator, reader):
            world.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
