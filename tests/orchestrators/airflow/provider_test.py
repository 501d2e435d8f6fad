"""The provider package as the real Airflow sees it."""

import pytest
from conftest import airflow


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("list", "airflow-provider-tranche"),
        ("hooks", "tranche_provider.hooks.tranche.TrancheHook"),
        ("links", "tranche_provider.links.tranche.TrancheRunLink"),
        ("triggers", "tranche_provider.triggers.tranche"),
    ],
)
def test_airflow_providers_shows_it(question, answer):
    result = airflow("providers", question, "-o", "plain")
    assert result.returncode == 0 and answer in result.stdout, result


def test_every_dag_is_imported():
    result = airflow("dags", "list-import-errors")
    assert "No data found" in result.stdout, result
