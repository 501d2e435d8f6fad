"""Bad input: the exit status, one line that says what, where and what would be accepted, nothing changed."""

import pytest

SECRET = "hunter2"


def create(world, *options, table="assets", key="id"):
    return ["job", "create", "j", "--table", world.name(table), "--key", key, *options]


def test_missing_tables_and_columns_are_named_with_what_there_is(world, unchanged):
    world.assets()
    world.ok("db", "migrate")
    assert "nosuch" in unchanged(125, *create(world, table="nosuch"))
    for options in (["--item", "nosuch"], ["--weight", "nosuch"], ["--time-column", "nosuch"]):
        line = unchanged(125, *create(world, *options))
        assert "nosuch" in line and "item" in line and "kind" in line
    assert "nosuch" in unchanged(125, *create(world, key="nosuch"))


NO_CONDITIONS = [
    "id >",
    "nosuch = 1",
    "1 = 1",
    "id > 1; DROP TABLE assets",
    "id > 1) OR (id > 0",
    "id > 1) --",
    "id > 1 /*",
    "id > $1",
    "id > ?",
    "'unclosed",
    "id > 1 ORDER BY id",
    "id > 1 LIMIT 1",
    "id > 1 UNION SELECT 1",
]


def test_filters_that_are_no_condition(world, unchanged):
    world.assets()
    world.ok("db", "migrate")
    for condition in NO_CONDITIONS:
        line = unchanged(125, *create(world, "--filter", condition))
        assert "filter" in line and ("accepted" in line or "names no column" in line), condition
    assert len(world.sql(f"SELECT id FROM {world.name('assets')}")) == 10


@pytest.mark.parametrize("condition", ["id > random() * 5", "item < current_timestamp || ''", "id IN (SELECT id FROM other)"])
def test_filters_that_may_change_their_mind(world, unchanged, condition):
    world.assets()
    world.create("other")
    world.ok("db", "migrate")
    condition = condition.replace("other", world.name("other"))
    if world.kind == "postgres":
        condition = condition.replace("|| ''", "::text || ''")
    assert "--unstable-filter" in unchanged(125, *create(world, "--filter", condition))
    world.ok(*create(world, "--filter", condition, "--unstable-filter"))


def test_a_weight_column_that_is_text(world, unchanged):
    world.assets()
    world.ok("db", "migrate")
    line = unchanged(125, *create(world, "--weight", "item"))
    assert "'item'" in line and "accepted" in line


def test_a_negative_weight_is_refused_by_its_key_and_null_counts_as_0(world, unchanged):
    world.job()
    world.sql(f"UPDATE {world.name('assets')} SET weight = NULL WHERE id = 2")
    assert world.acquire("--max-count", "2")["weight"] == 10
    world.sql(f"UPDATE {world.name('assets')} SET weight = -5 WHERE id = 4")
    line = unchanged(125, "acquire", "--job", "flights")
    assert "-5" in line and "4" in line


def test_duplicate_keys(world, unchanged):
    world.create("copies", "id INTEGER NOT NULL, item TEXT")
    values = ", ".join(f"({n}, 'a')" for n in (1, 2, 2, 3))
    world.sql(f"INSERT INTO {world.name('copies')} VALUES {values}")
    world.ok("db", "migrate")
    assert "unique" in unchanged(125, *create(world, table="copies"))
    world.ok(*create(world, "--assume-unique", table="copies"))
    line = unchanged(125, "acquire", "--job", "j")
    assert "2" in line and ("twice" in line or "duplicate" in line or "unique" in line)


def test_a_null_key(world, unchanged):
    world.create("holes", "id INTEGER UNIQUE, item TEXT")
    world.sql(f"INSERT INTO {world.name('holes')} VALUES (1, 'a'), (NULL, 'b')")
    world.ok("db", "migrate")
    assert "NULL" in unchanged(125, *create(world, table="holes"))


def test_a_key_of_a_type_that_has_no_order_of_ours(world, unchanged):
    world.create("reals", "id REAL PRIMARY KEY")
    world.ok("db", "migrate")
    assert "accepted are integer, text, timestamp, date and UUID" in unchanged(125, *create(world, table="reals"))


def test_a_start_key_of_another_type(world, unchanged):
    world.assets()
    world.ok("db", "migrate")
    assert "soon" in unchanged(125, *create(world, "--start-key", "soon"))


