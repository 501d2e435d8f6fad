"""`acquire`, `release`, `heartbeat`, `items`: one batch in the hands of a step outside a runner."""

import json
import re
import subprocess

import pytest

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def test_acquire_prints_the_batch(world):
    world.job("flights", "--filter", "kind = 'csv'")
    batch = world.acquire("--lease", "2h")
    assert TIME.match(batch.pop("acquired_at")) and TIME.match(batch.pop("lease_expires_at"))
    assert re.fullmatch("[0-9a-f]{32}", batch.pop("lease_token"))
    assert re.fullmatch("[0-9a-f-]{36}", batch.pop("run_id"))
    condition = batch.pop("range_sql")
    assert world.sql(f"SELECT count(*) FROM {world.name('assets')} WHERE {condition}")[0][0] in (4, "4")
    assert batch == {
        "batch_id": 1, "job": "flights", "window": "incremental", "first_key": 2, "last_key": 8,
        "first_key_text": "2", "last_key_text": "8", "count": 4, "weight": 200, "status": "processing",
        "exhausted": False, "skipped": False, "superseded": False, "straggler": False, "done_count": 0, "attempt": 1, "max_attempts": 3,
        "retry_at": None, "size_reason": None, "released_at": None, "exit_code": None, "message": None, "outputs": {},
        "parent_batch_id": None, "table": world.name("assets"), "key_column": "id", "filter": "kind = 'csv'",
    }  # fmt: skip


def test_limits_hold_for_this_call(world):
    world.job()
    assert world.acquire("--max-count", "2")["last_key"] == 2
    assert world.acquire("--max-weight", "75")["last_key"] == 4
    assert world.acquire("--max-weight", "1")["count"] == 1


def test_nothing_to_acquire_is_99_with_a_line(world):
    world.job(count=3)
    world.acquire()
    result = world("acquire", "--job", "flights")
    assert (result.returncode, result.stdout) == (99, "")
    assert result.stderr == "tranche: nothing to acquire: job 'flights' has no asset that can be handed out now\n"


def test_retry_modes(world):
    world.job("flights", "--retry-delay", "0s")
    world.release(world.acquire(), "failed")
    assert world.acquire("--retry", "none")["batch_id"] == 2
    assert world.acquire("--retry", "last")["batch_id"] == 3
    assert world("acquire", "--job", "flights", "--retry", "none").returncode == 99
    assert world.acquire("--retry", "only")["batch_id"] == 1


def test_env_is_safe_for_eval(world):
    world.job("flights", "--filter", "kind <> 'it''s $(touch pwned) `id` \\ \"x\"'")
    lines = world.ok("acquire", "--job", "flights", "-o", "env").stdout
    assert all(re.match(r"export TRANCHE_[A-Z_]+='", line) for line in lines.splitlines())
    shell = subprocess.run(["sh", "-c", f"{lines}\nprintf '%s\\0' \"$TRANCHE_FILTER\" \"$TRANCHE_FIRST_KEY\" "
                            "\"$TRANCHE_COUNT\" \"$TRANCHE_WEIGHT\" \"$TRANCHE_RANGE_SQL\""],
                           capture_output=True, text=True, check=True)  # fmt: skip
    words = shell.stdout.split("\0")
    assert words[:4] == ["kind <> 'it''s $(touch pwned) `id` \\ \"x\"'", "1", "4", "100"]
    assert words[4].startswith('"id" >= 1')


def test_argo_writes_a_file_for_each_field(world, tmp_path, refused):
    world.job()
    result = world.ok("acquire", "--job", "flights", "-o", "argo", "--output-dir", tmp_path / "out" / "batch")
    assert result.stdout == ""
    folder = tmp_path / "out" / "batch"
    read = {path.name: path.read_text() for path in folder.iterdir()}
    assert (read["first_key"], read["last_key"], read["count"], read["job"]) == ("1", "4", "4", "flights")
    batch = json.loads(read["batch.json"])
    assert (read["batch_id"], read["lease_token"]) == (str(batch["batch_id"]), batch["lease_token"])
    assert "--output-dir" in refused(world("acquire", "--job", "flights", "-o", "argo"))
    assert "--output-dir" in refused(world("acquire", "--job", "flights", "--output-dir", "x"))
    (tmp_path / "file").write_text("")
    assert "file" in refused(world("acquire", "--job", "flights", "-o", "argo", "--output-dir", "file"), 125)
    assert len(world.json("batches", "--job", "flights")) == 1


