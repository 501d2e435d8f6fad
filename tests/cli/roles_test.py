"""`tranche db roles`: what an operator and a reader may do with an inventory on PostgreSQL, tried with real roles."""

import subprocess

import pytest

on_postgres = pytest.mark.parametrize("world", ["postgres"], indirect=True)
GRANTS = "'tranche db roles' prints the grants that a role needs"
# A name that would end the quotes it stands in.
ODD = """o'p"$$"""


def psql(world, text, role=None):
    url = world.url if role is None else as_role(world, role)["TRANCHE_DB"]
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url], input=text, capture_output=True, text=True)


def as_role(world, role):
    return {"TRANCHE_DB": world.url.replace("user=tranche", f"user={role}")}


@pytest.fixture
def roles(world):
    """An operator's and a reader's role with logins of their own, as the printed SQL makes them."""
    world.job(count=20)
    world.done()
    operator, reader = f"{world.schema}_op", f"{world.schema}_look"
    printed = world.ok("db", "roles", "--operator", operator, "--reader", reader).stdout
    for _ in range(2):  # harmless the second time
        done = psql(world, printed)
        assert done.returncode == 0, done.stderr
    logins = {"operator": f"{operator}_login", "reader": f"{reader}_login"}
    for login, role in zip(logins.values(), (operator, reader)):
        world.sql(f"CREATE ROLE {login} LOGIN; GRANT {role} TO {login}")
    yield logins
    for role in (*logins.values(), operator, reader):
        world.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")


@on_postgres
def test_an_operator_works(world, roles):
    env = as_role(world, roles["operator"])
    world.ok("run", "--job", "flights", "--iterations", "2", "--lease", "2s", "--", "true", env=env)
    taken = world.json("acquire", "--job", "flights", env=env)
    world.ok("heartbeat", taken["batch_id"], "--token", taken["lease_token"], env=env)
    world.ok("release", taken["batch_id"], "--token", taken["lease_token"], "--status", "failed", env=env)
    world.ok("retry", "--job", "flights", "--all-failed", "--yes", env=env)
    world.ok("tick", env=env)
    world.ok("db", "migrate", env=env)
    assert world.acquire()["batch_id"] == taken["batch_id"]
    assert world.json("backlog", "--job", "flights", env=env)["count"] == 8
    world.ok("campaign", "create", "again", "--job", "flights", env=env)
    world.ok("job", "create", "second", "--table", world.name("assets"), "--key", "id", env=env)
    world.ok("run", "--job", "second", "--", "true", env=env)
    world.ok("reset", "--job", "second", "--to-key", "3", "--yes", env=env)
    world.ok("job", "delete", "second", "--yes", env=env)
    assert world.json("doctor", env=env)


@on_postgres
@pytest.mark.parametrize("role", ["operator", "reader"])
def test_neither_changes_tables_or_the_source(world, roles, role):
    for statement in (f"DROP TABLE {world.inventory('batch')}", f"ALTER TABLE {world.inventory('batch')} ADD x int",
                      f"CREATE TABLE {world.inventory('mine')} (x int)", f"TRUNCATE {world.inventory('attempt')}",
                      f"DELETE FROM {world.inventory('migration')}", f"INSERT INTO {world.name('assets')} (item) VALUES ('x')",
                      f"UPDATE {world.name('assets')} SET item = 'x'", f"DROP SCHEMA {world.schema} CASCADE"):  # fmt: skip
        done = psql(world, statement, roles[role])
        assert done.returncode != 0 and ("permission denied" in done.stderr or "must be owner" in done.stderr), statement


@on_postgres
def test_a_reader_looks(world, roles):
    env = as_role(world, roles["reader"])
    before = world.dump()
    assert len(world.json("batches", "--job", "flights", env=env)) == 1
    assert world.json("backlog", "--job", "flights", env=env)["ready"] == 16
    assert world.json("plan", "--job", "flights", "--batches", "2", env=env)[1]["first_key"] == 9
    assert world.json("asset", "--job", "flights", "--key", "3", env=env)["item"] == "file3"
    for args in (["runs"], ["batch", "1"], ["job", "list"], ["job", "show", "flights"], ["campaign", "list", "--job", "flights"],
                 ["db", "status"], ["db", "migrate"], ["tick"]):  # fmt: skip
        world.ok(*args, env=env)
    assert world.dump() == before


