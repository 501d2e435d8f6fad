"""Operators' repairs: retry, reset, cancel; each all or nothing."""

import os
import pty
import subprocess

import pytest


def failed_job(world):
    world.job("flights", "--max-attempts", "1")
    world.release(world.acquire(), "failed")
    world.done()


def test_retry_gives_fresh_attempts(world):
    failed_job(world)
    assert world("acquire", "--job", "flights", "--retry", "only").returncode == 99
    changed = world.json("retry", "--job", "flights", 1)
    assert [(batch["batch_id"], batch["status"], batch["attempt"]) for batch in changed] == [(1, "planned", 0)]
    again = world.acquire()
    assert (again["batch_id"], again["attempt"]) == (1, 1)


def test_retry_all_failed(world):
    failed_job(world)
    world.release(world.acquire(), "failed")
    assert [batch["batch_id"] for batch in world.json("retry", "--job", "flights", "--all-failed")] == [1, 3]
    assert world.json("retry", "--job", "flights", "--all-failed") == []


def test_retry_is_all_or_nothing(world, unchanged):
    failed_job(world)
    assert "succeeded" in unchanged(125, "retry", "--job", "flights", 1, 2)
    assert "batch 99" in unchanged(125, "retry", "--job", "flights", 1, 99)
    assert "job 'nosuch'" in unchanged(125, "retry", "--job", "nosuch", 1)
    assert "campaign 'nosuch'" in unchanged(125, "retry", "--job", "flights", "--all-failed", "--campaign", "nosuch")


def test_reset_hands_out_again_from_a_key(world):
    failed_job(world)
    world.ok("retry", "--job", "flights", 1)
    world.done()
    reset = world.json("reset", "--job", "flights", "--to-key", "3")
    assert reset == {"job": "flights", "next_key": 3, "next_key_text": "3", "superseded": 2}
    assert world.acquire()["first_key"] == 3
    assert [b["superseded"] for b in world.json("batches", "--job", "flights")] == [False, True, False]


def test_reset_refuses_what_it_cannot_do(world, unchanged):
    world.job()
    assert "ahead" in unchanged(125, "reset", "--job", "flights", "--to-key", "5")
    world.acquire()
    assert "batch 1" in unchanged(125, "reset", "--job", "flights", "--to-key", "2")
    assert "soon" in unchanged(125, "reset", "--job", "flights", "--to-key", "soon")


def test_cancel_sets_aside_and_retry_brings_back(world, unchanged):
    world.job()
    batch = world.acquire()
    assert world.json("cancel", 1)[0]["status"] == "cancelled"
    assert world.acquire()["batch_id"] == 2
    assert world.json("backlog", "--job", "flights")["cancelled"] == 1
    world.ok("retry", "--job", "flights", 1)
    again = world.acquire()
    assert again["batch_id"] == 1 and again["lease_token"] != batch["lease_token"]
    world.release(again)
    assert "succeeded" in unchanged(125, "cancel", 2, 1)


@pytest.mark.parametrize(
    "args, word",
    [
        (["retry", "--job", "j"], "--all-failed"),
        (["retry", "--job", "j", "1", "--all-failed"], "--all-failed"),
        (["retry", "--job", "j", "1", "--campaign", "c"], "--campaign"),
        (["retry", "--job", "j", "one"], "BATCH_ID"),
        (["reset", "--job", "j"], "--to-key"),
        (["cancel"], "BATCH_ID"),
        (["cancel", "0"], "BATCH_ID"),
    ],
)
def test_malformed_repairs_are_refused_before_any_database_is_opened(tranche, refused, tmp_path, args, word):
    assert word in refused(tranche(*args))
    assert not (tmp_path / "data").exists()


def on_a_terminal(binary, env, args, answer):
    """Runs with a terminal as standard input and error, and types one line at the question."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([binary, *args], env=env, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, answer + b"\n")
        process.communicate(timeout=120)
        return process.returncode
    finally:
        os.close(ours)
        process.kill()
        process.wait()


@pytest.mark.parametrize("answer, status", [(b"n", "processing"), (b"", "processing"), (b"y", "cancelled")])
def test_a_terminal_is_asked(world, tranche_binary, tranche_env, answer, status):
    world.job()
    world.acquire()
    assert on_a_terminal(tranche_binary, {**tranche_env, **world.env}, ["cancel", "1"], answer) == 0
    assert world.json("batch", 1)["status"] == status


def test_yes_does_not_ask(world):
    world.job()
    world.acquire()
    world.ok("cancel", 1, "--yes")
    world.ok("job", "delete", "flights", "--yes")
