"""A connection that breaks during a commit: whether the server has done it is found out, not guessed."""

import pytest
from proxy import Proxy

pytestmark = pytest.mark.parametrize("world", ["postgres"], indirect=True)
before_or_after = pytest.mark.parametrize("moment", ["before", "after"])


@pytest.fixture
def proxy(world):
    made = Proxy(world.url)
    yield made
    made.close()


@pytest.fixture
def doubtful(world, proxy, moment):
    """doubtful(number, *args): the program, cut off at its writing commit of that number, before or after it took effect."""

    def run(number, *args):
        proxy.cut_at, proxy.commits, proxy.cuts = (number, moment), 0, 0
        result = world(*args, env={"TRANCHE_DB": proxy.url}, timeout=120)
        assert proxy.cuts == 1
        assert result.returncode == 0, result
        return result

    return run


def attempts(world, number=1):
    return [a["outcome"] for a in world.json("batch", number)["attempts"]]


def numbers(world):
    return sorted(b["batch_id"] for b in world.json("batches", "--job", "flights"))


@before_or_after
def test_acquire_knows_the_batch_that_it_holds(world, doubtful):
    world.job()
    printed = doubtful(1, "acquire", "--job", "flights", "-o", "json").stdout
    number, = numbers(world)  # a transaction that was undone has used up a number
    assert attempts(world, number) == [None]
    held = world.json("batch", number)
    assert (held["first_key"], held["attempt"]) == (1, 1)
    assert f'"{held["lease_token"]}"' in printed
    world.release(held)


@before_or_after
def test_acquire_hands_over_though_its_run_is_in_doubt(world, doubtful):
    world.job()
    assert '"batch_id":1' in doubtful(2, "acquire", "--job", "flights", "-o", "json").stdout.replace(" ", "")
    assert numbers(world) == [1] and len(world.json("runs")) == 1


@before_or_after
@pytest.mark.parametrize("status", ["succeeded", "failed", "returned"])
def test_release_takes_effect_once(world, doubtful, status):
    world.job()
    batch = world.acquire()
    doubtful(1, "release", batch["batch_id"], "--token", batch["lease_token"], "--status", status)
    assert attempts(world) == [status]


@before_or_after
def test_a_heartbeat_is_repeated(world, doubtful):
    world.job()
    batch = world.acquire("--lease", "1h")
    doubtful(1, "heartbeat", batch["batch_id"], "--token", batch["lease_token"], "--lease", "2h")
    assert world.json("batch", 1)["lease_expires_at"] > batch["lease_expires_at"]


# The beginning of the run, the acquire, the release with the second acquire, the last release, the end of the run.
COMMITS = 5


def test_an_iteration_of_a_run_costs_one_commit(world, proxy):
    world.job(count=8)
    assert world("run", "--job", "flights", "--iterations", "2", "--", "true", env={"TRANCHE_DB": proxy.url}).returncode == 0
    assert proxy.commits == COMMITS


@before_or_after
@pytest.mark.parametrize("number", [1, 3, 7])
def test_a_hand_over_loses_and_repeats_nothing(world, proxy, moment, number):
    world.job(count=16, max_count=1)
    proxy.cut_hand_over = (number, moment)
    result = world("run", "--job", "flights", "--iterations", "all", "--", "true", env={"TRANCHE_DB": proxy.url})
    assert (result.returncode, proxy.cuts) == (0, 1), result
    assert [attempts(world, n) for n in numbers(world)] == [["succeeded"]] * 16
    assert world.json("backlog", "--job", "flights")["count"] == 0


@before_or_after
@pytest.mark.parametrize("number", range(1, COMMITS + 1))
def test_a_run_loses_and_repeats_nothing(world, doubtful, number):
    world.job(count=8)
    doubtful(number, "run", "--job", "flights", "--iterations", "2", "--", "true")
    assert [attempts(world, n) for n in numbers(world)] == [["succeeded"], ["succeeded"]]
    assert world.json("backlog", "--job", "flights")["count"] == 0
    run, = world.json("runs")
    assert (run["exit_status"], run["succeeded"]) == (0, 2)
