"""A retry continues what the earlier tries of the same task began."""

from types import SimpleNamespace

import pytest
from conftest import batch, context, summary

from tranche_provider.compat import AirflowFailException, AirflowSkipException
from tranche_provider.exceptions import TrancheError
from tranche_provider.operators.tranche import TrancheRunOperator


class Outlet:
    uri = "file:///flights"


OUTLET = Outlet()
EMPTY = {"status": 99, "summary": summary(iterations=0, succeeded=0, batches=[])}


def run(run_id="aaaa", try_number=1, window="incremental", **identity):
    return {"run_id": run_id, "window": window, "identity": {"try_number": str(try_number), **identity}}


def execute(iterations=3, retries=2, **task):
    operator = TrancheRunOperator(task_id="load", job="flights", command=["true"], iterations=iterations, retries=retries)
    return operator.execute(context(**{"try_number": 2, "max_tries": 2, **task}))


def iterations(fake):
    words = fake.words("run")
    return words[words.index("--iterations") + 1]


def test_the_first_try_asks_for_no_earlier_one(fake):
    execute(try_number=1)
    assert fake.calls("runs") == [] and iterations(fake) == "3"


def test_iterations_count_over_all_tries(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1), batch(2, status="failed")]})
    execute()
    assert iterations(fake) == "2"
    assert "--identity dag_id=daily --identity dag_run_id=manual__1 --identity task_id=load" in " ".join(fake.words("runs"))


def test_all_stays_all(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1)]})
    execute("all")
    assert iterations(fake) == "all"


@pytest.mark.parametrize("given", [None, "", " "])
def test_without_iterations_tranches_default_holds_for_all_tries(fake, given):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1, status="failed")]})
    execute(given)
    assert iterations(fake) == "1"
    fake.answer("run-info", {"batches": [batch(1)]})
    assert execute(given)["run_id"] == "aaaa" and len(fake.calls("run")) == 1


@pytest.mark.parametrize("given", [0, "0", "many"])
def test_iterations_that_are_no_number_of_batches_are_tranches_to_refuse(fake, given):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1)]})
    fake.answer("run", status=2, errors=f"tranche: --iterations: '{given}' is out of range")
    for try_number in (1, 2):
        with pytest.raises(AirflowFailException, match="--iterations"):
            execute(given, try_number=try_number)


@pytest.mark.parametrize("other", [run(try_number=2), run(window="may"), run(map_index="3")])
def test_runs_of_others_do_not_count(fake, other):
    fake.answer("runs", [other])
    fake.answer("run-info", {"batches": [batch(1)]})
    execute()
    assert iterations(fake) == "3"


def test_tries_before_the_task_was_cleared_do_not_count(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1)]})
    execute(max_tries=3)  # cleared after try 1: two retries from there
    assert iterations(fake) == "3" and fake.calls("runs") == []


def test_of_a_cleared_task_only_the_tries_since_count(fake):
    fake.answer("runs", [run("bbbb", 2), run("aaaa", 1)])
    fake.answer("run-info", {"batches": [batch(1)]})
    execute(try_number=3, max_tries=3)
    assert [call["words"][1] for call in fake.calls("run-info")[:1]] == ["bbbb"] and iterations(fake) == "2"


def test_where_earlier_tries_did_everything_nothing_runs(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(2), batch(1)]})
    result = execute(2)
    assert fake.calls("run") == []
    assert (result["run_id"], result["succeeded"], result["count"], result["first_key"], result["last_key"]) == ("aaaa", 2, 8, 1, 8)


def test_the_result_is_that_of_all_tries(fake):
    fake.answer("runs", [run("bbbb", 2), run("aaaa", 1)])
    fake.answer("run-info", {"batches": [batch(2), batch(3, status="failed")]})
    fake.answer("run", summary=summary(first_key=1, last_key=12, succeeded=2, count=8, weight=80, batches=[batch(1), batch(3)]))
    events = {OUTLET: SimpleNamespace(extra=None)}
    task = TrancheRunOperator(task_id="load", job="flights", command=["true"], iterations="all", retries=2)
    task.outlets = [OUTLET]
    result = task.execute({**context(try_number=2, max_tries=2), "outlet_events": events})
    told = {"run_id": "0f8f", "succeeded": 3, "count": 12, "weight": 120, "first_key": 1, "last_key": 12}
    assert {name: result[name] for name in told} == told
    assert [one["batch_id"] for one in result["batches"]] == [2, 1, 3] and "secret-token" not in str(result)
    assert events[OUTLET].extra == {"tranche": {"job": "flights", "window": "incremental", **told}}
    assert task.lineage_summary == result


def test_text_keys_have_their_order(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1, first_key="2026-01-02", last_key="2026-01-03")]})
    fake.answer("run", summary=summary(first_key="2026-01-01", last_key="2026-01-02"))
    result = execute()
    assert (result["first_key"], result["last_key"]) == ("2026-01-01", "2026-01-03")


def test_a_retry_that_finds_no_more_keys_keeps_the_range(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1)]})
    fake.answer("run", summary=summary(iterations=0, succeeded=0, count=0, weight=0, first_key=None, last_key=None, batches=[]))
    result = execute()
    assert (result["succeeded"], result["count"], result["first_key"], result["last_key"]) == (1, 4, 1, 4)


def test_items_that_were_done_of_a_batch_that_failed_are_no_iteration(fake):
    fake.answer("runs", [run()])
    done = batch(2, count=3, straggler=True, parent_batch_id=1)
    fake.answer("run-info", {"batches": [done, batch(1, status="failed", count=1, done_count=3)]})
    fake.answer("run", summary=summary(count=1))
    result = execute(iterations=1)
    assert iterations(fake) == "1"
    assert (result["succeeded"], result["count"]) == (1, 4)


@pytest.mark.parametrize("status", [99, 0])  # the default, and empty_exit_code=0
def test_a_failed_task_is_neither_skipped_nor_done_because_its_batch_waits(fake, status):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1, status="failed", message="failed with exit status 3")]})
    fake.answer("run", **{**EMPTY, "status": status})
    with pytest.raises(TrancheError, match="batch 1 of an earlier try is failed, not handed out yet: failed with exit status 3"):
        execute()


def test_an_exhausted_batch_of_an_earlier_try_fails_the_task(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1, status="failed", exhausted=True)]})
    fake.answer("run", **EMPTY)
    with pytest.raises(TrancheError, match="is exhausted, see tranche retry"):
        execute()


def test_what_an_earlier_try_did_is_the_result_where_nothing_is_left(fake):
    fake.answer("runs", [run()])
    fake.answer("run-info", {"batches": [batch(1)]})
    fake.answer("run", **EMPTY)
    assert execute()["succeeded"] == 1


def test_a_retry_without_earlier_runs_may_skip(fake):
    fake.answer("runs", [])
    fake.answer("run", **EMPTY)
    with pytest.raises(AirflowSkipException):
        execute()
