"""What happens to events of lineage while their server is away, refuses them, or is in trouble."""

import json
import signal
import time

import pytest
from background import wait_for
from lineage import one_start_and_one_end, parameters, types, waiting

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def test_events_wait_while_the_server_is_away_and_go_in_order_when_it_is_back(world, run, server, lineage, spool):
    world.job(count=40)
    server.go_away()
    start = time.monotonic()
    result = run("--iterations", "3", "true", env=lineage)
    assert result.returncode == 0 and time.monotonic() - start < 60
    assert "6 events wait in" in result.stderr and str(spool) in result.stderr
    assert len(waiting(spool)) == 6 and server.bodies == []
    server.come_back()
    result = run("true", env=lineage)
    assert "openlineage" not in result.stderr
    events = server.events()
    assert types(events) == ["START", "COMPLETE"] * 4
    assert [event["eventTime"] for event in events] == sorted(event["eventTime"] for event in events)
    assert len(one_start_and_one_end(events)) == 4
    assert waiting(spool) == []


@on_sqlite
def test_a_server_that_comes_back_during_the_run_hears_of_it_then(world, background, server, lineage, spool):
    world.job()
    server.go_away()
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo; exec sleep 600", env=lineage)
    wait_for(one.stdout)
    wait_for(lambda: waiting(spool), "the start to wait")
    server.come_back()
    wait_for(lambda: server.bodies, "the start to be sent")
    assert waiting(spool) == []
    one.send(signal.SIGTERM)
    assert one.end() == 143


@on_sqlite
def test_a_server_that_never_answers_delays_nothing_but_the_end(world, run, server, lineage, spool):
    world.job(count=40)
    server.hanging.clear()
    start = time.monotonic()
    result = run("--iterations", "all", "true", env=lineage)
    assert result.returncode == 0 and time.monotonic() - start < 60
    assert "20 events wait in" in result.stderr and "too slow" not in result.stderr
    assert world.json("backlog", "--job", "flights")["count"] == 0
    assert len(waiting(spool)) == 20


@on_sqlite
def test_runs_side_by_side_send_everything_once(world, background, server, lineage, spool):
    world.job(count=60, max_count=1)
    every = [background("run", "--job", "flights", "--iterations", "all", "--", "true", env=lineage) for _ in range(4)]
    assert [one.end() for one in every] == [0] * 4
    # What one wrote last, another that sends meanwhile takes along.
    wait_for(lambda: len(server.bodies) == 120, "all events")
    assert len(one_start_and_one_end(server.events())) == 60
    assert waiting(spool) == []


@on_sqlite
def test_an_event_that_is_refused_stops_no_other(world, run, server, lineage, spool):
    world.job()
    server.answer = lambda event: 422 if event["eventType"] == "START" else 200
    result = run("true", env=lineage)
    assert result.returncode == 0 and "1 events were refused: the server answered 422" in result.stderr
    assert types(server.events()) == ["COMPLETE"] and waiting(spool) == []


@on_sqlite
@pytest.mark.parametrize("status, left", [(500, 0), (503, 2), (401, 2)])
def test_a_server_in_trouble_is_not_an_event_in_trouble(world, run, server, lineage, spool, status, left):
    world.job()
    server.answer = lambda event: status if event["eventType"] == "START" else 200
    assert run("true", env=lineage).returncode == 0
    assert len(waiting(spool)) == left
    server.answer = lambda event: status
    assert run("true", env=lineage).returncode == 0
    assert len(waiting(spool)) == left + 2


@on_sqlite
def test_what_waits_is_bounded_and_the_oldest_goes(world, run, server, lineage, spool):
    world.job(count=40, max_count=1)
    server.go_away()
    result = run("--iterations", "all", "true", env={**lineage, "TRANCHE_OPENLINEAGE_SPOOL_BYTES": "40000"})
    assert result.returncode == 0 and "were given up" in result.stderr
    left = [json.loads(path.read_text()) for path in waiting(spool)]
    assert 0 < sum(path.stat().st_size for path in waiting(spool)) <= 45000
    assert parameters(left[-1])["tranche.last_key"] == "40" and left[-1]["eventType"] == "COMPLETE"


@on_sqlite
def test_events_for_one_server_never_go_to_another(world, run, server, lineage, spool):
    world.job()
    server.go_away()
    run("true", env=lineage)
    server.come_back()
    run("true", env={**lineage, "OPENLINEAGE_ENDPOINT": "other/place"})
    assert types(server.events()) == ["START", "COMPLETE"] and set(server.paths) == {"/other/place"}
    assert len(waiting(spool)) == 2


@on_sqlite
def test_without_a_folder_that_may_be_written_events_are_sent_all_the_same(world, run, server, lineage, tmp_path):
    world.job()
    (tmp_path / "state").write_text("")
    result = run("true", env=lineage)
    assert types(server.events()) == ["START", "COMPLETE"] and "openlineage" not in result.stderr
    server.go_away()
    assert "TRANCHE_STATE_DIR" in run("true", env=lineage).stderr
    assert list(tmp_path.glob("tranche-lineage.*")) == []
