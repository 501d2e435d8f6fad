"""`run`: what a command leaves behind for the ledger, and what the failure policy makes of its end."""

import json

import pytest

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def attempt(world, number=1):
    return world.json("batch", number)["attempts"][-1]


def test_outputs_are_stored_with_the_attempt(world, run):
    world.job("flights", "--retry-delay", "0s")
    run('printf "rows=10\\npath=/a=b\\n\\n" >> "$TRANCHE_OUTPUT_FILE"; exit 1')
    run('printf "rows=11\\nrows=12" >> "$TRANCHE_OUTPUT_FILE"')
    shown = world.json("batch", 1)
    assert [a["outputs"] for a in shown["attempts"]] == [{"rows": "10", "path": "/a=b"}, {"rows": "12"}]
    assert shown["outputs"] == {"rows": "12"}


def test_outputs_may_be_json(world, run):
    world.job()
    run("""echo '{"path": "/a", "rows": 12, "parts": [1, "x"], "none": null}' > "$TRANCHE_OUTPUT_FILE" """)
    assert attempt(world)["outputs"] == {"path": "/a", "rows": "12", "parts": '[1,"x"]', "none": "null"}


@pytest.mark.parametrize(("text", "outputs"), [
    ("", {}), ("no value\\n=x\\na=1\\n", {"a": "1"}), ("[1, 2]", {}), ('{"a": ', {}), ("{}", {}), ("a=", {"a": ""}),
])  # fmt: skip
def test_outputs_that_cannot_be_read_are_left_out(world, run, text, outputs):
    world.job()
    assert run(f"printf '{text}' > \"$TRANCHE_OUTPUT_FILE\"").returncode == 0
    assert attempt(world)["outputs"] == outputs


def test_any_bytes_in_outputs_and_messages_can_be_stored(world, run):
    world.job("flights", "--retry-delay", "0s")
    assert run("printf 'a=\\377\\000b\\nc=\\360\\237\\220\\230\\n' > \"$TRANCHE_OUTPUT_FILE\"").returncode == 0
    found = attempt(world)["outputs"]
    assert found["c"] == "\N{ELEPHANT}" and "a" in found
    # The tail that is kept may begin in the middle of a character.
    assert run("i=0; while [ $i -lt 700 ]; do printf '\\360\\237\\220\\230\\342\\202\\254' >&2; i=$((i + 1)); done; exit 3").returncode == 3
    assert "\N{ELEPHANT}" in attempt(world, 2)["message"]


@on_sqlite
def test_an_output_file_over_1_mib_is_left_out(world, run):
    world.job()
    result = run('seq -f "k%g=1" 200000 > "$TRANCHE_OUTPUT_FILE"')
    assert (result.returncode, "larger than 1 MiB" in result.stderr) == (0, True)
    assert attempt(world)["outputs"] == {}


@on_sqlite
def test_a_strange_file_is_told_of_once(world, run):
    world.job()
    result = run('seq 50000 > "$TRANCHE_OUTPUT_FILE"; seq 50000 > "$TRANCHE_REPORT_FILE"')
    assert result.returncode == 0
    assert result.stderr.count("are left out lines=50000 ") == 2
    assert result.stderr.count("\n") == 4


@on_sqlite
@pytest.mark.parametrize("damage", ['rm "$TRANCHE_ITEMS_FILE"', 'mkdir "$TRANCHE_OUTPUT_FILE" "$TRANCHE_REPORT_FILE"',
                                    'rm -r "${TRANCHE_ITEMS_FILE%/*}"', 'ln -s /dev/zero "$TRANCHE_OUTPUT_FILE"'])  # fmt: skip
def test_what_a_command_does_to_its_files_harms_only_itself(world, run, damage):
    world.job()
    assert run("--iterations", "2", damage).returncode == 0
    assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"] * 2


@pytest.mark.parametrize("line", ["failed file2 no such file", '{"item": "file2", "status": "failed", "reason": "no such file"}'])
def test_reported_failed_items_make_a_batch_fail_with_status_0(world, run, line):
    world.job("flights", "--retry-delay", "1h")
    result = run("--iterations", "2", f"[ $TRANCHE_FIRST_KEY != 1 ] || printf 'done file1\\n{line}\\n' >> \"$TRANCHE_REPORT_FILE\"")
    assert result.returncode == 0, result
    assert "reported 1 failed item: file2" in result.stderr
    shown = world.json("batch", 1)
    assert (shown["status"], shown["exit_code"], shown["attempt"]) == ("failed", 0, 1)
    assert "file2" in shown["message"] and "no such file" in shown["message"]
    assert world.json("batch", 2)["status"] == "succeeded"
    (found,) = world.json("runs", "--job", "flights")
    assert (found["exit_status"], found["succeeded"], found["failed"]) == (0, 1, 1)


