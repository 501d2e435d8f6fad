"""Questions: backlog, plan, batches, batch, runs, run-info, asset; and how they look."""

import json

import pytest
from world import golden


@pytest.fixture
def history(world):
    """Ten assets in batches of four: one succeeded after a failure, one exhausted, one in processing."""
    world.job("flights", "--retry-delay", "0s", "--max-attempts", "2", "--on-exit", "9=fail,*=retry")
    world.release(world.acquire(), "failed", "--exit-code", "3", "--message", "disk full")
    world.release(world.acquire(), "succeeded", "--output", "rows=7")
    world.release(world.acquire(), "failed", "--exit-code", "9")
    world.acquire()
    return world


def test_backlog(history):
    backlog = history.json("backlog", "--job", "flights")
    assert backlog == {
        "job": "flights", "window": "incremental", "count": 6, "weight": 450, "first_key": 5, "last_key": 10,
        "first_key_text": "5", "last_key_text": "10", "oldest_age_seconds": None, "ready": 0, "unsettled": 0,
        "processing": 1, "failed": 0, "exhausted": 1, "cancelled": 0, "writers": [],
    }  # fmt: skip


def test_backlog_of_an_untouched_job_is_all_of_it(world):
    world.job("flights", "--filter", "kind = 'csv'")
    backlog = world.json("backlog", "--job", "flights")
    assert (backlog["count"], backlog["weight"], backlog["ready"]) == (5, 300, 5)
    assert (backlog["first_key"], backlog["last_key"]) == (2, 10)


def test_plan_changes_nothing(world):
    world.job("flights", "--retry-delay", "0s")
    world.release(world.acquire(), "failed")
    before = world.dump()
    planned = world.json("plan", "--job", "flights", "--max-count", "2", "--batches", "3")
    assert [(batch["batch_id"], batch["first_key"], batch["last_key"]) for batch in planned] == [
        (1, 1, 4), (None, 5, 6), (None, 7, 8),
    ]  # fmt: skip
    assert world.dump() == before


def test_plan_of_a_paused_job_says_so(world):
    world.job()
    world.ok("job", "pause", "flights")
    result = world.ok("plan", "--job", "flights", "-o", "json")
    assert result.stdout == "[]\n" and "is paused" in result.stderr


def test_batches_newest_first_and_by_status(history):
    batches = history.json("batches", "--job", "flights")
    assert [(b["batch_id"], b["status"], b["exhausted"]) for b in batches] == [
        (3, "processing", False), (2, "failed", True), (1, "succeeded", False),
    ]  # fmt: skip
    for status, ids in (("failed", [2]), ("exhausted", [2]), ("processing", [3]), ("succeeded", [1]), ("planned", [])):
        found = history.json("batches", "--job", "flights", "--status", status)
        assert [batch["batch_id"] for batch in found] == ids
    assert [b["batch_id"] for b in history.json("batches", "--job", "flights", "--limit", "2")] == [3, 2]
    limited = history.ok("batches", "--job", "flights", "--limit", "2")
    assert limited.stdout.count("\n") == 3 and "--limit 0 shows all" in limited.stderr


def test_batches_since(history):
    assert len(history.json("batches", "--job", "flights", "--since", "1h")) == 3
    assert len(history.json("batches", "--job", "flights", "--since", "2001-01-01")) == 3
    assert history.json("batches", "--job", "flights", "--since", "2101-01-01T00:00:00+02:00") == []


def test_every_format(history):
    lines = history.ok("batches", "--job", "flights", "-o", "jsonl").stdout.splitlines()
    assert [json.loads(line)["batch_id"] for line in lines] == [3, 2, 1]
    csv = history.ok("batches", "--job", "flights", "-o", "csv").stdout.splitlines()
    assert csv[0] == "batch_id,status,first_key,last_key,count,weight,attempt,acquired_at,took,message"
    assert csv[3].startswith("1,succeeded,1,4,4,100,2,")


def test_a_lost_lease_shows(world):
    world.job()
    world.acquire("--lease", "1s")
    # A lease in the past, instead of waiting.
    past = "available_at - 3600000" if world.kind == "sqlite" else "available_at - interval '1 hour'"
    world.sql(f"UPDATE {world.inventory('batch')} SET available_at = {past}")
    assert world.json("batches", "--job", "flights")[0]["lease_expired"] is True
    assert "expired" in world.ok("batches", "--job", "flights").stdout
    assert world.acquire()["attempt"] == 2
    assert world.json("batch", 1)["attempts"][0]["outcome"] == "lost"


def test_a_batch_has_its_attempts(history):
    batch = history.json("batch", 1)
    assert [(a["attempt"], a["outcome"], a["exit_code"], a["message"], a["outputs"]) for a in batch["attempts"]] == [
        (1, "failed", 3, "disk full", {}), (2, "succeeded", None, None, {"rows": "7"}),
    ]  # fmt: skip
    assert (batch["parent_batch_id"], batch["children"]) == (None, [])
    running = history.json("batch", 3)["attempts"]
    assert [(a["attempt"], a["outcome"], a["ended_at"]) for a in running] == [(1, None, None)]


def test_a_split_batch_names_its_halves(world):
    world.job("flights", "--on-exit", "7=split,*=retry")
    world.release(world.acquire(), "failed", "--exit-code", "7")
    parent = world.json("batch", 1)
    assert (parent["status"], parent["superseded"], parent["children"]) == ("cancelled", True, [2, 3])
    assert world.json("batch", 2)["parent_batch_id"] == 1


