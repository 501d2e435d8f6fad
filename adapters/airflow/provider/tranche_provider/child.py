"""A child process whose output is told line by line and that a signal handler may stop."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from tranche_provider.exceptions import TrancheError

# A process that the command left behind may hold the output open; the log does not wait for it.
_LAST_LINES_SECONDS = 2.0


class ChildProcess:
    """Runs `command` in a session of its own, standard error among standard output.

    Airflow calls on_kill from a signal handler in the thread that waits here, so both wait on a pidfd: Popen.wait and
    threading's events hold locks that the handler would find taken. A second thread reads, for a child blocked on a
    full pipe could not end.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self.last_lines: deque[str] = deque(maxlen=20)
        self._tell = tell
        try:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,  # a task's own is the supervisor's socket
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise TrancheError(f"{command[0]} cannot be started: {error.strerror}") from error
        self._pidfd = os.pidfd_open(self._process.pid)
        self._reader = threading.Thread(target=self._read, name="tranche output", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        """The exit status, negative for a signal as in subprocess."""
        self._ended(None)
        status = self._process.wait()
        self._reader.join(_LAST_LINES_SECONDS)
        return status

    def stop(self, seconds: float | None) -> bool:
        """SIGTERM, then waits. tranche itself kills its command after its grace; killing tranche would only end it
        without giving the batch back."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGTERM)
        return self._ended(seconds)

    def _ended(self, seconds: float | None) -> bool:
        if self._process.returncode is not None:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(None if seconds is None else seconds * 1000))

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout:
                text = line.rstrip("\n")
                self.last_lines.append(text)
                self._tell(text)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            os.close(self._pidfd)
