"""`run --progress`: a line at the bottom of the terminal, one in the log elsewhere."""

import contextlib
import json
import os
import pty
import re
import select
import subprocess
import termios
import time

import pytest
from background import wait_for

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter
LINE = re.compile(r"\d+ running")
# Says something, waits until the test has seen enough, and says something more.
WAIT = 'until [ -e "$DIR/go" ]; do sleep 0.02; done'


class Terminal:
    """A run with a terminal as its standard output and error; what it shows, as far as carriage returns and erased lines go."""

    def __init__(self, command, env, columns=80):
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, columns))
        self.process = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.raw = ""

    def resize(self, columns):
        termios.tcsetwinsize(self.master, (24, columns))

    def read(self):
        if not select.select([self.master], [], [], 0.1)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the last process has closed it
            return False
        self.raw += data.decode()
        return bool(data)

    def until(self, predicate):
        deadline = time.monotonic() + 60
        while not predicate(self.lines()):
            assert time.monotonic() < deadline and self.read(), self.raw
        return self.lines()

    def end(self):
        deadline = time.monotonic() + 60
        while self.read():
            assert time.monotonic() < deadline, self.raw
        return self.process.wait(60)

    def lines(self):
        """Those that are finished, and the one at the bottom."""
        lines, line, column = [], "", 0
        for part in re.findall(r"\033\[[0-9;]*[A-Za-z]|[\r\n]|[^\r\n\033]+", self.raw):
            if part == "\n":
                lines.append(line)
                line, column = "", 0
            elif part == "\r":
                column = 0
            elif part == "\033[K":
                line = line[:column]
            elif not part.startswith("\033"):
                line = line[:column].ljust(column) + part + line[column + len(part) :]
                column += len(part)
        return [*lines, line]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal(world, tranche_binary, tranche_env, tmp_path):
    with contextlib.ExitStack() as stack:

        def start(*options, script=WAIT, columns=80, env=None):
            env = {**tranche_env, **world.env, "DIR": str(tmp_path), "TERM": "xterm", **(env or {})}
            command = [str(tranche_binary), "--log-level", "warning", "run", "--job", "flights", *options, "--", "sh", "-c", script]
            made = Terminal(command, env, columns)
            stack.callback(made.close)
            return made

        yield start


def test_the_line_stays_at_the_bottom_and_leaves_nothing_behind(world, terminal, tmp_path):
    world.job()
    shown = terminal("--iterations", "all", "--jobs", "2", script=f'echo "out $1"; echo err >&2; {WAIT}; echo "more"')
    lines = shown.until(lambda lines: "0/10" in lines[-1] and "2 running" in lines[-1])
    assert sorted(lines[:-1]) == ["[1] err", "[1] out ", "[2] err", "[2] out "]
    assert re.fullmatch(r"0%  0/10  0/550  2 running  batch 1 \d+s", lines[-1])
    (tmp_path / "go").touch()
    assert shown.end() == 0
    expected = [f"[{batch}] {text}" for batch in (1, 2, 3) for text in ("err", "more", "out ")]
    assert sorted(shown.lines()) == ["", *expected], shown.raw


def test_an_unfinished_line_of_the_command_is_not_written_over(world, terminal, tmp_path):
    world.job()
    script = f'echo begin >&2; until [ -e "$DIR/ask" ]; do sleep 0.02; done; printf "asking... " >&2; touch "$DIR/asked"; {WAIT}; echo thanks >&2'
    shown = terminal("--iterations", "2", script=script)
    shown.until(lambda lines: LINE.search(lines[-1]))
    (tmp_path / "ask").touch()
    shown.until(lambda lines: lines[-1].startswith("asking"))
    drawn = shown.raw.rindex("asking")
    (tmp_path / "go").touch()
    assert shown.end() == 0
    assert not LINE.search(shown.raw[drawn:].split("thanks")[0])
    assert [line for line in shown.lines() if line] == ["begin", "asking... thanks"] * 2


