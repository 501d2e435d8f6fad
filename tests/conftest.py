import os
import pathlib

import pytest

SKIP_STATUS = 125  # SKIP_RETURN_CODE of every suite


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """A suite with a skipped case must not read as passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = SKIP_STATUS


@pytest.fixture(scope="session")
def sanitized():
    """Whether the program carries a sanitizer, whose own memory is many times ours."""
    text = pathlib.Path(os.environ["TRANCHE_BINARY"]).read_bytes()
    return b"__tsan_" in text or b"__asan_" in text
