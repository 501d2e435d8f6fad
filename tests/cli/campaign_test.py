"""`tranche campaign …`: backfills."""

import json

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


def plan(world, *options, name="holes"):
    return world.json("campaign", "create", name, "--job", "flights", "--dry-run", *options)


def test_a_filter_narrows_a_campaign_and_its_commands_see_both(world, unchanged):
    world.job("flights", "--filter", "id > 2")
    assert "colour" in unchanged(125, "campaign", "create", "c", "--job", "flights", "--filter", "colour = 1")
    assert create(world, "c", "--filter", "weight > 30", "--max-count", "2")["filter"] == "weight > 30"
    assert world.acquire("--campaign", "c")["filter"] == "(id > 2) AND (weight > 30)"
    told = world.ok("run", "--job", "flights", "--campaign", "c", "--", "sh", "-c",
                    'printf "%s\\n%s\\n" "$TRANCHE_FILTER" "$TRANCHE_RANGE_SQL"').stdout.splitlines()
    assert told[0] == "(id > 2) AND (weight > 30)"
    assert told[1].endswith("AND ((id > 2) AND (weight > 30))")


def test_what_is_missing_and_in_which_order(world):
    world.job()
    world.done()
    campaign = create(world, "holes", "--only-missing", "--newest-first", "--max-count", "4")
    assert (campaign["only_missing"], campaign["missing_version"], campaign["newest_first"]) == (True, None, True)
    count = campaign["count"]
    assert count == 6
    batch = world.acquire("--campaign", "holes")
    assert (batch["first_key"], batch["last_key"]) == (7, 10)
    assert "newest first" in world.ok("campaign", "show", "holes", "--job", "flights").stdout


def test_a_dry_run_over_what_is_missing_names_the_keys_that_its_batches_will_hold(world, run):
    world.job()
    create(world, "middle", "--from", "3", "--to", "4")
    world.done("--campaign", "middle")
    create(world, "holes", "--only-missing")
    words = ["--campaign", "holes", "--iterations", "all"]
    dry = json.loads(run(*words, "--dry-run", "-o", "json", "echo {range_sql}").stdout)
    assert [(row["first_key"], row["last_key"], row["count"]) for row in dry] == [(1, 6, 4), (7, 10, 4)]
    told = run(*words, 'echo "$TRANCHE_RANGE_SQL"').stdout.splitlines()
    assert [row["command"][-1] for row in dry] == ["echo " + condition for condition in told]


def test_a_plan_is_shown_saved_and_applied(world, tmp_path, unchanged):
    world.job()
    file = tmp_path / "plan.json"
    shown = plan(world, "--max-count", "3", "--save", str(file))
    ranges = [(one["first_key"], one["last_key"], one["count"]) for one in shown["ranges"]]
    assert ranges == [(1, 3, 3), (4, 6, 3), (7, 9, 3), (10, 10, 1)]
    assert shown["total"] == {"ranges": 4, "count": 10, "weight": 550, "estimated_seconds": None}
    assert [one["estimated_seconds"] for one in shown["ranges"]] == [None] * 4
    apply = ["campaign", "create", "holes", "--job", "flights", "--plan", str(file)]
    world.sql(f"UPDATE {world.name('assets')} SET weight = 1 WHERE id = 5")
    assert "range 4 to 6" in unchanged(125, *apply)
    world.sql(f"UPDATE {world.name('assets')} SET weight = 50 WHERE id = 5")
    assert world.json(*apply)["count"] == 10
    batch = world.done("--campaign", "holes", "--max-count", "10")
    assert (batch["first_key"], batch["last_key"]) == (1, 3)
    told = world.ok("campaign", "create", "next", "--job", "flights", "--dry-run")
    assert "3 ranges, 10 assets, weight 550, about " in told.stderr
    assert plan(world, "--from", "1", "--to", "1", name="one")["ranges"][0]["estimated_seconds"] is not None
    planned = world.json("plan", "--job", "flights", "--campaign", "holes")
    assert [one["first_key"] for one in planned] == [4, 7, 10]
    assert all(one["estimated_seconds"] is not None for one in planned)