def test_a_report_of_done_items_alone_is_a_success(world, run):
    world.job()
    assert run("""printf 'done file1\\n{"done": "file2"}\\n' > "$TRANCHE_REPORT_FILE" """).returncode == 0
    assert world.json("batch", 1)["status"] == "succeeded"


def test_a_failing_status_outweighs_the_report(world, run):
    world.job("flights", "--retry-delay", "1h")
    assert run('echo "done file1" > "$TRANCHE_REPORT_FILE"; exit 3').returncode == 3
    assert attempt(world)["exit_code"] == 3


def policy(world, text, *more, **options):
    world.job("flights", "--retry-delay", "0s", "--on-exit", text, *more, **options)


def test_on_exit_retry_is_tried_again(world, run):
    policy(world, "75=retry,*=fail")
    assert run("--iterations", "all", "exit $((TRANCHE_ITERATION == 1 ? 75 : 0))").returncode == 75
    assert {b["status"] for b in world.json("batches", "--job", "flights")} == {"succeeded"}


def test_on_exit_fail_exhausts_at_once(world, run):
    policy(world, "64-78=fail")
    result = run("--iterations", "all", "[ $TRANCHE_FIRST_KEY != 1 ] || exit 65")
    assert (result.returncode, "no attempts are left" in result.stderr) == (65, True)
    shown = world.json("batch", 1)
    assert (shown["exhausted"], len(shown["attempts"])) == (True, 1)


def test_on_exit_skip_is_no_failure(world, run):
    policy(world, "3=skip")
    result = run("--iterations", "all", "--max-failures", "1", "exit 3")
    assert result.returncode == 0, result
    assert [(b["status"], b["skipped"], b["exit_code"]) for b in world.json("batches", "--job", "flights")] == [
        ("succeeded", True, 3)] * 3  # fmt: skip


def test_on_exit_halt_pauses_the_window(world, run):
    policy(world, "KILL=halt")
    result = run("--iterations", "all", "--max-failures", "0", "kill -9 $$")
    assert result.returncode == 137
    assert len(world.json("batches", "--job", "flights")) == 1
    assert "halted by batch 1" in result.stderr
    again = run("true")
    assert (again.returncode, "halted" in again.stderr) == (0, True)
    world.ok("job", "resume", "flights")
    assert run("--iterations", "all", "true").returncode == 0
    assert {b["status"] for b in world.json("batches", "--job", "flights")} == {"succeeded"}


def test_on_exit_snooze_does_not_count(world, run):
    policy(world, "75=snooze:1h")
    result = run("--iterations", "all", "--max-failures", "1", "[ $TRANCHE_FIRST_KEY = 9 ] || exit 75")
    assert result.returncode == 75
    shown = world.json("batch", 1)
    assert (shown["status"], shown["attempt"], shown["exhausted"]) == ("failed", 0, False)
    assert [b["status"] for b in sorted(world.json("batches", "--job", "flights"), key=lambda b: b["batch_id"])] == [
        "failed", "failed", "succeeded"]  # fmt: skip


def test_on_exit_split_finds_the_one_bad_asset(world, run):
    policy(world, "*=split", max_count=10)
    result = run("--iterations", "all", "--max-failures", "2", 'grep -qx file7 "$TRANCHE_ITEMS_FILE" && exit 9; cat "$TRANCHE_ITEMS_FILE"')
    assert result.returncode == 9
    assert sorted(result.stdout.split()) == sorted(f"file{n}" for n in range(1, 11) if n != 7)
    batches = world.json("batches", "--job", "flights", "--limit", "100")
    assert [(b["first_key"], b["last_key"]) for b in batches if b["exhausted"]] == [(7, 7)]
    assert world.json("backlog", "--job", "flights")["count"] == 1
    assert "split into two halves" in result.stderr


def test_on_exit_timeout_has_its_own_action(world, run):
    policy(world, "timeout=fail,*=retry")
    assert run("--timeout", "200ms", "exec sleep 100").returncode == 124
    assert world.json("batch", 1)["exhausted"] is True


def test_the_last_attempt_asks_the_exhausted_entry(world, run):
    policy(world, "exhausted=skip", "--max-attempts", "2")
    assert run("--iterations", "3", "[ $TRANCHE_FIRST_KEY != 1 ] || exit 3").returncode == 3
    shown = world.json("batch", 1)
    assert (shown["status"], shown["skipped"], len(shown["attempts"])) == ("succeeded", True, 2)


def test_the_commands_json_is_taken_from_the_output_file_alone(world, run):
    world.job()
    run('echo "a=1"; cp "$TRANCHE_BATCH_FILE" "$TRANCHE_OUTPUT_FILE"')
    assert json.loads(attempt(world)["outputs"]["batch_id"]) == 1
