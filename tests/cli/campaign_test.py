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
