"""`tranche campaign …`: backfills."""

import pytest


def create(world, name="january", *options):
    return world.json("campaign", "create", name, "--job", "flights", *options)


def test_a_campaign_goes_over_keys_again(world):
    world.job()
    world.done()
    campaign = create(world, "january", "--from", "2", "--to", "6", "--max-count", "3")
    assert (campaign["from"], campaign["to"], campaign["max_count"]) == (2, 6, 3)
    assert (campaign["state"], campaign["complete"], campaign["count"], campaign["weight"]) == ("active", False, 5, 200)
    batch = world.done("--campaign", "january")
    assert (batch["window"], batch["first_key"], batch["last_key"]) == ("january", 2, 4)
    world.done("--campaign", "january")
    assert world("acquire", "--job", "flights", "--campaign", "january").returncode == 99
    assert world.json("campaign", "show", "january", "--job", "flights")["complete"] is True
    assert world.acquire()["first_key"] == 5


def test_show_tells_how_far_a_campaign_is(world):
    world.job("flights", "--max-attempts", 1, max_count=2)
    create(world)
    show = lambda *options: world.json("campaign", "show", "january", "--job", "flights")
    fresh = show()
    figures = ("progress", "done_count", "total_count", "done_weight", "total_weight", "count_per_second", "seconds_left", "slowest")
    assert [fresh[figure] for figure in figures] == [0, 0, 10, 0, 550, None, None, None]
    world.done("--campaign", "january")
    world.release(world.acquire("--campaign", "january"), "failed")
    held = [world.acquire("--campaign", "january") for _ in range(2)][0]
    half = show()
    assert [half[figure] for figure in figures[1:5]] == [2, 10, 30, 550]
    assert half["progress"] == pytest.approx(30 / 550)
    rate = half["count_per_second"]
    assert rate > 0 and half["weight_per_second"] == pytest.approx(15 * rate)
    # What failed for good is not waited for: keys 5 to 10 of weight 450 are.
    assert half["seconds_left"] == pytest.approx(450 / half["weight_per_second"], rel=0.1)
    assert half["slowest"]["batch_id"] == held["batch_id"] and half["slowest"]["seconds"] >= 0
    shown = world.ok("campaign", "show", "january", "--job", "flights").stdout
    assert "[=>                            ] 5%" in shown and "2 of 10\n" in shown and "30 of 550\n" in shown
    assert f"batch {held['batch_id']} for " in shown


def test_bounds_default_to_the_whole_table(world):
    world.job()
    campaign = create(world)
    assert (campaign["from"], campaign["to"]) == (1, 10)
    assert [listed["name"] for listed in world.json("campaign", "list", "--job", "flights")] == ["january"]


def test_batches_of_a_campaign_are_listed_by_it(world):
    world.job()
    create(world)
    world.done("--campaign", "january")
    world.done()
    windows = lambda *options: [b["window"] for b in world.json("batches", "--job", "flights", *options)]
    assert windows() == ["incremental", "january"]
    assert windows("--campaign", "january") == ["january"]
    assert windows("--campaign", "incremental") == ["incremental"]
    assert "WINDOW" in world.ok("batches", "--job", "flights").stdout


def test_pause_resume_cancel(world, unchanged):
    world.job()
    create(world)
    where = ["january", "--job", "flights"]
    world.ok("campaign", "pause", *where)
    assert world("acquire", "--job", "flights", "--campaign", "january").returncode == 99
    assert world.acquire()["window"] == "incremental"
    world.ok("campaign", "resume", *where)
    assert world.acquire("--campaign", "january")["first_key"] == 1
    world.ok("campaign", "cancel", *where)
    assert world.json("campaign", "show", *where)["state"] == "cancelled"
    assert "cancelled for good" in unchanged(125, "campaign", "resume", *where)


def test_refusals(world, unchanged):
    world.job()
    create(world)
    job = ["--job", "flights"]
    assert "january" in unchanged(125, "campaign", "create", "january", *job)
    assert "--from" in unchanged(125, "campaign", "create", "c", *job, "--from", "5", "--to", "4")
    assert "soon" in unchanged(125, "campaign", "create", "c", *job, "--from", "soon")
    assert "job 'nosuch'" in unchanged(125, "campaign", "create", "c", "--job", "nosuch")
    assert "job 'nosuch'" in unchanged(125, "campaign", "list", "--job", "nosuch")
    for verb in ("show", "pause", "resume", "cancel"):
        assert "campaign 'nosuch' not found" in unchanged(125, "campaign", verb, "nosuch", *job)


@pytest.mark.parametrize(
    "args, word",
    [
        (["create", "a b", "--job", "j"], "a b"),
        (["create", "incremental", "--job", "j"], "incremental"),
        (["create", "c"], "--job"),
        (["create", "c", "--job", "j", "--max-count", "0"], "--max-count"),
        (["show", "incremental", "--job", "j"], "incremental"),
        (["pause", "--job", "j"], "NAME"),
    ],
)
def test_malformed_calls_are_refused_before_any_database_is_opened(tranche, refused, tmp_path, args, word):
    assert word in refused(tranche("campaign", *args))
    assert not (tmp_path / "data").exists()


def test_a_campaign_halts_at_its_error_budget_and_says_why(world, run):
    world.job("flights", "--on-exit", "*=fail", count=40, max_count=1)
    world.ok("campaign", "create", "c", "--job", "flights", "--halt-after", "10%")
    assert world.json("campaign", "show", "c", "--job", "flights")["halt_count"] == 4
    result = run("--campaign", "c", "--iterations", "all", "--max-failures", "0", "exit 3")
    assert (result.returncode, "4 assets have failed for good" in result.stderr) == (3, True), result
    shown = world.json("campaign", "show", "c", "--job", "flights")
    assert (shown["state"], shown["exhausted"], shown["halt_after"]) == ("paused", 4, "10%")
    assert "4 assets have failed for good, and --halt-after is 10%" in shown["state_reason"]
    assert shown["state_reason"] in world.ok("campaign", "show", "c", "--job", "flights", "-o", "table").stdout
    # Repaired and resumed it goes on to its end.
    world.ok("retry", "--job", "flights", "--all-failed", "--yes")
    world.ok("campaign", "resume", "c", "--job", "flights")
    assert run("--campaign", "c", "--iterations", "all", "true").returncode == 0
    assert world.json("campaign", "show", "c", "--job", "flights")["complete"]


@pytest.mark.parametrize("budget", ["0%", "101%", "0", "-1", "some", "", "5 %"])
def test_an_error_budget_that_is_none_is_refused(world, unchanged, budget):
    world.job()
    line = unchanged(2, "campaign", "create", "c", "--job", "flights", f"--halt-after={budget}")
    assert "accepted is a share such as 5%, or a number of assets from 1" in line