def test_a_plan_of_many_ranges_is_whole_in_its_file_and_short_on_the_screen(world, tmp_path, unchanged):
    world.job(count=120, max_count=1)
    file = tmp_path / "plan.jsonl"
    shown = world.ok("campaign", "create", "holes", "--job", "flights", "--dry-run", "--save", str(file), "-o", "table")
    assert len(shown.stdout.splitlines()) == 101
    assert "and 20 more; -o jsonl lists all" in shown.stderr
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (lines[0]["format"], lines[1]["first_key"], lines[-1]) == ("tranche campaign plan 1", "1", {"ranges": 120})
    apply = ["campaign", "create", "holes", "--job", "flights", "--plan", str(file)]
    whole = file.read_text()
    file.write_text(whole[: whole.rindex("{")])
    assert "ends with line 121" in unchanged(125, *apply)
    file.write_text(whole.replace('"count":1,', '"count":0,', 1))
    assert "0 as 'count' in line 2" in unchanged(125, *apply)
    file.write_text(whole)
    assert world.json(*apply)["count"] == 120


def test_show_tells_how_far_a_narrowed_campaign_is(world):
    world.job(max_count=2)
    world.done()
    create(world, "holes", "--filter", "weight <> 50", "--only-missing", "--newest-first", "--max-count", "3", "--parallel", "1")
    show = lambda: world.json("campaign", "show", "holes", "--job", "flights")
    figures = lambda: [show()[name] for name in ("done_count", "total_count", "total_weight", "frontier", "complete")]
    assert figures() == [0, 7, 470, None, False]
    assert world.done("--campaign", "holes")["first_key"] == 8
    assert figures() == [3, 7, 470, 8, False]
    batch = world.acquire("--campaign", "holes")
    assert (batch["first_key"], batch["last_key"], show()["ready"], show()["max_in_flight"]) == (4, 7, 0, 1)
    assert show()["slowest"]["batch_id"] == batch["batch_id"]
    world.release(batch)
    world.done("--campaign", "holes")
    assert figures() == [7, 7, 470, 1, True]


def test_in_order_a_campaign_that_begins_at_its_end_goes_down(world, run):
    world.job(max_count=4)
    create(world, "down", "--newest-first")
    words = ["--campaign", "down", "--ordered", "--iterations", "all"]
    dry = json.loads(run(*words, "--dry-run", "-o", "json", "true").stdout)
    assert [(row["first_key"], row["last_key"], row["estimated_seconds"]) for row in dry] == [(7, 10, None), (3, 6, None), (1, 2, None)]
    assert run(*words, 'echo "$TRANCHE_FIRST_KEY"').stdout.split() == ["7", "3", "1"]
    create(world, "again")
    dry = json.loads(run("--campaign", "again", "--dry-run", "-o", "json", "true").stdout)
    assert dry[0]["estimated_seconds"] is not None


def test_a_plan_keeps_the_cap(world, tmp_path, unchanged):
    world.job()
    file = tmp_path / "plan.json"
    assert plan(world, "--max-in-flight", "1", "--save", str(file))["max_in_flight"] == 1
    assert "--plan" in unchanged(2, "campaign", "create", "holes", "--job", "flights", "--plan", str(file), "--parallel", "2")
    assert world.json("campaign", "create", "holes", "--job", "flights", "--plan", str(file))["max_in_flight"] == 1
    world.acquire("--campaign", "holes")
    refused = world("acquire", "--job", "flights", "--campaign", "holes")
    assert refused.returncode == 99 and "--max-in-flight 1" in refused.stderr


@pytest.mark.parametrize("options, told", [
    (["--version", "1"], "--only-missing"),
    (["--save", "x"], "--dry-run"),
    (["--plan", "x", "--dry-run"], "one of them"),
    (["--plan", "x", "--from", "1"], "--plan"),
    (["--from-time", "soon"], "2026-01-31"),
    (["--only-missing", "--version", "0"], "--version"),
])
def test_options_that_do_not_go_together(world, unchanged, options, told):
    world.job()
    assert told in unchanged(2, "campaign", "create", "c", "--job", "flights", *options)


def test_plans_and_times_that_cannot_be(world, unchanged, tmp_path):
    world.job()
    create = ["campaign", "create", "c", "--job", "flights"]
    assert "--time-column" in unchanged(125, *create, "--from-time", "2026-01-01")
    assert "cannot be read" in unchanged(125, *create, "--plan", str(tmp_path / "none"))
    (tmp_path / "bad").write_text("{}")
    assert "another format" in unchanged(125, *create, "--plan", str(tmp_path / "bad"))
    assert "no version 7" in unchanged(125, *create, "--only-missing", "--version", "7")
