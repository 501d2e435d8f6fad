"""The connection type `tranche`: where the inventory is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tranche_provider.arguments import flags
from tranche_provider.compat import BaseHook, Connection, conf
from tranche_provider.program import TrancheProgram

# What the extra may hold besides parameters of libpq, such as sslmode.
_OWN_EXTRAS = ("db", "inventory_schema", "program")


class TrancheHook(BaseHook):
    """Asks `tranche` about an inventory.

    :param conn_id: a connection of type `tranche`
    :param db: the inventory's URL instead; with neither, TRANCHE_DB of the worker holds
    :param program: the executable; default: the connection's, else [tranche] program of Airflow's configuration
    """

    conn_name_attr = "conn_id"
    default_conn_name = "tranche_default"
    conn_type = "tranche"
    hook_name = "Tranche"

    def __init__(self, conn_id: str | None = None, *, db: str | None = None, program: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.db = db
        self.program = program

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        from tranche_provider import get_provider_info

        behaviour: dict[str, Any] = get_provider_info()["connection-types"][0]["ui-field-behaviour"]
        return behaviour

    def get_conn(self, environment: Mapping[str, str] | None = None) -> TrancheProgram:
        """The program, which knows its database; `environment` is added."""
        if self.db and self.conn_id:
            raise ValueError("db and conn_id are both given; one of them is accepted")
        program = self.program
        settings: dict[str, str] = {}
        if self.db:
            settings["TRANCHE_DB"] = self.db
        elif self.conn_id:
            connection = self.get_connection(self.conn_id)
            settings = connection_environment(connection)
            program = program or connection.extra_dejson.get("program")
        program = program or conf.get("tranche", "program", fallback="tranche")
        return TrancheProgram(program or "tranche", {**(environment or {}), **settings})

    def backlog(self, job: str, campaign: str | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.get_conn().json("backlog", *flags(job=job, campaign=campaign))
        return answer

    def plan(self, job: str, **options: Any) -> list[dict[str, Any]]:
        """The batches that would be handed out now; options are those of `tranche plan` in snake_case."""
        answer: list[dict[str, Any]] = self.get_conn().json("plan", *flags(job=job, **options))
        return answer

    def run_info(self, run_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.get_conn().json("run-info", run_id)
        return answer

    def test_connection(self) -> tuple[bool, str]:
        try:
            state = self.get_conn().json("db", "status")
        except Exception as error:  # whatever it is, the page shows it
            return False, str(error)
        return True, f"inventory of version {state['version']}, {state['state']}"


def connection_environment(connection: Connection) -> dict[str, str]:
    """TRANCHE_DB with the password in it: of all places, only the environment is not shown to others."""
    extra = connection.extra_dejson
    environment = {"TRANCHE_DB": str(extra.get("db") or _postgresql_url(connection, extra))}
    if extra.get("inventory_schema"):
        environment["TRANCHE_SCHEMA"] = str(extra["inventory_schema"])
    return environment


def _postgresql_url(connection: Connection, extra: Mapping[str, Any]) -> str:
    if not connection.host:
        raise ValueError(
            f"connection {connection.conn_id!r} names no database; "
            'a host, or {"db": "sqlite:PATH or postgresql://..."} as its extra is accepted'
        )
    user = quote(connection.login or "", safe="")
    if connection.password:
        user += ":" + quote(connection.password, safe="")
    host = f"[{connection.host}]" if ":" in connection.host else quote(connection.host, safe="")
    port = f":{connection.port}" if connection.port else ""
    name = "/" + quote(connection.schema, safe="") if connection.schema else ""
    parameters = {key: value for key, value in extra.items() if key not in _OWN_EXTRAS}
    query = "?" + urlencode(parameters, quote_via=quote) if parameters else ""
    return f"postgresql://{user + '@' if user else ''}{host}{port}{name}{query}"
