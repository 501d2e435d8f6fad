"""Acquire, release, campaign and plan as tasks, and planned batches for mapping."""

import pytest
from conftest import batch, context

from tranche_provider.compat import AirflowSkipException
from tranche_provider.exceptions import TrancheError
from tranche_provider.operators.tranche import (
    TrancheAcquireOperator,
    TrancheCampaignOperator,
    TranchePlanOperator,
    TrancheReleaseOperator,
)
from tranche_provider.plan import planned_batches


def test_an_acquired_batch_is_the_result(fake):
    fake.answer("acquire", batch(5))
    got = TrancheAcquireOperator(task_id="take", job="flights", max_count=4, lease="2h").execute(context())
    assert got["batch_id"] == 5
    assert fake.words("acquire") == ["acquire", "--job", "flights", "--max-count", "4", "--lease", "2h", "-o", "json"]
    assert fake.env("acquire")["AIRFLOW_CTX_TASK_ID"] == "load"


def test_nothing_to_acquire_skips(fake):
    fake.answer("acquire", status=99)
    with pytest.raises(AirflowSkipException, match="nothing to acquire"):
        TrancheAcquireOperator(task_id="take", job="flights").execute(context())


def test_a_release_names_batch_and_token_by_the_environment(fake):
    release = TrancheReleaseOperator(task_id="end", batch=batch(5), status="failed", exit_code=3, outputs={"rows": 7})
    release.execute(context())
    assert fake.words("release") == ["release", "--status", "failed", "--exit-code", "3", "--output", "rows=7"]
    env = fake.env("release")
    assert (env["TRANCHE_BATCH_ID"], env["TRANCHE_LEASE_TOKEN"]) == ("5", "secret-token")


def test_where_nothing_was_acquired_nothing_is_released(fake):
    with pytest.raises(AirflowSkipException):
        TrancheReleaseOperator(task_id="end", batch=None).execute(context())
    assert fake.calls("release") == []


@pytest.mark.parametrize("given", ["5", {"batch_id": 5}, 5])
def test_what_is_no_batch_is_refused(fake, given):
    with pytest.raises(ValueError, match="batch: no batch with a lease_token"):
        TrancheReleaseOperator(task_id="end", batch=given).execute(context())


def test_an_unknown_status_is_refused(fake):
    with pytest.raises(ValueError, match="status: 'done' is none of succeeded, failed, returned"):
        TrancheReleaseOperator(task_id="end", batch=batch(), status="done").execute(context())


PLANNED = {
    "TRANCHE_PLAN_INDEX": "0", "TRANCHE_PLAN_FIRST_KEY": "1", "TRANCHE_PLAN_LAST_KEY": "4", "TRANCHE_PLAN_COUNT": "4",
    "TRANCHE_PLAN_WEIGHT": "40",
}  # fmt: skip


def test_a_plan_is_one_environment_a_batch(fake):
    fake.answer("plan", [batch(1), batch(2, weight=None)])
    environments = TranchePlanOperator(task_id="plan", job="flights", batches=2).execute(context())
    assert environments[0] == PLANNED
    assert (environments[1]["TRANCHE_PLAN_INDEX"], environments[1]["TRANCHE_PLAN_WEIGHT"]) == ("1", "0")
    assert fake.words("plan") == ["plan", "--job", "flights", "--batches", "2", "-o", "json"]


def test_nothing_planned_is_an_empty_list(fake):
    fake.answer("plan", [])
    assert TranchePlanOperator(task_id="plan", job="flights").execute(context()) == []


def test_a_function_may_plan_too(fake):
    fake.answer("plan", [batch(1)])
    assert planned_batches("flights", db="sqlite:x", max_count=4) == [PLANNED]
    assert fake.env("plan")["TRANCHE_DB"] == "sqlite:x"


def campaign(**arguments):
    return TrancheCampaignOperator(task_id="define", job="flights", campaign="may", **arguments)


def test_a_campaign_that_is_not_there_is_created(fake):
    fake.answer("campaign show", status=125, errors="tranche: campaign 'may' not found")
    fake.answer("campaign create", {"name": "may"})
    assert campaign(from_key=1, to_key=8).execute(context()) == {"name": "may"}
    assert " ".join(fake.calls("campaign")[-1]["words"]) == "campaign create may --job flights --from 1 --to 8 -o json"


def test_a_campaign_that_is_there_stays(fake):
    fake.answer("campaign show", {"name": "may"})
    assert campaign().execute(context()) == {"name": "may"}
    assert fake.words("campaign")[1] == "show"


def test_why_a_campaign_cannot_be_created_is_told(fake):
    fake.answer("campaign show", status=125, errors="tranche: campaign 'may' not found")
    fake.answer("campaign create", status=2, errors="tranche: 'may' is no usable name")
    with pytest.raises(TrancheError, match="tranche campaign ended with 2: tranche: 'may' is no usable name"):
        campaign().execute(context())