@on_postgres
def test_a_reader_sees_what_waits_though_it_cannot_note_it(world, roles):
    writer = subprocess.Popen(["psql", "-XAtq", "-d", world.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        writer.stdin.write(f"BEGIN; INSERT INTO {world.name('assets')} (item, id) VALUES ('slow', 500); SELECT 'written';\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "written\n"
        world.sql(f"INSERT INTO {world.name('assets')} (id, item) VALUES (501, 'quick')")
        backlog = world.json("backlog", "--job", "flights", env=as_role(world, roles["reader"]))
        assert (backlog["count"], backlog["unsettled"]) == (17, 1)
    finally:
        writer.communicate()


@on_postgres
@pytest.mark.parametrize("args", [["acquire", "--job", "flights"], ["run", "--job", "flights", "--", "true"], ["retry", "--job", "flights", "1", "--yes"],
                                  ["reset", "--job", "flights", "--to-key", "1", "--yes"], ["job", "pause", "flights"]])  # fmt: skip
def test_a_reader_that_would_change_something_is_refused(world, roles, unchanged, args):
    line = unchanged(125, *args, env=as_role(world, roles["reader"]))
    assert "permission denied for table" in line and GRANTS in line


@on_postgres
def test_a_role_without_rights_is_told(world, refused):
    world.job()
    role = f"{world.schema}_nobody"
    world.sql(f"CREATE ROLE {role} LOGIN")
    try:
        line = refused(world("backlog", "--job", "flights", env=as_role(world, role)), 125)
        assert "permission denied for schema" in line and GRANTS in line
    finally:
        world.sql(f"DROP ROLE {role}")


@on_postgres
def test_any_name_is_quoted(world):
    world.job(count=1)
    printed = world.ok("db", "roles", "--reader", ODD, "--table", f'{world.source}."od""d"').stdout
    world.sql(f"""CREATE TABLE {world.source}."od""d" (id int)""")
    try:
        done = psql(world, "BEGIN;" + printed + f"""SELECT has_table_privilege('{ODD.replace("'", "''")}', '{world.source}."od""d"', 'SELECT'); ROLLBACK""")
        assert done.stdout == "t\n" and done.stderr == ""
    finally:
        world.sql(f"""DROP TABLE {world.source}."od""d" """)


@on_postgres
def test_a_table_of_ones_own_search_path_is_everybodys(world):
    world.assets()
    owner, operator = f"{world.schema}_owner", f"{world.schema}_op"
    world.sql(f"CREATE ROLE {owner} LOGIN SUPERUSER; ALTER ROLE {owner} SET search_path = {world.source}; CREATE ROLE {operator} LOGIN")
    try:
        definition = ["flights", "--table", "assets", "--key", "id", "--max-count", "4"]
        world.ok("job", "create", *definition, env=as_role(world, owner))
        assert world.json("job", "show", "flights")["table"] == world.name("assets")
        done = psql(world, world.ok("db", "roles", "--operator", operator).stdout)
        assert done.returncode == 0, done.stderr
        world.ok("run", "--job", "flights", "--", "true", env=as_role(world, operator))
        # The short name means the same table where it means one at all.
        world.ok("job", "update", "flights", "--max-count", "5", env=as_role(world, owner))
    finally:
        world.sql(f"DROP OWNED BY {operator}, {owner}; DROP ROLE {operator}, {owner}")


@on_postgres
def test_sources_elsewhere_are_named(world, tmp_path):
    world.job()
    world.ok("job", "create", "far", "--table", world.name("assets"), "--key", "id", "--source", f"{world.url}&application_name=far")
    printed = world.ok("db", "roles", "--operator", "op").stdout
    assert "-- In postgresql://" in printed and f'\n--   GRANT SELECT ON "{world.source}"."assets" TO "op";\n' in printed


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_sqlite_has_no_roles(world, refused):
    world.job()
    assert "SQLite, which has no roles" in refused(world("db", "roles"), 125)


@on_postgres
def test_two_roles_have_two_names(world, refused):
    assert "two roles" in refused(world("db", "roles", "--operator", "x", "--reader", "x"), 2)
