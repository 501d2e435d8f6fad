"""`run`: what its command is told about the batch."""

import json
import os
import re

import pytest


on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter


def variables(tmp_path):
    text = (tmp_path / "env").read_bytes().decode()
    return dict(entry.split("=", 1) for entry in text.split("\0") if entry)


ENV = 'env -0 > "$DIR/env"'


def test_every_variable_describes_the_batch(world, run, tmp_path):
    world.job("flights", "--filter", "kind = 'csv'", "--max-attempts", "5")
    env = {"TRANCHE_FIRST_KEY": "of a runner around this one", "KEPT": "yes"}
    assert run("--iterations", "2", f'[ $TRANCHE_ITERATION = 1 ] || {{ {ENV}; cp "$TRANCHE_BATCH_FILE" "$DIR/batch"; }}', env=env).returncode == 0
    seen = variables(tmp_path)
    shown = world.json("batch", 2)
    folder = os.path.dirname(seen["TRANCHE_ITEMS_FILE"])
    expected = {
        "TRANCHE_JOB": "flights", "TRANCHE_WINDOW": "incremental", "TRANCHE_RUN_ID": shown["run_id"],
        "TRANCHE_BATCH_ID": "2", "TRANCHE_LEASE_TOKEN": shown["lease_token"], "TRANCHE_FIRST_KEY": "10",
        "TRANCHE_LAST_KEY": "10", "TRANCHE_COUNT": "1", "TRANCHE_WEIGHT": "100", "TRANCHE_ATTEMPT": "1",
        "TRANCHE_MAX_ATTEMPTS": "5", "TRANCHE_ITERATION": "2", "TRANCHE_ITERATIONS": "2",
        "TRANCHE_TABLE": world.name("assets"), "TRANCHE_KEY_COLUMN": "id", "TRANCHE_FILTER": "kind = 'csv'",
        "KEPT": "yes",
    }  # fmt: skip
    assert {name: seen.get(name) for name in expected} == expected
    files = {"ITEMS_FILE": "items", "BATCH_FILE": "batch.json", "OUTPUT_FILE": "output", "REPORT_FILE": "report",
             "PROGRESS_FILE": "progress"}  # fmt: skip
    assert {name: seen["TRANCHE_" + name] for name in files} == {n: f"{folder}/{file}" for n, file in files.items()}
    assert os.path.isabs(folder)
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", seen["TRACEPARENT"])


def test_iterations_is_all_where_no_number_bounds_them(world, run, tmp_path):
    world.job()
    run("--iterations", "all", ENV)
    assert (variables(tmp_path)["TRANCHE_ITERATIONS"], variables(tmp_path)["TRANCHE_ITERATION"]) == ("all", "3")


