"""`run`: what a command reports about single items, and the remainder that is tried again."""

import pytest

REPORT = """while read -r item; do
  case $item in file3|file4) %s ;; *) echo "done $item" ;; esac
done < "$TRANCHE_ITEMS_FILE" > "$TRANCHE_REPORT_FILE"; """


def seen(path):
    return path.read_text().split()


@pytest.mark.parametrize("report", [REPORT % 'echo "failed $item no such file"', 'printf "failed file3\\nfailed file4\\n" > "$TRANCHE_REPORT_FILE"',
                                    """printf '{"failed": "file3", "reason": "r"}\\n{"item": "file4", "status": "failed"}' > "$TRANCHE_REPORT_FILE" """])  # fmt: skip
def test_only_failed_items_are_tried_again(world, run, tmp_path, report):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    assert run(report).returncode == 0
    shown = world.json("batch", 1)
    assert (shown["status"], shown["exit_code"], shown["count"], shown["done_count"]) == ("failed", 0, 2, 8)
    assert (shown["first_key"], shown["last_key"], shown["weight"], shown["children"]) == (1, 10, 70, [2])
    assert "reported 2 failed items, the first: file3" in shown["message"]
    assert world.json("backlog", "--job", "flights")["count"] == 2
    again = run('cat "$TRANCHE_ITEMS_FILE" > "$DIR/items"; echo "$TRANCHE_COUNT $TRANCHE_WEIGHT $TRANCHE_ATTEMPT $TRANCHE_BATCH_ID" > "$DIR/env"')
    assert again.returncode == 0
    assert seen(tmp_path / "items") == ["file3", "file4"]
    assert seen(tmp_path / "env") == ["2", "70", "2", "1"]
    assert world.json("batch", 1)["status"] == "succeeded"
    assert world.json("backlog", "--job", "flights")["count"] == 0
    assert world("audit", "--job", "flights").returncode == 0


def test_items_and_asset_tell_of_each_item(world, run):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    run(REPORT % 'echo "failed $item"')
    assert world.ok("items", 1).stdout.split() == ["file3", "file4"]
    assert world.ok("items", 2).stdout.split() == [f"file{n}" for n in (1, 2, 5, 6, 7, 8, 9, 10)]
    (done,) = world.json("asset", "--job", "flights", "--item", "file5")["batches"]
    assert (done["batch_id"], done["status"], done["parent_batch_id"], done["attempts"][0]["outcome"]) == (2, "succeeded", 1, "succeeded")
    (left,) = world.json("asset", "--job", "flights", "--item", "file3")["batches"]
    assert (left["batch_id"], left["status"]) == (1, "failed")


def test_a_failing_command_keeps_what_it_has_done(world, run):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    result = run('printf "done file1\\ndone file2\\n" > "$TRANCHE_REPORT_FILE"; exit 3')
    assert (result.returncode, "2 items are done, 8 are left" in result.stderr) == (3, True)
    assert world.ok("items", 1).stdout.split() == [f"file{n}" for n in range(3, 11)]


def test_a_failing_command_that_is_done_with_all_has_succeeded(world, run):
    world.job(max_count=10)
    result = run('sed "s/^/done /" "$TRANCHE_ITEMS_FILE" > "$TRANCHE_REPORT_FILE"; exit 3')
    assert (result.returncode, "all its items are done" in result.stderr) == (0, True)
    shown = world.json("batch", 1)
    assert (shown["status"], shown["exit_code"], shown["count"]) == ("succeeded", 3, 10)


def test_a_command_that_runs_too_long_keeps_what_it_has_done(world, run):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    assert run("--timeout", "500ms", 'echo "done file7" > "$TRANCHE_REPORT_FILE"; exec sleep 60').returncode == 124
    assert world.json("batch", 1)["count"] == 9


def test_an_item_that_the_batch_does_not_have_is_told_of(world, run):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    result = run('printf "failed elsewhere\\ndone file1\\n" > "$TRANCHE_REPORT_FILE"')
    assert "name no item of the batch" in result.stderr and "elsewhere" in result.stderr
    assert world.json("batch", 1)["count"] == 9


def test_the_summary_counts_done_items(world, run, tmp_path):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    result = run("--iterations", "2", "--summary", "-", '[ $TRANCHE_ATTEMPT = 2 ] || echo "failed file1" > "$TRANCHE_REPORT_FILE"')
    assert '"count":10' in result.stdout.replace(" ", ""), result.stdout


def test_the_range_in_sql_is_what_is_left(world, run, tmp_path):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    run('printf "failed file3\\nfailed file4\\n" > "$TRANCHE_REPORT_FILE"')
    run('printf "%s" "$TRANCHE_RANGE_SQL" > "$DIR/sql"')
    found = world.sql(f"SELECT item FROM {world.name('assets')} WHERE {(tmp_path / 'sql').read_text()} ORDER BY id")
    assert [row[0] for row in found] == ["file3", "file4"]


def test_a_step_outside_a_runner_gives_its_report(world, tmp_path, refused):
    world.job("flights", "--retry-delay", "0s", max_count=10)
    report = tmp_path / "report"
    report.write_text("failed file3\n")
    held = world.acquire()
    world.release(held, "succeeded", "--report", report)
    shown = world.json("batch", 1)
    assert (shown["status"], shown["count"], shown["done_count"]) == ("failed", 1, 9)
    again = world.acquire()
    refused(world("release", 1, "--token", again["lease_token"], "--status", "failed", "--report", tmp_path / "missing"), 125)
    world.release(again)
    assert world.json("backlog", "--job", "flights")["count"] == 0
