"""What OpenLineage's side does in tests: a server that can go away and come back, and the schemas of its events."""

import json
import pathlib
import re
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jsonschema

SCHEMAS = pathlib.Path(__file__).parents[1] / "data" / "openlineage"
KEY = "a-key-that-is-secret"
PASSWORD = "pw-that-is-secret"
DATE = "2026-01-01T02:00:00+02:00"
TASK = {
    "AIRFLOW_CTX_DAG_ID": "daily", "AIRFLOW_CTX_TASK_ID": "load", "AIRFLOW_CTX_TRY_NUMBER": "2",
    "AIRFLOW_CTX_DAG_RUN_ID": "scheduled__2026-01-01T00:00:00+00:00", "AIRFLOW_CTX_LOGICAL_DATE": DATE,
}  # fmt: skip
# What the client for Python and Airflow's provider make of the task above, in namespace "lake".
TASK_RUN = "019b76da-a800-710f-8578-ee9b4d1231e8"


def load_schemas():
    schemas = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    return {schema["$id"]: schema for schema in schemas}


STORE = load_schemas()
EVENT = STORE["https://openlineage.io/spec/2-0-2/OpenLineage.json"]


def validator(schema):
    resolver = jsonschema.RefResolver.from_schema(schema, store=STORE)
    return jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker())


def facets_of(event):
    yield from event["run"]["facets"].items()
    yield from event["job"]["facets"].items()
    for dataset in event["inputs"] + event["outputs"]:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from dataset.get(kind, {}).items()


def check(event):
    """The event and each of its facets against the schema that it names."""
    validator(EVENT).validate(event)
    # Formats that the validator checks only where further packages are.
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["eventTime"])
    assert uuid.UUID(event["run"]["runId"]).version == 5
    assert event["schemaURL"] == EVENT["$id"] + "#/$defs/RunEvent"
    for name, facet in facets_of(event):
        address, definition = facet["_schemaURL"].split("#/$defs/")
        schema = STORE[address]
        assert definition in schema["$defs"]
        assert name in schema["properties"], f"{name} is no facet of {address}"
        validator({"$ref": facet["_schemaURL"]}).validate(facet)
    return event


class Server:
    """Takes events on a port of the loopback interface and keeps what it accepted."""

    def __init__(self):
        self.bodies = []
        self.keys = []
        self.paths = []
        self.answer = lambda event: 201
        self.hanging = threading.Event()  # cleared: it takes requests and never answers
        self.hanging.set()
        self.http = None
        self.port = 0
        self.come_back()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def come_back(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.hanging.wait()
                status = server.answer(json.loads(body))
                if status < 300:
                    server.bodies.append(body)
                    server.keys.append(self.headers["Authorization"])
                    server.paths.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request, address):
                pass

        self.http = Quiet(("127.0.0.1", self.port), Handler)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def go_away(self):
        if self.http:
            self.http.shutdown()
            self.http.server_close()
            self.http = None

    def close(self):
        self.hanging.set()
        self.go_away()

    def events(self):
        return [check(json.loads(body)) for body in self.bodies]


def types(events):
    return [event["eventType"] for event in events]


def parameters(event):
    return {one["key"]: one["value"] for one in event["run"]["facets"]["executionParameters"]["parameters"]}


def one_start_and_one_end(events):
    """By run; each has one START and then one of the ends."""
    runs = {}
    for event in events:
        runs.setdefault(event["run"]["runId"], []).append(event["eventType"])
    assert all(len(told) == 2 and told[0] == "START" and told[1] in ("COMPLETE", "FAIL", "ABORT") for told in runs.values()), runs
    return runs


def waiting(spool):
    """The files of what was not sent yet, in the order of their names."""
    return sorted(spool.glob("*/*.json"))
