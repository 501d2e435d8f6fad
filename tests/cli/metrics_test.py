"""`metrics`: what Prometheus' own parser makes of it."""

import pytest

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


@pytest.fixture
def parsed():
    """parsed(text) -> {(sample, labels): value}, after Prometheus' parser has accepted it."""
    parser = pytest.importorskip("prometheus_client.parser")

    def parse(text):
        families = list(parser.text_string_to_metric_families(text))
        assert all(family.documentation and family.type != "unknown" for family in families)
        found = {}
        for family in families:
            for sample in family.samples:
                key = (sample.name, tuple(sorted(sample.labels.items())))
                assert key not in found
                found[key] = sample.value
        return found

    return parse


def at(found, name, **labels):
    return found.get((name, tuple(sorted({"job": "flights", "window": "incremental", **labels}.items()))))


def test_backlogs_attempts_and_durations_are_told(world, run, parsed):
    world.job("flights", "--retry-delay", "1h")
    run("--iterations", "2", "exit $((TRANCHE_ITERATION == 1 ? 3 : 0))")
    found = parsed(world.ok("metrics").stdout)
    assert at(found, "tranche_backlog_assets") == 6
    assert at(found, "tranche_backlog_weight") == 10 + 20 + 30 + 40 + 90 + 100
    assert at(found, "tranche_backlog_ready_assets") == 2
    assert at(found, "tranche_backlog_up") == 1
    assert at(found, "tranche_batches", state="failed") == 1
    assert at(found, "tranche_attempts_total", outcome="succeeded") == 1
    assert at(found, "tranche_attempts_total", outcome="failed") == 1
    assert at(found, "tranche_attempts_total", outcome="timeout") == 0
    assert at(found, "tranche_lease_takeovers_total") == 0
    assert at(found, "tranche_attempt_duration_seconds_count") == 2
    assert at(found, "tranche_attempt_duration_seconds_bucket", le="+Inf") == 2
    buckets = [value for (name, _), value in found.items() if name == "tranche_attempt_duration_seconds_bucket"]
    assert len(buckets) == 11 and buckets == sorted(buckets)


def test_the_age_of_the_oldest_is_told_where_a_time_is_known(world, parsed):
    world.job()
    assert at(parsed(world.ok("metrics").stdout), "tranche_backlog_oldest_age_seconds") is None
    kind = "timestamptz" if world.kind == "postgres" else "TEXT"
    world.create("timed", f"id {'bigint' if world.kind == 'postgres' else 'INTEGER'} PRIMARY KEY, at {kind}")
    world.sql(f"INSERT INTO {world.name('timed')} (id, at) VALUES (1, '2020-01-01T00:00:00Z')")
    world.ok("job", "create", "timed", "--table", world.name("timed"), "--key", "id", "--time-column", "at")
    assert at(parsed(world.ok("metrics").stdout), "tranche_backlog_oldest_age_seconds", job="timed") > 5 * 365 * 86400


def test_a_lease_that_was_taken_over_is_counted(world, parsed):
    world.job()
    world.acquire("--lease", "1s")
    world.sql(f"UPDATE {world.inventory('batch')} SET available_at = " + ("now() - interval '1 s'" if world.kind == "postgres" else "1"))
    world.done()
    found = parsed(world.ok("metrics").stdout)
    assert at(found, "tranche_lease_takeovers_total") == at(found, "tranche_attempts_total", outcome="lost") == 1
    assert at(found, "tranche_attempt_duration_seconds_count") == 1


@on_sqlite
def test_every_window_and_job_is_told_or_one(world, parsed):
    world.job("odd-1")
    world.ok("job", "create", "trains", "--table", world.name("assets"), "--key", "id")
    world.ok("campaign", "create", "old", "--job", "trains")
    world.ok("job", "pause", "trains")
    found = parsed(world.ok("metrics").stdout)
    assert at(found, "tranche_backlog_assets", job="trains", window="old") == 10
    assert at(found, "tranche_backlog_assets", job="odd-1") == 10
    assert found[("tranche_job_paused", (("job", "trains"),))] == 1
    one = parsed(world.ok("metrics", "--job", "trains").stdout)
    assert not any("odd" in str(labels) for _, labels in one)


@on_sqlite
def test_a_source_that_cannot_be_read_leaves_the_rest(world, parsed):
    world.job()
    world.create("other")
    world.ok("job", "create", "trains", "--table", world.name("other"), "--key", "id")
    world.sql("DROP TABLE other")
    result = world.ok("metrics")
    found = parsed(result.stdout)
    assert "job 'trains' is left out" in result.stderr
    assert (at(found, "tranche_backlog_up", job="trains"), at(found, "tranche_backlog_up")) == (0, 1)
    assert at(found, "tranche_backlog_assets", job="trains") is None and at(found, "tranche_backlog_assets") == 10


@on_sqlite
def test_a_file_is_replaced_in_one_step(world, parsed, tmp_path):
    world.job()
    (tmp_path / "node").mkdir()
    file = tmp_path / "node" / "tranche.prom"
    file.write_text("old")
    before = file.stat().st_ino
    assert world.ok("metrics", "--metrics-file", file).stdout == ""
    assert at(parsed(file.read_text()), "tranche_backlog_assets") == 10
    assert file.stat().st_ino != before and file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in file.parent.iterdir()] == ["tranche.prom"]


@on_sqlite
def test_a_refusal_leaves_the_file_as_it_is(world, unchanged, tmp_path):
    world.job()
    file = tmp_path / "tranche.prom"
    file.write_text("old")
    unchanged(125, "metrics", "--job", "trains", "--metrics-file", file)
    assert file.read_text() == "old" and not list(tmp_path.glob(".tranche*"))
    assert "cannot be written" in unchanged(125, "metrics", "--metrics-file", tmp_path / "none" / "tranche.prom")