def test_runs(history):
    runs = history.json("runs", "--job", "flights")
    assert len(runs) == 4 and runs == history.json("runs")
    assert runs[0]["command"] == ["tranche", "acquire", "--job", "flights"]
    assert len(history.json("runs", "--limit", "1")) == 1
    info = history.json("run-info", runs[0]["run_id"])
    assert [batch["batch_id"] for batch in info["batches"]] == [3]
    assert history.json("run-info", runs[0]["run_id"][:8]) == info
    ambiguous = history("run-info", "")
    assert ambiguous.returncode == 125 and "several runs" in ambiguous.stderr


def test_asset_by_key_and_by_item(history):
    asset = history.json("asset", "--job", "flights", "--key", "2")
    assert (asset["key"], asset["item"], asset["weight"]) == (2, "file2", 20)
    assert [(b["batch_id"], [a["outcome"] for a in b["attempts"]]) for b in asset["batches"]] == [
        (1, ["failed", "succeeded"])
    ]
    assert {run["run_id"] for run in asset["runs"]} == {a["run_id"] for a in asset["batches"][0]["attempts"]}
    assert history.json("asset", "--job", "flights", "--item", "file2") == asset
    history.sql(f"INSERT INTO {history.name('assets')} (id, item, weight, kind) VALUES (50, 'late', 1, 'csv')")
    assert history.json("asset", "--job", "flights", "--item", "late")["batches"] == []
    assert "in no batch yet" in history.ok("asset", "--job", "flights", "--key", "50").stderr


def test_several_assets_with_one_item(history):
    history.sql(f"UPDATE {history.name('assets')} SET item = 'same' WHERE id IN (1, 6)")
    found = history.json("asset", "--job", "flights", "--item", "same")
    assert [(asset["key"], asset["batches"][0]["batch_id"]) for asset in found] == [(1, 1), (6, 2)]
    assert history.ok("asset", "--job", "flights", "--item", "same").stdout.count("ITEM ") == 2


MISSING = [
    (["backlog", "--job", "nosuch"], "job 'nosuch' not found; jobs here: flights"),
    (["backlog", "--job", "flights", "--campaign", "nosuch"], "campaign 'nosuch' not found"),
    (["plan", "--job", "nosuch"], "job 'nosuch'"),
    (["plan", "--job", "flights", "--campaign", "nosuch"], "campaign 'nosuch'"),
    (["batches", "--job", "nosuch"], "job 'nosuch'"),
    (["batches", "--job", "flights", "--campaign", "nosuch"], "campaign 'nosuch'"),
    (["batch", "99"], "batch 99 not found"),
    (["runs", "--job", "nosuch"], "job 'nosuch'"),
    (["run-info", "nosuch"], "run 'nosuch' not found"),
    (["asset", "--job", "nosuch", "--key", "1"], "job 'nosuch'"),
    (["asset", "--job", "flights", "--key", "99"], "99"),
    (["asset", "--job", "flights", "--key", "soon"], "soon"),
    (["asset", "--job", "flights", "--item", "nosuch"], "nosuch"),
    (["acquire", "--job", "nosuch"], "job 'nosuch'"),
    (["acquire", "--job", "flights", "--campaign", "nosuch"], "campaign 'nosuch'"),
    (["items", "99"], "batch 99"),
    (["heartbeat", "99", "--token", "t"], "batch 99"),
    (["release", "99", "--token", "t", "--status", "failed"], "batch 99"),
]


def test_what_is_missing_is_named(world, unchanged):
    world.job()
    for args, word in MISSING:
        assert word in unchanged(125, *args), args


@pytest.mark.parametrize(
    "args, word",
    [
        (["batches", "--job", "j", "--status", "lost"], "lost"),
        (["batches", "--job", "j", "--since", "soon"], "soon"),
        (["batches", "--job", "j", "--limit", "-1"], "--limit"),
        (["batch", "first"], "BATCH_ID"),
        (["batch", "-1"], "BATCH_ID"),
        (["plan", "--job", "j", "--batches", "0"], "--batches"),
        (["plan", "--job", "j", "--max-weight", "much"], "--max-weight"),
        (["asset", "--job", "j"], "--key"),
        (["asset", "--job", "j", "--key", "1", "--item", "2"], "--key"),
        (["runs", "--limit", "x"], "--limit"),
        (["run-info"], "RUN_ID"),
    ],
)
def test_malformed_questions_are_refused_before_any_database_is_opened(tranche, refused, tmp_path, args, word):
    assert word in refused(tranche(*args))
    assert not (tmp_path / "data").exists()


def test_tables(history, tmp_path, tranche_env):
    shown = []
    for args in (["batches", "--job", "flights"], ["batch", "1"], ["backlog", "--job", "flights"],
                 ["asset", "--job", "flights", "--key", "2"], ["runs"], ["job", "list"], ["job", "show", "flights"],
                 ["plan", "--job", "flights"]):  # fmt: skip
        result = history.ok(*args)
        shown.append(f"$ tranche {' '.join(args)}\n{result.stdout}{result.stderr}\n")
    golden(f"tables_{history.kind}.txt", "".join(shown).replace(history.name("assets"), "assets"))
