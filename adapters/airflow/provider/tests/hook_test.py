"""The connection type: which database a connection names, and that its password stays off command lines."""

import json

import pytest

from tranche_provider.hooks.tranche import TrancheHook


@pytest.fixture
def connect(monkeypatch):
    def connect(uri):
        monkeypatch.setenv("AIRFLOW_CONN_INVENTORY", uri if isinstance(uri, str) else json.dumps(uri))
        return TrancheHook("inventory").get_conn().environment

    return connect


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        ("tranche://u:p%40%2F%3A@db.example:5433/ops", "postgresql://u:p%40%2F%3A@db.example:5433/ops"),
        ("tranche://db.example", "postgresql://db.example"),
        ("tranche://u@db.example/ops?sslmode=require", "postgresql://u@db.example/ops?sslmode=require"),
        ({"conn_type": "tranche", "extra": {"db": "sqlite:/data/i.db"}}, "sqlite:/data/i.db"),
        ({"conn_type": "tranche", "host": "::1", "schema": "a b"}, "postgresql://[::1]/a%20b"),
    ],
)
def test_a_connection_names_its_database(connect, connection, url):
    assert connect(connection)["TRANCHE_DB"] == url


def test_an_inventory_schema_is_named_too(connect):
    assert connect("tranche://h/d?inventory_schema=ops")["TRANCHE_SCHEMA"] == "ops"
    assert connect("tranche://h/d?inventory_schema=ops")["TRANCHE_DB"] == "postgresql://h/d"


def test_a_connection_without_database_is_refused(connect):
    with pytest.raises(ValueError, match="connection 'inventory' names no database; a host, or"):
        connect({"conn_type": "tranche"})


def test_without_connection_the_workers_database_holds(fake, monkeypatch):
    monkeypatch.setenv("TRANCHE_DB", "sqlite:worker.db")
    assert TrancheHook().get_conn().environment["TRANCHE_DB"] == "sqlite:worker.db"


def test_a_connection_may_name_the_program(connect, fake):
    connect({"conn_type": "tranche", "host": "h", "extra": {"program": "/opt/tranche"}})
    assert TrancheHook("inventory").get_conn().path == "/opt/tranche"
    assert TrancheHook("inventory", program="mine").get_conn().path == "mine"


def test_questions_are_commands(fake):
    fake.answer("backlog", {"ready": 3})
    fake.answer("plan", [])
    assert TrancheHook().backlog("flights", "may") == {"ready": 3}
    assert TrancheHook().plan("flights", max_count=2) == []
    assert fake.words("backlog") == ["backlog", "--job", "flights", "--campaign", "may", "-o", "json"]
    assert fake.words("plan") == ["plan", "--job", "flights", "--max-count", "2", "-o", "json"]


def test_a_connection_is_tested_by_asking_the_inventory(fake):
    fake.answer("db", {"version": 7, "state": "current"})
    assert TrancheHook().test_connection() == (True, "inventory of version 7, current")
    fake.answer("db", status=125, errors="tranche: no route to host")
    assert TrancheHook().test_connection() == (False, "tranche db ended with 125: tranche: no route to host")
