"""What OpenLineage hears of a run, where Airflow's provider of it is installed."""

import socket

import pytest
from conftest import context, summary

from tranche_provider.lineage import dataset_names
from tranche_provider.operators.tranche import TrancheRunOperator


def place(**fields):
    return {"kind": "postgresql", "host": "db.example", "port": "5433", "database": "ops", "schema": "lake", "table": "assets", **fields}


@pytest.mark.parametrize(
    ("place", "names"),
    [
        (place(), ("postgres://db.example:5433", "ops.lake.assets")),
        (place(port=None), ("postgres://db.example:5432", "ops.lake.assets")),
        (place(host="::1"), ("postgres://[::1]:5433", "ops.lake.assets")),
        (place(host="/run/postgresql"), (f"postgres://{socket.gethostname()}:5433", "ops.lake.assets")),
        (
            {"kind": "sqlite", "host": None, "port": None, "database": "/data/i.db", "schema": None, "table": "assets"},
            ("sqlite:/data/i.db", "assets"),
        ),
    ],
)
def test_a_dataset_is_named_by_where_tranche_found_the_table(place, names):
    assert dataset_names(place) == names


@pytest.fixture
def operator(fake):
    pytest.importorskip("airflow.providers.openlineage.extractors")
    fake.answer("job show", place())
    return TrancheRunOperator(task_id="load", job="flights", command=["true"], db="postgresql://u:secret@db.example/ops")


def test_the_input_is_the_sources_table(operator):
    (dataset,) = operator.get_openlineage_facets_on_start().inputs
    assert (dataset.namespace, dataset.name) == ("postgres://db.example:5433", "ops.lake.assets")


def test_where_tranche_cannot_tell_the_table_no_input_is_told(operator, fake):
    fake.answer("job show", status=125, errors="tranche: no route to host")
    assert operator.get_openlineage_facets_on_start().inputs == []


def test_the_range_is_the_inputs_subset(operator):
    pytest.importorskip("openlineage.client.generated.base_subset_dataset", reason="a client from before subsets")
    operator.execute(context())
    (dataset,) = operator.get_openlineage_facets_on_complete(None).inputs
    condition = dataset.inputFacets["subset"].inputCondition
    assert (condition.operator, condition.left.left.field, condition.left.right.value, condition.right.right.value) == (
        "AND", "id", "1", "4",
    )  # fmt: skip


def test_a_skipped_task_read_nothing(operator):
    operator.lineage_summary = summary(iterations=0, succeeded=0)
    assert operator.get_openlineage_facets_on_complete(None).inputs == []


PARENTS = ("OPENLINEAGE_PARENT_ID", "OPENLINEAGE_ROOT_PARENT_ID")


@pytest.fixture
def parents(operator, fake, monkeypatch):
    """What a run is told, where the macros of Airflow's provider answer so."""
    for name in PARENTS:
        monkeypatch.delenv(name, raising=False)

    def told(**macros):
        module = pytest.importorskip("airflow.providers.openlineage.plugins.macros")
        for name in ("lineage_parent_id", "lineage_root_parent_id"):
            monkeypatch.setattr(module, name, macros.get(name), raising=False)
        operator.execute(context())
        env = fake.calls("run")[-1]["env"]
        return tuple(env.get(name) for name in PARENTS)

    return told


def test_a_run_is_told_its_parent_and_the_root(parents):
    assert parents(lineage_parent_id=lambda ti: f"n/{ti.task_id}/1", lineage_root_parent_id=lambda ti: f"n/{ti.dag_id}/2") == (
        "n/load/1", "n/daily/2",
    )  # fmt: skip


def test_a_root_that_is_not_known_is_not_told(parents):
    assert parents(lineage_parent_id=lambda ti: "n/load/1") == ("n/load/1", None)


def test_parents_of_the_worker_are_not_mixed_with_airflows(parents, monkeypatch):
    monkeypatch.setenv("OPENLINEAGE_PARENT_ID", "n/mine/1")
    assert parents(lineage_parent_id=lambda ti: "n/load/1", lineage_root_parent_id=lambda ti: "n/daily/2") == ("n/mine/1", None)
