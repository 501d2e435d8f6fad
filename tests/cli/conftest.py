"""Drives the real binary. No test touches the user's own inventory."""

import os
import pathlib
import subprocess

import pytest
from background import Background
from lineage import KEY, Server
from world import PostgresWorld, SqliteWorld

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary_path():
    for variable in ("TRANCHE_BINARY", "TRANCHE_BIN"):
        if os.environ.get(variable):
            return pathlib.Path(os.environ[variable]).resolve()
    for folder in ("build-dev", "build"):
        path = ROOT / folder / "bin" / "tranche"
        if path.exists():
            return path
    pytest.fail("no tranche binary; build one or set TRANCHE_BINARY")


@pytest.fixture(scope="session")
def tranche_binary():
    return binary_path()


@pytest.fixture
def tranche_env(tmp_path):
    """The caller's environment without its TRANCHE_ settings; the default inventory is under tmp_path."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRANCHE_")}
    env.pop("NO_COLOR", None)
    env["XDG_DATA_HOME"] = str(tmp_path / "data")
    env.setdefault("LSAN_OPTIONS", f"suppressions={ROOT}/tests/support/leaks.txt:print_suppressions=0")
    return env


@pytest.fixture
def tranche(tranche_binary, tranche_env, tmp_path):
    """tranche(*args, env={...}, input=..., cwd=..., timeout=...) -> CompletedProcess with text streams."""

    def run(*args, env=None, input=None, cwd=None, timeout=120):
        return subprocess.run(
            [str(tranche_binary), *map(str, args)],
            env={**tranche_env, **(env or {})},
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            cwd=cwd or tmp_path,
            timeout=timeout,
        )

    return run


@pytest.fixture
def refused():
    """refused(result, status) checks the status and returns the one line on stderr."""

    def check(result, status=2):
        assert result.returncode == status, result
        assert result.stdout == ""
        assert result.stderr.startswith("tranche: "), result.stderr
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr.removesuffix("\n")

    return check


@pytest.fixture(params=["sqlite", "postgres"])
def world(request, tranche, tmp_path):
    """A database of its own for assets and inventory; see world.py."""
    if request.param == "sqlite":
        made = SqliteWorld(tranche, tmp_path)
    else:
        url = os.environ.get("TRANCHE_TEST_POSTGRES")
        if not url:
            pytest.skip("TRANCHE_TEST_POSTGRES is not set")
        made = PostgresWorld(tranche, url)
    yield made
    made.close()


@pytest.fixture
def unchanged(world, refused):
    """unchanged(status, *args) -> the one line of a refusal that left the inventory as it was."""

    def check(status, *args, **options):
        before = world.dump()
        line = refused(world(*args, **options), status)
        assert world.dump() == before
        return line

    return check


@pytest.fixture
def background(world, tranche_binary, tranche_env, tmp_path):
    """background(*args, env={...}) -> a tranche that runs beside the test; see background.py."""
    started = []

    def start(*args, env=None):
        env = {**tranche_env, **world.env, "DIR": str(tmp_path), **(env or {})}
        started.append(Background(tranche_binary, env, tmp_path, args))
        return started[-1]

    yield start
    for one in started:
        one.clean_up()


@pytest.fixture
def run(world, tmp_path):
    """run(*options, script, env={...}) -> the ended `tranche run --job flights options -- sh -c script`, DIR in its environment."""

    def call(*args, env=None, **options):
        *flags, script = args
        env = {"DIR": str(tmp_path), "TMPDIR": str(tmp_path), **(env or {})}
        return world("run", "--job", "flights", *flags, "--", "sh", "-c", script, env=env, timeout=300, **options)

    return call


@pytest.fixture
def server():
    """A server of lineage on loopback."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def spool(tmp_path):
    """Where runs with the environment `lineage` keep what was not sent yet."""
    return tmp_path / "state" / "openlineage"


@pytest.fixture
def lineage(tmp_path, server):
    """The environment of a run that tells `server`."""
    return {"OPENLINEAGE_URL": server.url, "OPENLINEAGE_API_KEY": KEY, "OPENLINEAGE_NAMESPACE": "lake",
            "TRANCHE_STATE_DIR": str(tmp_path / "state")}