def test_what_an_adapters_program_prints_takes_the_line_away_first(world, terminal, tranche_env, tmp_path):
    world.job()
    program = tmp_path / "tranche-adapter-mine"
    program.write_text('#!/bin/sh\nread line; until [ -e "$DIR/say" ]; do sleep 0.02; done; echo first; echo warning: second >&2; '
                       'cat > /dev/null; printf last >&2\n')  # fmt: skip
    program.chmod(0o755)
    shown = terminal("--iterations", "all", "--adapter", "mine", env={"PATH": f"{tmp_path}:{tranche_env['PATH']}"})
    shown.until(lambda lines: LINE.search(lines[-1]))
    (tmp_path / "say").touch()
    lines = shown.until(lambda lines: "warning: second" in lines and LINE.search(lines[-1]))
    assert lines[:-1] == ["first", "warning: second"], shown.raw
    (tmp_path / "go").touch()
    assert shown.end() == 0
    assert shown.lines() == ["first", "warning: second", "last", ""], shown.raw


def test_the_line_follows_the_terminals_width(world, terminal, tmp_path):
    world.job()
    shown = terminal("--iterations", "all", columns=120)
    shown.until(lambda lines: re.fullmatch(r"\[> +\] 0%  0/10 .*", lines[-1]))
    shown.resize(30)
    shown.until(lambda lines: re.fullmatch(r"0%  0/10  1 running", lines[-1]))
    (tmp_path / "go").touch()
    assert shown.end() == 0


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_terminal_without_control_sequences_has_lines_in_the_log(world, terminal, tmp_path, env):
    world.job()
    shown = terminal("--iterations", "all", script=f"{WAIT}; test -t 1 && echo terminal", env=env)
    (tmp_path / "go").touch()
    assert shown.end() == 0
    assert shown.raw == "terminal\r\n" * 3


def test_a_single_batch_keeps_its_terminal(world, terminal):
    world.job()
    shown = terminal(script="test -t 1 && echo terminal")
    assert shown.end() == 0
    assert shown.raw == "terminal\r\n"


def test_the_log_tells_the_figures(world, background, tmp_path):
    world.job()
    world.done()
    world.ok("campaign", "create", "again", "--job", "flights")
    options = ("--job", "flights", "--campaign", "again", "--iterations", "all", "--progress", "log:50ms")
    run = background("run", *options, "--", "sh", "-c", WAIT)
    expected = "progress: 0%, 0 of 10 assets, weight 0 of 550, 1 running, 0 failed, slowest batch 2 for "
    wait_for(lambda: expected in run.stderr(), expected)
    (tmp_path / "go").touch()
    assert run.end() == 0


def test_the_log_tells_the_figures_as_json(world, background, tmp_path):
    world.job()
    run = background("--log-format", "json", "run", "--job", "flights", "--progress", "log:50ms", "--", "sh", "-c", WAIT)
    wait_for(lambda: "progress: 0%, 0 of 10" in run.stderr(), "a line in the log")
    (tmp_path / "go").touch()
    assert run.end() == 0
    (first, *_) = [line for line in map(json.loads, run.stderr().splitlines()) if line["message"].startswith("progress: 0%, 0 of")]
    assert {key: first[key] for key in ("done_count", "done_weight", "total_count", "total_weight", "progress", "running", "failed", "slowest_batch_id")} == {
        "done_count": 0, "done_weight": 0, "total_count": 10, "total_weight": 550, "progress": 0, "running": 1, "failed": 0, "slowest_batch_id": 1}  # fmt: skip


def test_a_short_run_says_nothing_of_it(world, run):
    world.job()
    assert "progress" not in run("--iterations", "all", "true").stderr


def test_what_is_no_progress_is_refused(world, unchanged):
    world.job()
    for text in ("often", "log:", "log:0s", "bar:1s"):
        line = unchanged(2, "run", "--job", "flights", "--progress", text, "--", "true")
        assert "--progress" in line and "accepted are auto, bar, log, log:30s and none" in line
    assert "'soon'" in unchanged(2, "run", "--job", "flights", "--progress", "log:soon", "--", "true")
    assert "no terminal" in unchanged(125, "run", "--job", "flights", "--progress", "bar", "--", "true")
