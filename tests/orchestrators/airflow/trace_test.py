"""A trace of OpenTelemetry's own library, which Airflow installs, through a run."""

import json
import os
import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

READ = """
import json, os
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
carrier = {name: os.environ[name.upper()] for name in ("traceparent", "tracestate") if name.upper() in os.environ}
span = trace.get_current_span(TraceContextTextMapPropagator().extract(carrier)).get_span_context()
print(json.dumps([span.trace_id, span.span_id, span.trace_flags, span.trace_state.to_header()]))
"""


@pytest.fixture
def spans(inventory):
    def call(environment):
        kept = {name: value for name, value in os.environ.items() if name not in ("TRACEPARENT", "TRACESTATE")}
        command = [os.environ["TRANCHE_BINARY"], "--db", inventory.db, "run", "--job", "flights", "--iterations", "2"]
        result = subprocess.run([*command, "--", sys.executable, "-c", READ], env=kept | environment,
                                capture_output=True, text=True, stdin=subprocess.DEVNULL)  # fmt: skip
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("[")]

    return call


def test_the_library_reads_the_trace_that_it_wrote_with_a_span_for_each_attempt(spans):
    above = trace.SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, is_remote=False,
                              trace_flags=trace.TraceFlags(1), trace_state=trace.TraceState([("vendor", "1")]))  # fmt: skip
    carrier = {}
    TraceContextTextMapPropagator().inject(carrier, trace.set_span_in_context(trace.NonRecordingSpan(above)))
    seen = spans({name.upper(): value for name, value in carrier.items()})
    assert [(one[0], one[2], one[3]) for one in seen] == [(above.trace_id, 1, "vendor=1")] * 2
    assert len({above.span_id, *(one[1] for one in seen)}) == 3


def test_the_library_reads_a_trace_that_the_run_began(spans):
    seen = spans({"TRACESTATE": "vendor=1"})
    assert all(one[0] and one[1] and one[2:] == [1, ""] for one in seen) and len(seen) == 2
