"""`--on-exit …=split`: poison assets are found by halving, and everything else succeeds."""

import math

import pytest

COUNT = 10_000
POISON = (1, 2, 4_711, 7_000, 10_000)  # neighbours, the middle of a half, both ends

# Says which one broke it, as a program would.
SCRIPT = """hit=$(grep -xFf "$DIR/poison" "$TRANCHE_ITEMS_FILE" | head -1)
[ -z "$hit" ] || { echo "reading" >&2; echo "cannot parse $hit" >&2; exit 3; }"""


def fill(world, *options):
    world.create("assets")
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COUNT})"
    world.sql(f"INSERT INTO {world.name('assets')} (id, item, weight) {numbers} SELECT i, 'file' || i, 1 FROM n")
    world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id", "--item", "item",
             "--weight", "weight", "--max-count", COUNT, "--retry-delay", "0s", *options)  # fmt: skip


@pytest.mark.parametrize("options", [("--on-exit", "*=split"), ("--on-exit", "exhausted=split", "--max-attempts", "1")])
def test_splits_quarantine_exactly_the_poison_assets(world, run, tmp_path, options):
    (tmp_path / "poison").write_text("".join(f"file{key}\n" for key in POISON))
    fill(world, *options)
    result = run("--iterations", "all", "--max-failures", "0", SCRIPT)
    assert result.returncode == 3, result.stderr[-2000:]
    batches = world.json("batches", "--job", "flights")
    failed = [b for b in batches if b["status"] == "failed"]
    assert sorted((b["first_key"], b["last_key"], b["count"], b["exhausted"]) for b in failed) == [(k, k, 1, True) for k in POISON]
    assert {b["first_key"]: b["message"] for b in failed} == {k: f"cannot parse file{k}" for k in POISON}
    assert sum(b["count"] for b in batches if b["status"] == "succeeded") == COUNT - len(POISON)
    assert sum(b["attempt"] for b in batches) <= 2 * math.ceil(math.log2(COUNT)) * len(POISON) + 1
    backlog = world.json("backlog", "--job", "flights")
    assert (backlog["count"], backlog["exhausted"], backlog["ready"]) == (len(POISON), len(POISON), 0)

    # Repaired, they are all that is tried again.
    (tmp_path / "poison").write_text("none\n")
    world.ok("retry", "--job", "flights", "--all-failed", "--yes")
    again = run("--iterations", "all", SCRIPT)
    assert (again.returncode, f"{len(POISON)} iterations: {len(POISON)} succeeded" in again.stderr) == (0, True)
    assert world.json("backlog", "--job", "flights")["count"] == 0
    assert world("audit", "--job", "flights").returncode == 0
