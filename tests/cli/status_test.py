"""tranche status: all jobs at a glance, once and again and again."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import termios
import time

from world import SqliteWorld


def statuses(world):
    return {(row["job"], row["window"]): row for row in world.json("status")}


def test_a_job_never_run_waits(world):
    world.job()
    (row,) = world.json("status")
    assert row == {"job": "flights", "window": "incremental", "state": "active", "state_reason": None, "error": None, "count": 10,
                   "weight": 550, "ready": 10, "unsettled": 0, "processing": 0, "failed": 0, "exhausted": 0, "cancelled": 0,
                   "oldest_age_seconds": None, "last_success_at": None, "holders": []}


def test_every_window_of_every_job_is_shown(world):
    world.job()
    world.ok("job", "create", "delays", "--table", world.name("assets"), "--key", "id", "--max-attempts", 1)
    for name in ("again", "gone"):
        world.ok("campaign", "create", name, "--job", "flights", "--from", 1, "--to", 5)
    world.ok("campaign", "cancel", "gone", "--job", "flights", "--yes")
    world.ok("campaign", "pause", "again", "--job", "flights")
    world.ok("job", "pause", "delays")
    rows = statuses(world)
    assert list(rows) == [("delays", "incremental"), ("flights", "incremental"), ("flights", "again")]
    assert [row["state"] for row in rows.values()] == ["paused", "active", "paused"]
    assert rows["flights", "again"]["count"] == 5


def test_who_holds_what_failed_and_what_succeeded_last(world):
    world.job("flights", "--max-attempts", 1, max_count=2)
    done = world.done()
    world.release(world.acquire(), "failed", "--exit-code", 3)
    held = [world.acquire() for _ in range(2)]
    row = statuses(world)["flights", "incremental"]
    assert row["last_success_at"] == world.json("batch", done["batch_id"])["released_at"]
    assert (row["processing"], row["failed"], row["exhausted"]) == (2, 0, 1)
    assert [holder["batch_id"] for holder in row["holders"]] == [held[1]["batch_id"], held[0]["batch_id"]]
    assert row["holders"][0]["host"] == socket.gethostname()
    header, shown = world.ok("status").stdout.splitlines()
    assert f"{socket.gethostname()}:" in shown and " +1" in shown
    cells = dict(zip(re.split(r"\s{2,}", header), re.split(r"\s{2,}", shown)))
    assert (cells["RUNNING"], cells["FAILED"], cells["EXHAUSTED"]) == ("2", "0", "1")


def test_a_job_that_halted_itself_says_so(world):
    world.job("flights", "--on-exit", "2=halt")
    world.release(world.acquire(), "failed", "--exit-code", 2)
    assert statuses(world)["flights", "incremental"]["state"] == "halted"


def test_a_source_that_is_away_hides_no_other_job(world, tmp_path):
    world.job()
    away = tmp_path / "away.db"
    other = SqliteWorld(world._run, tmp_path)
    other.path = away
    other.assets(3)
    world.ok("job", "create", "broken", "--table", "assets", "--key", "id", "--source", f"sqlite:{away}")
    away.unlink()
    rows = statuses(world)
    assert "away.db" in rows["broken", "incremental"]["error"] and rows["broken", "incremental"]["count"] is None
    assert rows["flights", "incremental"]["count"] == 10
    assert "broken" in world.ok("status").stdout.splitlines()[1]


def test_without_an_inventory_there_is_nothing_to_show(tranche):
    shown = tranche("status")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "", "tranche: no jobs\n")


def test_watching_takes_forms_that_go_on(world, unchanged):
    assert "accepted are -o table and -o jsonl" in unchanged(2, "status", "--watch", "-o", "json")


def start(binary, world, env, *args, **options):
    return subprocess.Popen([binary, "status", "--watch", "--interval", "100ms", *args], env={**env, **world.env}, **options)


def test_watching_prints_a_line_of_json_each_round(world, tranche_binary, tranche_env):
    world.job()
    with start(tranche_binary, world, tranche_env, "-o", "jsonl", stdout=subprocess.PIPE, text=True) as watch:
        rounds = [json.loads(watch.stdout.readline())]
        world.done()
        while rounds[-1]["windows"][0]["count"] == 10:
            rounds.append(json.loads(watch.stdout.readline()))
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == -signal.SIGINT
    assert rounds[-1]["windows"][0]["count"] == 6
    assert rounds[0]["time"] < rounds[-1]["time"]


def read_until(terminal, found, seconds=30):
    text, deadline = "", time.monotonic() + seconds
    while not found(text):
        assert time.monotonic() < deadline, text
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 65536).decode()
    return text


def test_watching_redraws_a_terminal_in_place(world, tranche_binary, tranche_env):
    world.job()
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (12, 80))
    with start(tranche_binary, world, {**tranche_env, "TERM": "xterm"}, stdout=inside, stdin=inside) as watch:
        os.close(inside)
        text = read_until(terminal, lambda text: text.count("flights") >= 2)
        watch.terminate()
        watch.wait(20)
    os.close(terminal)
    assert text.startswith("\033[2J\033[H") and text.count("\033[2J") == 1
    screen = text.split("\033[H")[-2].replace("\033[K", "")
    assert {"RUNNING", "FAILED", "EXHAUSTED"} < set(screen.split()), screen
    assert all(len(line.replace("\033[1m", "").replace("\033[0m", "").replace("\033[32m", "")) <= 80 for line in screen.splitlines())
