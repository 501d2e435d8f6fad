"""`tranche register`: folders, lists and manifests into a table, as a user sees it."""

import json
import os
import signal
import sqlite3
import subprocess
import uuid

import pytest


@pytest.fixture
def data(tmp_path):
    """data(name, text, time) writes a file below the folder that data.path names."""
    folder = tmp_path / "in"
    folder.mkdir()

    def write(name, text="", time=1_700_000_000):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (time, time))
        return str(path)

    write.path = str(folder)
    return write


@pytest.fixture
def rows(tmp_path):
    """rows() reads the table in the default inventory."""

    def read(table="assets"):
        with sqlite3.connect(tmp_path / "data" / "tranche" / "inventory.db") as database:
            return database.execute(f"SELECT id, item, weight, modified_at FROM {table} ORDER BY id").fetchall()

    return read


def register(tranche, *args, **options):
    result = tranche("register", "--table", "assets", "-o", "json", *args, **options)
    assert result.returncode == 0, result
    return json.loads(result.stdout)


def test_a_folder_is_registered_oldest_first_and_each_file_once(tranche, data, rows):
    data("new.csv", "123", time=1_700_000_002)
    data("sub/old.csv", "12", time=1_700_000_001)
    assert register(tranche, data.path) == {
        "table": "assets",
        "created": True,
        "seen": 2,
        "registered": 2,
        "already_registered": 0,
        "first_key": 1,
        "last_key": 2,
    }
    data("newest.csv", "", time=1_700_000_003)
    again = register(tranche, "in/")
    assert (again["created"], again["seen"], again["registered"], again["already_registered"]) == (False, 3, 1, 2)
    assert (again["first_key"], again["last_key"]) == (3, 3)
    assert rows() == [
        (1, f"{data.path}/sub/old.csv", 2, "2023-11-14T22:13:21.000Z"),
        (2, f"{data.path}/new.csv", 3, "2023-11-14T22:13:22.000Z"),
        (3, f"{data.path}/newest.csv", 0, "2023-11-14T22:13:23.000Z"),
    ]
    nothing = register(tranche, data.path)
    assert (nothing["registered"], nothing["first_key"], nothing["last_key"]) == (0, None, None)


def test_a_new_table_comes_with_the_next_command(tranche, data):
    result = tranche("register", "--table", "assets", data.path)
    assert result.returncode == 0
    assert "tranche job create NAME --table assets --key id --item item --weight weight" in result.stderr
    assert tranche("register", "--table", "assets", data.path).stderr == ""


def test_globs_excludes_and_min_age_choose_files(tranche, data, rows):
    data("a.csv")
    data("b.txt")
    data("x/c.csv")
    data("_tmp/d.csv")
    data("young.csv", time=4_000_000_000)
    result = tranche(
        "register", "--table", "assets", "--glob", "*.csv", "--exclude", "_tmp", "--min-age", "5m", data.path
    )
    assert result.returncode == 0
    assert "1 files younger than --min-age were left" in result.stderr
    assert [row[1] for row in rows()] == [f"{data.path}/a.csv", f"{data.path}/x/c.csv"]


def test_a_list_comes_from_a_file_or_from_standard_input(tranche, data, rows, tmp_path):
    first, second = data("a", time=1), data("b", time=2)
    (tmp_path / "files.txt").write_text(f"s3://bucket/key\nin/a\n{first}\n")
    assert register(tranche, "files.txt")["seen"] == 2
    assert register(tranche, "--null", "-", input=f"{second}\0{first}\0")["registered"] == 1
    assert [row[1] for row in rows()] == [first, "s3://bucket/key", second]


