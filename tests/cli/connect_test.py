"""A server that is there, but lets nobody in for the moment."""

import pytest
from background import wait_for
from proxy import UNWELCOMING, Proxy

pytestmark = pytest.mark.parametrize("world", ["postgres"], indirect=True)


@pytest.fixture
def proxy(world):
    made = Proxy(world.url)
    yield made
    made.close()


@pytest.mark.parametrize("manner", UNWELCOMING)
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("command", [["backlog", "--job", "flights"], ["run", "--job", "flights", "--", "true"]], ids=lambda c: c[0])
def test_is_asked_again(world, proxy, manner, times, command):
    world.job()
    proxy.unwelcome = (manner, times)
    result = world(*command, env={"TRANCHE_DB": proxy.url})
    assert result.returncode == 0, result
    assert proxy.unwelcome == (manner, 0)


@pytest.mark.parametrize("manner", UNWELCOMING)
def test_is_given_up_in_the_end_with_its_own_words(world, proxy, manner):
    world.job()
    proxy.unwelcome = (manner, 1000)
    result = world("backlog", "--job", "flights", env={"TRANCHE_DB": proxy.url})
    said = (result.stderr.splitlines() or [""])[-1]
    assert result.returncode != 0 and said.startswith("tranche: no connection to "), result
    assert proxy.unwelcome[1] < 999
    words = {"is starting": "the database system is starting up", "is full": "too many clients already"}
    assert words.get(manner, "") in said


@pytest.mark.parametrize("place", ["inventory", "source"])
def test_one_that_crashes_while_a_command_runs_is_asked_again(world, proxy, background, tmp_path, place):
    world.job("flights", *(["--source", proxy.url] if place == "source" else []), count=40)
    if place == "inventory":
        world.env["TRANCHE_DB"] = proxy.url
    # By then each connection has settings and prepared statements of its own, and begins with nothing.
    script = '[ {iteration} -lt 6 ] || touch "$DIR/runs"; while [ -e "$DIR/runs" ] && [ ! -e "$DIR/go" ]; do sleep 0.02; done'
    one = background("run", "--job", "flights", "--iterations", "all", "--", "sh", "-c", script)
    wait_for((tmp_path / "runs").exists, "the command")
    proxy.crash()
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert [b["status"] for b in world.json("batches", "--job", "flights")] == ["succeeded"] * 10
