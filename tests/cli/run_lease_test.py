"""`run` and its lease: kept by heartbeats, lost to somebody else, and a database that goes away."""

import datetime
import json
import os
import re
import signal
import sqlite3
import time

import pytest
from background import gone, wait_for
from proxy import Proxy

HOLD = 'echo $$; while [ ! -e "$DIR/go" ]; do sleep 0.02; done'


LOST = "; its command was stopped and nothing is recorded"
on_postgres = pytest.mark.parametrize("world", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


@pytest.fixture
def proxy(world):
    made = Proxy(world.url)
    yield made
    made.close()


def shell(background, *args, env=None):
    *options, script = args
    return background("run", "--job", "flights", *options, "--", "sh", "-c", script, env=env)


def started(one):
    wait_for(lambda: "\n" in one.stdout(), "the command's output")
    return int(one.stdout().split()[0])


def batch(world, number=1):
    return world.json("batch", number)


def lease_end(world):
    return batch(world)["lease_expires_at"]


def test_heartbeats_keep_a_short_lease(world, background, tmp_path):
    world.job()
    one = shell(background, "--lease", "1s", HOLD)
    started(one)
    ends = {lease_end(world)}
    wait_for(lambda: ends.add(lease_end(world)) or len(ends) > 4, "more heartbeats")
    assert world("acquire", "--job", "flights", "--retry", "only").returncode == 99
    (tmp_path / "go").touch()
    assert one.end() == 0
    assert [a["outcome"] for a in batch(world)["attempts"]] == ["succeeded"]


def test_the_lease_is_the_options_else_the_jobs_else_5_minutes(world, run, tmp_path):
    def seconds(*options):
        run(*options, 'cp "$TRANCHE_BATCH_FILE" "$DIR/batch.json"')
        shown = json.loads((tmp_path / "batch.json").read_text())
        times = [datetime.datetime.fromisoformat(shown[name]) for name in ("acquired_at", "lease_expires_at")]
        return (times[1] - times[0]).total_seconds()

    world.job(max_count=1)
    assert [seconds(), seconds("--lease", "77s")] == [300, 77]
    world.ok("job", "update", "flights", "--lease", "20m")
    assert [seconds(), seconds("--lease", "77s")] == [1200, 77]


def test_a_batch_that_somebody_else_took_over_is_left_to_them(world, background):
    world.job()
    # A stopped runner sends no heartbeat; its guard kills the command before the lease ends.
    one = shell(background, "--lease", "1s", HOLD)
    pid = started(one)
    one.send(signal.SIGSTOP)
    gone(pid)
    taken = wait_for(lambda: world("acquire", "--job", "flights", "--retry", "only", "-o", "json").stdout)
    one.send(signal.SIGCONT)
    assert one.end() == 125, one.stderr()
    assert LOST in one.stderr()
    now = batch(world)
    assert (now["status"], now["attempt"]) == ("processing", 2)
    assert now["lease_token"] in taken
    assert [a["outcome"] for a in now["attempts"]] == ["lost", None]


def take_over(world):
    """Another holder, as the inventory sees it."""
    world.sql(f"UPDATE {world.inventory('batch')} SET token = 'ffffffffffffffffffffffffffffffff'")


def test_a_token_that_is_no_longer_valid_stops_the_command(world, background):
    world.job()
    one = shell(background, "--lease", "3s", "--iterations", "1", HOLD)
    pid = started(one)
    take_over(world)
    assert one.end() == 125, one.stderr()
    gone(pid)
    assert LOST in one.stderr()
    assert batch(world)["status"] == "processing"


def test_a_release_with_a_token_that_is_no_longer_valid_is_125(world, background, tmp_path):
    world.job()
    one = shell(background, HOLD)
    started(one)
    take_over(world)
    (tmp_path / "go").touch()
    assert one.end() == 125, one.stderr()
    assert "not recorded" in one.stderr()
    assert batch(world)["status"] == "processing"


def test_a_cancelled_batch_stops_its_command(world, background):
    world.job()
    one = shell(background, "--lease", "3s", HOLD)
    pid = started(one)
    world.ok("cancel", "1", "--yes")
    assert one.end() == 125, one.stderr()
    gone(pid)
    assert "was cancelled" in one.stderr()
    ended = batch(world)
    assert (ended["status"], [a["outcome"] for a in ended["attempts"]]) == ("cancelled", ["cancelled"])


def test_a_late_release_is_accepted_while_nobody_has_taken_over(world, background, tmp_path):
    world.job()
    one = shell(background, HOLD)
    started(one)
    world.sql(f"UPDATE {world.inventory('batch')} SET available_at = acquired_at")
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert batch(world)["status"] == "succeeded"


@on_postgres
def test_a_broken_connection_at_release_is_opened_again(world, proxy, background, tmp_path):
    world.job()
    one = shell(background, HOLD, env={"TRANCHE_DB": proxy.url})
    started(one)
    proxy.go_away()
    (tmp_path / "go").touch()
    wait_for(lambda: "trying again" in one.stderr())
    proxy.come_back()
    assert one.end() == 0, one.stderr()
    assert [a["outcome"] for a in batch(world)["attempts"]] == ["succeeded"]


@on_postgres
def test_a_terminated_backend_is_no_error(world, proxy, background, tmp_path):
    world.job(max_count=1)
    url = proxy.url + f"&application_name={world.schema}"
    script = '[ $TRANCHE_ITERATION != 2 ] || { echo $$; while [ ! -e "$DIR/go" ]; do sleep 0.02; done; }'
    one = shell(background, "--lease", "1s", "--iterations", "4", script, env={"TRANCHE_DB": url})
    started(one)
    kill = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{world.schema}'"
    # The worker's connection and that of its heartbeats.
    wait_for(lambda: int(world.sql(kill.replace("pg_terminate_backend(pid)", "pid"))[0][0]) == 2)
    world.sql(kill)
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert len(world.json("batches", "--job", "flights", "--status", "succeeded")) == 4


@on_postgres
def test_a_database_that_stays_away_is_125_with_the_line_to_run(world, proxy, background, tmp_path):
    world.job()
    one = shell(background, "--lease", "3s", HOLD + "; exit 3", env={"TRANCHE_DB": proxy.url})
    started(one)
    (tmp_path / "go").touch()
    proxy.go_away()
    assert one.end() == 125, one.stderr()
    line = re.search(r"run: (tranche release 1 --token [0-9a-f]{32} --status failed --exit-code 3)$", one.stderr(), re.M)
    assert line, one.stderr()
    assert batch(world)["status"] == "processing"
    world.ok(*line[1].split()[1:])
    assert [a["exit_code"] for a in batch(world)["attempts"]] == [3]


@on_postgres
def test_a_command_is_stopped_before_its_lease_ends_while_the_database_is_away(world, proxy, background):
    world.job()
    one = shell(background, "--lease", "2s", HOLD, env={"TRANCHE_DB": proxy.url})
    pid = started(one)
    proxy.go_away()
    gone(pid)
    assert world("acquire", "--job", "flights", "--retry", "only").returncode == 99
    wait_for(lambda: LOST in one.stderr())
    # With --iterations 1 there is nothing left to ask the database for but the end of the run.
    assert one.end() == 125
    assert [a["outcome"] for a in batch(world)["attempts"]] == [None]


@on_postgres
def test_a_stop_does_not_wait_for_a_database_that_stays_away(world, proxy, background, tmp_path):
    world.job()
    # Five minutes of lease, and five seconds of patience after the stop.
    one = shell(background, HOLD, env={"TRANCHE_DB": proxy.url})
    started(one)
    proxy.go_away()
    one.send(signal.SIGTERM)
    assert one.end() == 143, one.stderr()
    assert "--status returned" in one.stderr()


@on_postgres
def test_a_server_that_hangs_is_given_up_in_time_to_save_the_lease(world, proxy, background, tmp_path):
    world.job()
    one = shell(background, "--lease", "24s", HOLD, env={"TRANCHE_DB": proxy.url})
    started(one)
    end = f"SELECT available_at FROM {world.inventory('batch')}"
    before = world.sql(end)
    wait_for(lambda: world.sql(end) != before, "a heartbeat")
    before = world.sql(end)
    stuck = list(proxy.open)
    proxy.passing.clear()
    wait_for(lambda: "warning: heartbeat of batch 1: no connection" in one.stderr(), "the end of patience")
    assert proxy.open[: len(stuck)] == stuck, "the proxy closes nothing by itself"
    proxy.passing.set()
    wait_for(lambda: world.sql(end) != before, "a heartbeat on another connection")
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert [a["outcome"] for a in batch(world)["attempts"]] == ["succeeded"]


@on_postgres
def test_a_stop_ends_a_run_whose_first_connection_hangs_at_once(world, proxy, background):
    world.job()
    proxy.passing.clear()
    one = shell(background, HOLD, env={"TRANCHE_DB": proxy.url})
    wait_for(lambda: proxy.open, "the connection")
    begun = time.monotonic()
    one.send(signal.SIGTERM)
    assert one.end() == 143, one.stderr()
    # libpq would wait for 10 s.
    assert time.monotonic() - begun < 9
    assert "told to stop before the inventory answered" in one.stderr()


@on_postgres
def test_a_stop_does_not_wait_for_a_server_that_hangs(world, proxy, background):
    world.job()
    one = shell(background, HOLD, env={"TRANCHE_DB": proxy.url})
    pid = started(one)
    proxy.passing.clear()
    one.send(signal.SIGTERM)
    gone(pid)
    assert one.end() == 143, one.stderr()
    assert "--status returned" in one.stderr()


def timers(port):
    """Seconds until the kernel asks after each connection to the port; /proc/net/tcp, timer 2 is the keepalive."""
    rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    ours = [row for row in rows if row[2] == f"0100007F:{port:04X}" and row[3] == "01"]
    ticks = os.sysconf("SC_CLK_TCK")
    return [int(row[5].split(":")[1], 16) / ticks if row[5].startswith("02:") else None for row in ours]


@on_postgres
def test_a_host_that_died_is_noticed_long_before_the_lease_ends(world, proxy, background, tmp_path):
    world.job()
    port = proxy.tcp_port()
    one = shell(background, HOLD, env={"TRANCHE_DB": f"{world.url}&host=127.0.0.1&port={port}"})
    started(one)
    waits = timers(port)
    assert waits and all(wait is not None and wait <= 20 for wait in waits), waits
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()


@on_sqlite
def test_a_locked_file_is_waited_for(world, background, tmp_path):
    world.job()
    one = shell(background, "--lease", "1s", HOLD)
    pid = started(one)
    lock = sqlite3.connect(world.path, isolation_level=None, timeout=30)
    lock.execute("BEGIN IMMEDIATE")
    (tmp_path / "go").touch()
    gone(pid)
    lock.execute("ROLLBACK")
    lock.close()
    assert one.end() == 0, one.stderr()
    assert batch(world)["status"] == "succeeded"
