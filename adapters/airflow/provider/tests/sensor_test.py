"""The sensor and its trigger."""

import asyncio

import pytest
from conftest import context

from tranche_provider.exceptions import TrancheError
from tranche_provider.sensors.tranche import TrancheBacklogSensor
from tranche_provider.triggers.tranche import TrancheBacklogTrigger


def sensor(**arguments):
    return TrancheBacklogSensor(**{"task_id": "wait", "job": "flights", "min_ready": 5, "poke_interval": 7, **arguments})


@pytest.mark.parametrize(("ready", "done"), [(0, False), (4, False), (5, True), (6, True)])
def test_it_waits_for_as_many_assets_as_it_was_told(fake, ready, done):
    fake.answer("backlog", {"ready": ready})
    assert bool(sensor().poke(context())) is done


def test_its_result_is_the_backlog(fake):
    fake.answer("backlog", {"ready": 9})
    assert sensor().execute(context()) == {"ready": 9}
    assert sensor(deferrable=True).execute(context()) == {"ready": 9}


def test_a_missing_job_fails_at_once(fake):
    fake.answer("backlog", status=125, errors="tranche: job 'flights' not found; jobs here: trains")
    for deferrable in (False, True):
        with pytest.raises(TrancheError, match="jobs here: trains"):
            sensor(deferrable=deferrable).execute(context())


def test_it_defers_to_the_trigger(fake):
    fake.answer("backlog", {"ready": 0})
    with pytest.raises(BaseException) as raised:
        sensor(deferrable=True, campaign="may", db="sqlite:x", timeout=60).execute(context())
    assert type(raised.value).__name__ == "TaskDeferred"
    path, arguments = raised.value.trigger.serialize()
    assert path == "tranche_provider.triggers.tranche.TrancheBacklogTrigger"
    assert arguments == {
        "job": "flights", "campaign": "may", "conn_id": None, "db": "sqlite:x", "min_ready": 5, "poll_interval": 7.0,
    }  # fmt: skip
    assert raised.value.timeout.total_seconds() == 60


def test_the_triggers_event_ends_it():
    assert sensor().execute_complete(context(), {"status": "ready", "backlog": {"ready": 6}}) == {"ready": 6}
    with pytest.raises(TrancheError, match="away"):
        sensor().execute_complete(context(), {"status": "error", "message": "the database is away"})


def trigger(**arguments):
    return TrancheBacklogTrigger(**{"job": "flights", "poll_interval": 0.01, **arguments})


async def first(one):
    async for event in one.run():
        return event.payload


def test_the_trigger_survives_being_serialized():
    path, arguments = trigger(min_ready=3).serialize()
    assert TrancheBacklogTrigger(**arguments).serialize() == (path, arguments)


def test_the_trigger_fires_with_the_backlog(fake):
    fake.answer("backlog", {"ready": 1})
    assert asyncio.run(first(trigger(db="sqlite:x"))) == {"status": "ready", "backlog": {"ready": 1}}
    assert fake.env("backlog")["TRANCHE_DB"] == "sqlite:x"


def test_the_trigger_asks_again_until_enough_is_ready(fake):
    async def scenario():
        fake.answer("backlog", {"ready": 1})
        waiting = asyncio.ensure_future(first(trigger(min_ready=2)))
        while len(fake.calls("backlog")) < 2:
            await asyncio.sleep(0.01)
        assert not waiting.done()
        fake.answer("backlog", {"ready": 2})
        return await asyncio.wait_for(waiting, 60)

    assert asyncio.run(scenario())["backlog"] == {"ready": 2}


def test_the_trigger_gives_up_after_the_third_failure(fake):
    fake.answer("backlog", status=125, errors="tranche: the database is away")
    event = asyncio.run(first(trigger()))
    assert event == {"status": "error", "message": "tranche backlog ended with 125: tranche: the database is away"}
    assert len(fake.calls("backlog")) == 3
