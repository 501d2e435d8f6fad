"""A `tranche run` in the background: started, watched, signalled, and waited for with a deadline."""

import os
import pathlib
import signal
import subprocess
import time

# Longer than anything here takes, even under a sanitizer on a busy machine: it only bounds failures.
PATIENCE = 120


def wait_for(condition, what="the condition"):
    """The first true value of condition()."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not come true in {PATIENCE} s"
        time.sleep(0.02)
    return value


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(*pids):
    return wait_for(lambda: not any(map(is_running, pids)), f"the end of {pids}")


class Background:
    """Standard output and standard error go to files: a test may read them at any time."""

    def __init__(self, binary, env, folder, args):
        self.out = folder / f"out-{time.monotonic_ns()}"
        self.err = self.out.with_name(self.out.name.replace("out", "err"))
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [str(binary), *map(str, args)], env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=folder, start_new_session=True)  # fmt: skip
        self.pid = self.process.pid

    def send(self, number):
        os.kill(self.pid, number)

    def stderr(self):
        return self.err.read_text(errors="replace")

    def stdout(self):
        return self.out.read_text(errors="replace")

    def end(self):
        """The exit status, as Popen tells it: -9 where SIGKILL ended the runner."""
        return self.process.wait(PATIENCE)

    def clean_up(self):
        if self.process.poll() is None:
            # The guard ends the command.
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
