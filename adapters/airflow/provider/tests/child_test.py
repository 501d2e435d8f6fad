"""The child process under Airflow's signals."""

import os
import signal
import sys
import threading
import time

import pytest

from tranche_provider.child import ChildProcess
from tranche_provider.exceptions import TrancheError

ENV = dict(os.environ)


def python(code):
    return [sys.executable, "-c", code]


def test_lines_are_told_as_they_come(tmp_path):
    """The child ends only once its first line was heard."""
    heard = tmp_path / "heard"
    lines = []

    def tell(line):
        lines.append(line)
        heard.touch()

    code = (
        "import os,sys,time\nprint('one', flush=True)\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.01)\nprint('two', file=sys.stderr)"
    )
    child = ChildProcess([*python(code), str(heard)], ENV, tell)
    assert child.wait() == 0
    assert lines == ["one", "two"]


@pytest.mark.parametrize("status", [0, 1, 99, 125, 255])
def test_the_exit_status_is_the_childs(status):
    assert ChildProcess(python(f"raise SystemExit({status})"), ENV, print).wait() == status


def test_a_signal_is_a_negative_status():
    assert ChildProcess(python("import os; os.kill(os.getpid(), 9)"), ENV, print).wait() == -9


def test_the_child_leads_its_own_process_group():
    lines = []
    child = ChildProcess(python("import os; print(os.getpgrp() == os.getpid())"), ENV, lines.append)
    child.wait()
    assert lines == ["True"]


def test_what_is_no_utf8_does_not_end_the_log():
    lines = []
    assert ChildProcess(python(r"import os; os.write(1, b'a\xffb\n')"), ENV, lines.append).wait() == 0
    assert lines == ["a\ufffdb"]


def test_a_program_that_cannot_be_started_is_told():
    with pytest.raises(TrancheError, match="/nowhere/tranche cannot be started: No such file"):
        ChildProcess(["/nowhere/tranche"], ENV, print)


def test_a_grandchild_that_holds_the_output_delays_nothing(tmp_path):
    code = "import subprocess,sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    lines = []
    child = ChildProcess(python(code), ENV, lines.append)
    start = time.monotonic()
    assert child.wait() == 0
    assert time.monotonic() - start < 20
    os.kill(int(lines[0]), signal.SIGKILL)


def test_a_signal_handler_may_stop_the_child_that_the_thread_waits_for():
    """As Airflow does: on_kill runs in the handler, on top of wait, while the child fills the pipe."""
    ready = threading.Event()
    code = (
        "import signal,sys,time\n"
        "def end(*_):\n    print('x' * 300_000, flush=True)\n    sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    lines, stopped = [], []

    def tell(line):
        lines.append(line)
        if line == "ready":
            ready.set()

    child = ChildProcess(python(code), ENV, tell)
    before = signal.signal(signal.SIGUSR1, lambda *_: stopped.append(child.stop(60)))
    try:
        main = threading.main_thread().ident
        threading.Thread(target=lambda: (ready.wait(60), signal.pthread_kill(main, signal.SIGUSR1))).start()
        assert child.wait() == 143
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert stopped == [True] and len(lines[-1]) == 300_000


def test_stop_says_when_the_child_goes_on():
    code = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    ready = threading.Event()
    child = ChildProcess(python(code), ENV, lambda line: ready.set())
    assert ready.wait(60)
    assert child.stop(0.1) is False
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -9
    assert child.stop(0) is True