def test_a_weight_limit_without_a_weight_column(world, unchanged):
    world.assets()
    world.ok(*create(world))
    assert "weight column" in unchanged(125, "acquire", "--job", "j", "--max-weight", "10")


def test_a_file_that_is_no_database(tranche, refused, tmp_path):
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to be read as one " * 10)
    before = path.read_bytes()
    for args in (["job", "list"], ["acquire", "--job", "j"], ["db", "migrate"], ["db", "status"],
                 ["job", "create", "j", "--table", "t", "--key", "id"]):  # fmt: skip
        assert f"{path} is not an SQLite database" in refused(tranche("--db", "sqlite:text.db", *args), 125)
    assert path.read_bytes() == before


def test_a_folder_in_place_of_a_file(tranche, refused, tmp_path):
    assert f"{tmp_path} is a folder" in refused(tranche("--db", f"sqlite:{tmp_path}", "job", "list"), 125)


def test_a_missing_file_stays_missing(tranche, refused, tmp_path):
    for args in (["acquire", "--job", "j"], ["backlog", "--job", "j"], ["batch", "1"], ["job", "show", "j"]):
        assert "not found" in refused(tranche("--db", "sqlite:new.db", *args), 125)
    assert not (tmp_path / "new.db").exists()


URLS = [
    f"postgresql://u:{SECRET}@127.0.0.1:1/db",
    f"postgresql://127.0.0.1:1/db?user=u&password={SECRET}",
    f"host=127.0.0.1 port=1 user=u password={SECRET}",
    f"host=127.0.0.1 port=1 user=u password='{SECRET} x'",
]
WRONG_URLS = [
    f"mysql://u:{SECRET}@h/db",
    f"//u:{SECRET}@h/db",
    f"postgresql:/u:{SECRET}@h/db",
    f"password={SECRET}",
]


@pytest.mark.parametrize("url", URLS)
def test_an_unreachable_server_is_told_without_its_password(tranche, refused, url):
    for args in (["job", "list"], ["acquire", "--job", "j"], ["db", "status"], ["db", "migrate"],
                 ["job", "create", "j", "--table", "t", "--key", "id"]):  # fmt: skip
        line = refused(tranche("--db", url, *args), 125)
        assert "127.0.0.1" in line and SECRET not in line
    result = tranche("--db", url, "doctor")
    assert result.returncode == 125 and SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize("url", WRONG_URLS)
def test_a_wrong_url_is_told_without_its_password(tranche, tmp_path, url):
    for args in (["--db", url, "job", "list"], ["job", "create", "j", "--table", "t", "--key", "id", "--source", url]):
        result = tranche(*args)
        assert result.returncode in (2, 125) and result.stdout == ""
        assert result.stderr.count("\n") == 1 and SECRET not in result.stderr
        assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("url", URLS)
def test_an_unreachable_source_is_told_without_its_password(world, unchanged, url):
    world.ok("db", "migrate")
    line = unchanged(125, "job", "create", "j", "--table", "t", "--key", "id", "--source", url)
    assert "127.0.0.1" in line and SECRET not in line


def test_a_stored_password_is_never_shown_and_survives_apply(world, unchanged):
    if world.kind == "sqlite":
        return  # A file has no password.
    world.assets()
    # The server does not ask for it.
    source = world.url + ("&" if "?" in world.url else "?") + f"password={SECRET}"
    shown = world.ok(*create(world, "--source", source)).stdout
    shown += world.ok("job", "show", "j").stdout + world.ok("job", "list").stdout
    definition = world.ok("job", "show", "j", "-o", "json").stdout
    shown += definition + world.ok("doctor").stdout
    world.acquire("--max-count", "2", job="j")
    shown += world.ok("batches", "--job", "j", "-o", "json").stdout + world.ok("runs", "-o", "json").stdout
    assert SECRET not in shown and "***" in definition
    assert world.json("job", "apply", "-", input=definition)[0]["change"] == "unchanged"
    assert world.acquire("--max-count", "1", job="j")["first_key"]
    other = definition.replace('"name": "j"', '"name": "other"')
    line = unchanged(125, "job", "apply", "-", input=other)
    assert "***" in line and SECRET not in line
