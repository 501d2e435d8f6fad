"""An inventory and the horizon of a source whose server is restarted, is a standby, or stands behind a pooler."""

import os
import pathlib
import shutil
import subprocess
import time

import pytest
from background import wait_for
from proxy import Proxy
from world import PostgresWorld

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "support" / "postgres.sh"


def postgres(*words):
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, check=True).stdout.strip()


def url(folder, database="tranche_test"):
    return f"postgresql:///{database}?host={folder}&user=tranche"


@pytest.fixture(scope="module")
def server():
    if not os.environ.get("TRANCHE_TEST_POSTGRES"):
        pytest.skip("TRANCHE_TEST_POSTGRES is not set")
    folder = postgres("start", "--owner", str(os.getpid()))
    yield folder
    postgres("stop", folder)


@pytest.fixture
def world(server, tranche):
    made = PostgresWorld(tranche, url(server))
    yield made
    # A test that failed half-way: the tables could not be dropped.
    for (name,) in made.sql("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
        made.sql(f"ROLLBACK PREPARED '{name}'")
    made.close()


def add(world, count=1):
    world.sql(f"INSERT INTO {world.name('assets')} (item) SELECT 'a' FROM generate_series(1, {count})")


def define_job(world, *options, **named):
    world.create("assets")
    return world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id", *options, **named)


def prepare(world, name):
    world.sql(f"BEGIN; INSERT INTO {world.name('assets')} (item) VALUES ('late'); PREPARE TRANSACTION '{name}'")


def acquired(world):
    result = world("acquire", "--job", "flights")
    assert result.returncode in (0, 99), result
    if result.returncode == 99:
        return None
    batch = world.json("batches", "--job", "flights", "--limit", "1")[0]
    return batch["first_key"], batch["last_key"], batch["count"]


@pytest.mark.parametrize("how", ["crash", "restart"])
@pytest.mark.parametrize("later", [0, 5])
def test_a_prepared_writer_is_waited_for_after_its_server_restarted(world, server, how, later):
    define_job(world)
    add(world, 3)
    world.ok("tick", "--job", "flights")
    name = f"{world.schema}_{how}_{later}"
    prepare(world, name)  # takes key 4
    add(world)
    assert acquired(world) == (1, 3, 3)
    assert acquired(world) is None
    postgres(how, server)
    # Names of transactions are given again, the prepared writer's old one too.
    for _ in range(later):
        add(world)
    assert acquired(world) is None
    backlog = world.json("backlog", "--job", "flights")
    assert (backlog["ready"], backlog["unsettled"]) == (0, 1 + later)
    assert [writer["name"] for writer in backlog["writers"]] == [name]
    world.sql(f"COMMIT PREPARED '{name}'")
    first, _, count = acquired(world)  # a sequence jumps at a crash
    assert (first, count) == (4, 2 + later)
    assert world.json("backlog", "--job", "flights")["unsettled"] == 0


@pytest.fixture(scope="module")
def standby(server):
    folder = postgres("standby", server, "--owner", str(os.getpid()))
    yield folder
    postgres("stop", folder)


def wait_for_copy(world, standby):
    end = time.monotonic() + 20
    count = f"SELECT count(*) FROM {world.name('assets')}"
    wanted = world.sql(count)
    while time.monotonic() < end:
        there = subprocess.run(["psql", "-XAtq", "-d", url(standby), "-c", count], capture_output=True, text=True)
        if there.stdout.strip() == wanted[0][0]:
            return
    raise AssertionError("the standby did not follow")


def test_a_job_over_a_standby_is_unproved(world, standby):
    world.create("assets")
    add(world, 3)
    wait_for_copy(world, standby)
    result = world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id", "--source", url(standby))
    assert "unproved" in result.stderr
    assert "the source is a standby, where writers cannot be seen" in result.stderr
    assert acquired(world) == (1, 3, 3)


def test_a_proved_job_whose_source_became_a_standby_hands_out_nothing(world, server, standby, tmp_path):
    services = tmp_path / "services"
    world.env["PGSERVICEFILE"] = str(services)

    def point_to(folder):
        services.write_text(f"[assets]\nhost={folder}\nuser=tranche\ndbname=tranche_test\n")

    point_to(server)
    define_job(world, "--source", "service=assets")
    add(world, 3)
    wait_for_copy(world, standby)
    point_to(standby)
    for command in ["acquire", "tick", "backlog"]:
        result = world(command, "--job", "flights")
        assert result.returncode == 125, result
        assert "is a standby now, where writers cannot be seen" in result.stderr
        assert result.stderr.count("\n") == 1
    point_to(server)
    assert acquired(world) == (1, 3, 3)


def test_a_standby_is_no_place_for_an_inventory(world, standby):
    define_job(world)
    add(world, 3)
    wait_for_copy(world, standby)
    for args in (["acquire", "--job", "flights"], ["job", "pause", "flights"]):
        result = world(*args, env={"TRANCHE_DB": url(standby)})
        assert result.returncode == 125, result
        assert "is a standby, which takes no writes; name the primary" in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_command_that_ends_before_its_standby_is_promoted_has_succeeded(world, server, standby, background, tmp_path):
    define_job(world)
    add(world, 3)
    wait_for_copy(world, standby)
    proxy = Proxy(world.url)
    try:
        world.env["TRANCHE_DB"] = proxy.url
        one = background("run", "--job", "flights", "--", "sh", "-c", 'touch "$DIR/runs"; while [ ! -e "$DIR/go" ]; do sleep 0.02; done')
        wait_for((tmp_path / "runs").exists, "the command")
        proxy.move(url(standby))
        (tmp_path / "go").touch()
        wait_for(lambda: "is a standby, which takes no writes" in one.stderr(), "the standby's word")
        proxy.move(url(server))
        assert one.end() == 0, one.stderr()
        assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"]
    finally:
        proxy.close()


@pytest.fixture
def pooler(server):
    """A URL through pgbouncer, which gives each transaction another process of the server."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        pytest.skip("no pgbouncer")
    folder = pathlib.Path(server) / "pooler"
    folder.mkdir(exist_ok=True)
    (folder / "pgbouncer.ini").write_text(f"""[databases]
tranche_test = host={server} user=tranche dbname=tranche_test
[pgbouncer]
pool_mode = transaction
default_pool_size = 5
auth_type = any
listen_addr =
unix_socket_dir = {folder}
ignore_startup_parameters = extra_float_digits
""")
    command = [program, str(folder / "pgbouncer.ini")]
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        command[1:1] = ["-u", "postgres"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    made = f"postgresql:///tranche_test?host={folder}&port=6432&user=tranche"
    end = time.monotonic() + 20
    while subprocess.run(["psql", "-XAtq", "-d", made, "-c", "SELECT 1"], capture_output=True).returncode != 0:
        assert time.monotonic() < end and process.poll() is None, (folder / "log").read_text()
    yield made
    process.terminate()
    process.wait()


def test_a_source_behind_a_pooler_waits_for_its_writers(world, pooler):
    define_job(world, "--source", pooler)
    name = f"{world.schema}_pooler"
    prepare(world, name)
    add(world)
    assert acquired(world) is None
    assert [writer["name"] for writer in world.json("backlog", "--job", "flights")["writers"]] == [name]
    world.sql(f"COMMIT PREPARED '{name}'")
    assert acquired(world) == (1, 2, 2)


def test_an_inventory_behind_a_pooler_keeps_points(world, pooler):
    world.env["TRANCHE_DB"] = pooler
    define_job(world)
    add(world, 2)
    world.ok("tick", "--job", "flights")
    name = f"{world.schema}_pooler"
    prepare(world, name)
    add(world)
    world.ok("run", "--job", "flights", "--max-count", "1", "--iterations", "all", "--", "true")
    assert world.json("backlog", "--job", "flights")["unsettled"] == 1
    world.sql(f"COMMIT PREPARED '{name}'")
    assert acquired(world) == (3, 4, 2)