def test_manifests_name_items_weights_and_times(tranche, rows, tmp_path):
    (tmp_path / "m.csv").write_text('item,size,time\r\n"b,1",10MiB,2026-01-02\r\nuntimed,,\r\n')
    (tmp_path / "m.jsonl").write_text('{"path":"a","weight":5,"modified_at":"2026-01-01T00:00:00Z"}\n')
    register(tranche, "m.csv", "m.jsonl")
    assert rows() == [
        (1, "a", 5, "2026-01-01T00:00:00.000Z"),
        (2, "b,1", 10485760, "2026-01-02T00:00:00.000Z"),
        (3, "untimed", None, None),
    ]


def test_other_files_are_assets_and_so_is_anything_with_format_file(tranche, data, rows):
    parquet, csv = data("a.parquet"), data("b.csv", "x,y\n1,2\n", time=1_700_000_001)
    register(tranche, parquet, "--format", "file", csv)
    assert [row[1] for row in rows()] == [parquet, csv]


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("m.csv", "item,weight\na,1\nb,heavy\n", "m.csv, line 3: weight: 'heavy'"),
        ("m.csv", "x,y\n", "m.csv, line 1: names no column 'item'"),
        ("m.csv", "item,weight\na,-1\n", "m.csv, line 2: the weight of 'a' is -1; accepted are numbers from 0"),
        ("m.jsonl", '{"item":"a"}\n{"item":\n', "m.jsonl, line 2: is not JSON"),
        ("m.jsonl", '{"item":"a","time":"soon"}\n', "m.jsonl, line 1: time: 'soon'"),
        ("files.txt", "missing\n", "files.txt, line 1: 'missing': No such file"),
    ],
)
def test_a_bad_line_refuses_the_call_before_anything_is_written(tranche, refused, tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    assert message in refused(tranche("register", "--table", "assets", name), 125)
    assert not (tmp_path / "data").exists()


def test_bad_arguments_are_refused(tranche, refused, data):
    assert "PATH" in refused(tranche("register", "--table", "assets"))
    assert "--table" in refused(tranche("register", data.path))
    assert "--format" in refused(tranche("register", "--table", "assets", "--format", "xml", data.path))
    assert "--min-age" in refused(tranche("register", "--table", "assets", "--min-age", "soon", data.path))
    assert "No such file" in refused(tranche("register", "--table", "assets", "missing"), 125)
    assert "more than two parts" in refused(tranche("register", "--table", "a.b.c", data.path), 125)


def test_a_pipe_is_no_file_to_register(tranche, refused, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    line = refused(tranche("register", "--table", "assets", "--format", "file", "pipe", timeout=30), 125)
    assert "'pipe' is a pipe or a device" in line and "--format list" in line


def test_a_table_without_a_unique_index_is_refused(tranche, refused, data, tmp_path):
    with sqlite3.connect(tmp_path / "own.db") as database:
        database.execute("CREATE TABLE assets (id INTEGER PRIMARY KEY, item TEXT)")
    data("a")
    message = refused(tranche("register", "--table", "assets", "--source", "sqlite:own.db", data.path), 125)
    assert "column item has no unique index" in message and "CREATE UNIQUE INDEX" in message


def test_a_name_that_is_no_utf8_is_told_and_the_rest_registered(tranche, data, rows):
    data("good\nname")
    with open(os.fsencode(data.path) + b"/caf\xe9", "w"):
        pass
    result = tranche("register", "--table", "assets", data.path)
    assert result.returncode == 125
    assert "/caf\\xe9' is not UTF-8" in result.stderr
    assert "1 files or folders, named above, were not registered" in result.stderr
    assert [row[1] for row in rows()] == [f"{data.path}/good\nname"]


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs /proc")
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_registered(tranche_binary, tranche_env, data, rows, tmp_path):
    data("open/a")
    data("closed/b")
    closed = tmp_path / "in" / "closed"
    closed.chmod(0)
    command = [str(tranche_binary), "register", "--table", "assets", data.path]
    if os.geteuid() == 0:
        # Root reads everything, unless it gives up the capabilities for that.
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    try:
        result = subprocess.run(command, env=tranche_env, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    finally:
        closed.chmod(0o700)
    assert result.returncode == 125, result
    assert f"cannot read {closed}: Permission denied" in result.stderr
    assert [row[1] for row in rows()] == [f"{data.path}/open/a"]


def test_a_dry_run_lists_in_order_and_writes_nothing(tranche, data, tmp_path):
    second, first = data("a", "x", time=1_700_000_002), data("b", "xyz", time=1_700_000_001)
    result = tranche("register", "--table", "assets", "--dry-run", "-o", "jsonl", data.path)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"item": first, "weight": 3, "modified_at": "2023-11-14T22:13:21.000Z"},
        {"item": second, "weight": 1, "modified_at": "2023-11-14T22:13:22.000Z"},
    ]
    assert "would register 2 of 2" in result.stderr
    assert not (tmp_path / "data").exists()
    table = tranche("register", "--table", "assets", "--dry-run", data.path)
    assert [line.split()[-1] for line in table.stdout.splitlines()] == [first, second]


def test_several_processes_at_once_write_each_file_once(tranche_binary, tranche_env, data, rows, tmp_path):
    for number in range(300):
        data(f"{number % 7}/{number}", time=1_700_000_000 + number)
    command = [str(tranche_binary), "register", "--table", "assets", "-o", "json", data.path]
    running = [
        subprocess.Popen(command, env=tranche_env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    results = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 6, results
    summaries = [json.loads(out) for out, _ in results]
    assert sum(summary["registered"] for summary in summaries) == 300
    assert sum(summary["created"] for summary in summaries) == 1
    assert [os.path.basename(row[1]) for row in rows()] == [str(number) for number in range(300)]


def test_killed_in_the_middle_and_repeated(tranche_binary, tranche_env, tranche, rows, tmp_path):
    with open(tmp_path / "m.csv", "w") as manifest:
        manifest.write("item,time\n")
        manifest.writelines(f"item{n:06},{1971 + n // 1000}-01-01\n" for n in range(60_000))
    process = subprocess.Popen([str(tranche_binary), "register", "--table", "assets", "m.csv"], env=tranche_env, cwd=tmp_path)
    while process.poll() is None:
        try:
            written = rows()
        except sqlite3.OperationalError:
            continue
        if written:
            process.send_signal(signal.SIGKILL)
            break
    process.wait(timeout=120)
    left = [row[1] for row in rows()]
    assert left == [f"item{n:06}" for n in range(len(left))]
    assert len(left) % 5_000 == 0
    assert register(tranche, "m.csv")["registered"] == 60_000 - len(left)
    assert [row[1] for row in rows()] == [f"item{n:06}" for n in range(60_000)]


def test_postgresql_tables_are_filled_too(tranche, data):
    url = os.environ.get("TRANCHE_TEST_POSTGRES")
    if not url:
        pytest.skip("TRANCHE_TEST_POSTGRES is not set")
    table = f"register_{uuid.uuid4().hex}"
    psql = ["psql", "-XAtq", "-d", url, "-c"]
    data("b", "12", time=1_700_000_001)
    data("a", "1", time=1_700_000_000)
    try:
        summary = json.loads(
            tranche("register", "--table", table, "--source", url, "-o", "json", data.path).stdout
        )
        assert (summary["created"], summary["registered"], summary["last_key"]) == (True, 2, 2)
        assert (
            tranche("register", "--table", table, "--source", url, data.path, env={"PGOPTIONS": "-c TimeZone=Asia/Tokyo"}).returncode
            == 0
        )
        shown = subprocess.run(
            [*psql, f"SELECT id, weight, to_char(modified_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM {table} ORDER BY id"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout == "1|1|2023-11-14 22:13:20\n2|2|2023-11-14 22:13:21\n"
    finally:
        subprocess.run([*psql, f"DROP TABLE IF EXISTS {table}"], check=True)