def test_the_attempt_counts_up(world, run, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    run("--iterations", "2", f"{ENV}; exit 1")
    seen = variables(tmp_path)
    assert (seen["TRANCHE_BATCH_ID"], seen["TRANCHE_ATTEMPT"], seen["TRANCHE_ITERATION"]) == ("1", "2", "2")


def test_range_sql_selects_exactly_the_batch(world, run, tmp_path):
    world.job("flights", "--filter", "kind = 'csv' OR id = 3")
    for number in (1, 2):
        run(f'{ENV}; cp "$TRANCHE_ITEMS_FILE" "$DIR/items"')
        condition = variables(tmp_path)["TRANCHE_RANGE_SQL"]
        rows = world.sql(f"SELECT item FROM {world.name('assets')} WHERE {condition} ORDER BY id")
        assert [row[0] for row in rows] == (tmp_path / "items").read_text().splitlines()
        assert len(rows) == (4 if number == 1 else 2)


def test_the_batch_file_is_the_batch(world, run, tmp_path):
    world.job()
    run('cp "$TRANCHE_BATCH_FILE" "$DIR/batch.json"')
    told = json.loads((tmp_path / "batch.json").read_text())
    shown = world.json("batch", 1)
    ended = {"status", "released_at", "exit_code", "lease_expires_at", "message"}
    assert {k: v for k, v in told.items() if k not in ended} == {k: shown[k] for k in told if k not in ended}
    assert (told["status"], told["first_key"], told["first_key_text"]) == ("processing", 1, "1")


def test_items_stand_one_a_line_in_key_order(world, run, tmp_path):
    world.job()
    run('cp "$TRANCHE_ITEMS_FILE" "$DIR/items"')
    assert (tmp_path / "items").read_bytes() == b"file1\nfile2\nfile3\nfile4\n"


def test_items0_separates_by_nul(world, run, tmp_path):
    world.job()
    world.sql(f"UPDATE {world.name('assets')} SET item = 'a\nb' WHERE id = 2")
    assert run("--items0", 'cp "$TRANCHE_ITEMS_FILE" "$DIR/items"').returncode == 0
    assert (tmp_path / "items").read_bytes() == b"file1\0a\nb\0file3\0file4\0"


def test_an_item_with_a_line_break_is_refused_by_its_key(world, run):
    world.job()
    world.sql(f"UPDATE {world.name('assets')} SET item = 'a\nb' WHERE id = 2")
    result = run("true")
    assert result.returncode == 125
    assert "the item of key 2 holds a line break" in result.stderr and "--items0" in result.stderr
    assert world.json("batches", "--job", "flights") == []
    assert world.acquire()["first_key"] == 1


def test_an_item_with_a_line_break_in_a_batch_that_comes_back_costs_no_attempt(world, run):
    world.job("flights", "--retry-delay", "0s")
    run("exit 1")
    world.sql(f"UPDATE {world.name('assets')} SET item = 'a\nb' WHERE id = 2")
    result = run("true")
    assert (result.returncode, "the item of key 2" in result.stderr) == (125, True), result
    shown = world.json("batch", 1)
    assert (shown["status"], shown["attempt"]) == ("planned", 1)
    assert [a["outcome"] for a in shown["attempts"]] == ["failed", "not_started"]


def test_the_folder_is_private_and_goes_with_the_run(world, run, tmp_path):
    world.job()
    script = 'dirname "$TRANCHE_ITEMS_FILE"; stat -c %a "$TRANCHE_ITEMS_FILE" "${TRANCHE_ITEMS_FILE%/*}" "${TRANCHE_ITEMS_FILE%/*/*}"'
    result = run("--iterations", "2", script + '; ls "${TRANCHE_ITEMS_FILE%/*/*}" | wc -l')
    words = result.stdout.split()
    assert words[1:4] == words[6:9] == ["600", "700", "700"]
    assert words[0] != words[5] and words[4] == words[9] == "1"
    assert words[0].startswith(str(tmp_path))
    assert not os.path.exists(os.path.dirname(words[0]))
    assert [name for name in os.listdir(tmp_path) if name.startswith("tranche-")] == []


def test_a_temporary_folder_that_cannot_be_made_is_refused(world, run):
    world.job()
    result = run("true", env={"TMPDIR": "/proc"})
    assert result.returncode == 125
    assert "TMPDIR" in result.stderr
    assert world.json("batches", "--job", "flights") == world.json("runs", "--job", "flights") == []


def test_placeholders_are_replaced(world, run):
    world.job("flights", "--filter", "kind = 'csv'")
    names = ["first_key", "last_key", "count", "weight", "batch_id", "attempt", "iteration"]
    result = world.ok("run", "--job", "flights", "--", "echo", *(f"<{{{name}}}>" for name in names))
    assert result.stdout == "<2> <8> <4> <200> <1> <1> <1>\n"
    result = world.ok("run", "--job", "flights", "--", "sh", "-c", 'cat "$1" "$2"; echo "$3"', "sh",
                      "{items_file}", "{batch_file}", "{range_sql}")  # fmt: skip
    assert result.stdout.startswith('file10\n{\n')
    assert '"batch_id": 2' in result.stdout
    assert '"id" ' in result.stdout.splitlines()[-1]


@on_sqlite
@pytest.mark.parametrize("text", [
    "${count}", "$${count}", "{counts}", "{ count }", "{}", "{COUNT}", "{first-key}", "{{.Names}}", "{{ count }}",
    '{"count": {count_of: 1}}', "{print $1}", "awk '{count++}'", "${count:-3}", "{", "}", "{{", "{count", "a{b{c}",
])  # fmt: skip
def test_any_other_brace_stays_as_it_is(world, text):
    world.job()
    assert world.ok("run", "--job", "flights", "--", "printf", "%s", text).stdout == text


@on_sqlite
@pytest.mark.parametrize(("text", "shown"), [
    ("{{count}", "{count}"), ("{{count}}", "{count}}"), ("{count}{count}", "44"), ("{{.Names}} {count}", "{{.Names}} 4"),
    ('{"n":{count}}', '{"n":4}'), ("$ {count}", "$ 4"), ("{x{count}}", "{x4}"), ("--n={count},{{last_key}", "--n=4,{last_key}"),
])  # fmt: skip
def test_doubled_braces_before_a_name_are_one(world, text, shown):
    world.job()
    assert world.ok("run", "--job", "flights", "--", "printf", "%s", text).stdout == shown


def test_a_value_over_128_kib_is_left_out_of_the_environment(world, run, tmp_path):
    world.create("wide", "id TEXT PRIMARY KEY" + ("" if world.kind == "sqlite" else ' COLLATE "C"'))
    world.sql(f"INSERT INTO {world.name('wide')} VALUES ('{'k' * 70_000}')")
    world.ok("job", "create", "flights", "--table", world.name("wide"), "--key", "id")
    env = {"TRANCHE_RANGE_SQL": "of a runner around this one"}
    result = run(f'{ENV}; cp "$TRANCHE_BATCH_FILE" "$DIR/batch.json"', env=env)
    assert result.returncode == 0, result.stderr[-500:]
    seen = variables(tmp_path)
    assert "TRANCHE_RANGE_SQL" not in seen
    assert len(seen["TRANCHE_FIRST_KEY"]) == 70_000
    assert json.loads((tmp_path / "batch.json").read_text())["first_key"] == "k" * 70_000


def test_the_callers_trace_goes_on_with_a_span_of_its_own(world, run, tmp_path):
    world.job("flights", max_count=1)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    seen = []
    for given in (trace, trace, "nonsense", trace.replace("0af", "0AF")):
        run(ENV, env={"TRACEPARENT": given})
        seen.append(variables(tmp_path)["TRACEPARENT"])
    assert all(re.fullmatch("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00", text) for text in seen[:2])
    assert len(set(seen)) == 4 and trace not in seen
    assert all(re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", text) and trace[3:35] not in text for text in seen[2:])


def test_the_state_of_a_trace_goes_on_with_its_trace_and_never_without(world, run, tmp_path):
    world.job("flights", max_count=1)
    seen = []
    for given in ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "nonsense"):
        run(ENV, env={"TRACEPARENT": given, "TRACESTATE": "vendor=1"})
        seen.append(variables(tmp_path).get("TRACESTATE"))
    assert seen == ["vendor=1", None]


def test_files_are_the_users_alone_whatever_the_umask(world, run):
    world.job()
    mode = os.umask(0)
    try:
        result = run('stat -c %a "$TRANCHE_ITEMS_FILE" "$TRANCHE_BATCH_FILE"; umask')
    finally:
        os.umask(mode)
    assert result.stdout.split() == ["600", "600", "0000"]


def test_tranche_works_from_inside_the_command(world, run, tranche_binary):
    world.job()
    result = run(f'"{tranche_binary}" heartbeat > /dev/null && "{tranche_binary}" items "$TRANCHE_BATCH_ID"')
    assert (result.returncode, result.stdout) == (0, "file1\nfile2\nfile3\nfile4\n")