def test_a_batch_that_could_not_be_told_is_given_back(world, tranche_binary, tranche_env):
    world.job()
    with open("/dev/full", "w") as full:
        result = subprocess.run([tranche_binary, "acquire", "--job", "flights"], env={**tranche_env, **world.env},
                                stdout=full, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert result.returncode == 125 and "No space left" in result.stderr
    assert world.json("batches", "--job", "flights")[0]["status"] == "planned"
    assert world.acquire()["attempt"] == 1


def test_release_succeeded(world):
    world.job()
    batch = world.acquire()
    result = world.release(batch, "succeeded", "--output", "rows=12", "--output", "path=a=b", "--message", "fine")
    assert result.stdout == "" and result.stderr == "tranche: batch 1 has succeeded\n"
    stored = world.json("batch", 1)
    assert (stored["status"], stored["outputs"], stored["message"]) == ("succeeded", {"path": "a=b", "rows": "12"}, "fine")
    world.release(batch)
    run = world.json("run-info", batch["run_id"])
    assert (run["exit_status"], run["succeeded"], run["failed"]) == (0, 1, 0)
    assert run["ended_at"] and run["host"] and run["boot_id"] and run["user"]


def test_release_takes_batch_and_token_from_the_environment(world):
    world.job()
    batch = world.acquire()
    env = {"TRANCHE_BATCH_ID": str(batch["batch_id"]), "TRANCHE_LEASE_TOKEN": batch["lease_token"]}
    assert "LEASE UNTIL" in world.ok("heartbeat", env=env).stdout
    world.ok("release", "--status", "failed", "--exit-code", "3", env=env)
    stored = world.json("batch", 1)
    assert (stored["status"], stored["exit_code"], stored["exhausted"]) == ("failed", 3, False)
    assert TIME.match(stored["retry_at"])


def test_release_returned_does_not_count(world):
    world.job()
    world.release(world.acquire(), "returned")
    again = world.acquire()
    assert (again["batch_id"], again["attempt"]) == (1, 1)


def test_release_failed_for_good_says_how_to_retry(world):
    world.job("flights", "--max-attempts", "1")
    result = world.release(world.acquire(), "failed")
    assert "tranche retry --job flights 1" in result.stderr


def test_heartbeat_extends_the_lease(world):
    world.job()
    batch = world.acquire("--lease", "1m")
    beat = world.json("heartbeat", batch["batch_id"], "--token", batch["lease_token"], "--lease", "3h")
    assert beat["batch_id"] == 1 and beat["lease_expires_at"] > batch["lease_expires_at"]


def test_wrong_and_stale_tokens_are_refused(world, unchanged):
    world.job()
    batch = world.acquire()
    for command in (["release", "--status", "succeeded"], ["heartbeat"]):
        line = unchanged(125, command[0], 1, "--token", "wrong", *command[1:])
        assert "batch 1" in line and batch["lease_token"] not in line
    world.ok("cancel", 1)
    assert "cancelled" in unchanged(125, "heartbeat", 1, "--token", batch["lease_token"])
    assert "cancelled" in unchanged(125, "release", 1, "--token", batch["lease_token"], "--status", "succeeded")
    world.ok("retry", "--job", "flights", 1)
    world.acquire()
    assert "batch 1" in unchanged(125, "release", 1, "--token", batch["lease_token"], "--status", "succeeded")


def test_a_second_release_with_another_status_is_refused(world, unchanged):
    world.job()
    batch = world.acquire()
    world.release(batch)
    line = unchanged(125, "release", 1, "--token", batch["lease_token"], "--status", "failed")
    assert "released already" in line


@pytest.mark.parametrize(
    "args, word",
    [
        (["release", "--status", "succeeded"], "BATCH_ID"),
        (["release", "1", "--status", "succeeded"], "--token"),
        (["release", "1", "--token", "t"], "--status"),
        (["release", "1", "--token", "t", "--status", "fine"], "fine"),
        (["release", "x", "--token", "t", "--status", "failed"], "BATCH_ID"),
        (["release", "0", "--token", "t", "--status", "failed"], "BATCH_ID"),
        (["release", "1", "--token", "t", "--status", "failed", "--exit-code", "256"], "--exit-code"),
        (["release", "1", "--token", "t", "--status", "failed", "--output", "novalue"], "NAME=VALUE"),
        (["heartbeat", "1", "--token", "t", "--lease", "0s"], "--lease"),
        (["acquire"], "--job"),
        (["acquire", "--job", "j", "--max-count", "0"], "--max-count"),
        (["acquire", "--job", "j", "--lease", "10"], "--lease"),
        (["acquire", "--job", "j", "--retry", "never"], "--retry"),
        (["acquire", "--job", "j", "-o", "xml"], "xml"),
    ],
)
def test_malformed_calls_are_refused_before_any_database_is_opened(tranche, refused, tmp_path, args, word):
    assert word in refused(tranche(*args))
    assert not (tmp_path / "data").exists()


def test_acquire_on_a_fresh_machine_names_the_job(tranche, refused, tmp_path):
    assert "job 'nosuch' not found" in refused(tranche("acquire", "--job", "nosuch"), 125)
    assert not (tmp_path / "data").exists()


def test_items_are_those_of_the_batch_in_key_order(world, unchanged):
    world.job("flights", "--filter", "kind = 'csv'")
    world.acquire()
    assert world.ok("items", 1).stdout == "file2\nfile4\nfile6\nfile8\n"
    assert world.ok("items", env={"TRANCHE_BATCH_ID": "1"}).stdout == "file2\nfile4\nfile6\nfile8\n"
    assert world.ok("items", 1, "-0").stdout == "file2\0file4\0file6\0file8\0"
    # Late by its key: not in the batch.
    world.sql(f"UPDATE {world.name('assets')} SET kind = 'csv' WHERE id = 3")
    assert world.ok("items", 1).stdout == "file2\nfile4\nfile6\nfile8\n"
    assert "batch 99 not found" in unchanged(125, "items", 99)


def test_an_item_with_a_line_break_needs_nul(world):
    world.job()
    world.sql(f"UPDATE {world.name('assets')} SET item = 'a\nb' WHERE id = 2")
    world.acquire()
    result = world("items", 1)
    assert result.returncode == 125 and "key 2" in result.stderr and "-0" in result.stderr
    assert world.ok("items", 1, "-0").stdout == "file1\0a\nb\0file3\0file4\0"
