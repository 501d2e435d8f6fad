"""Eight runners drain a job while they are killed and their connections cut: each asset is processed exactly once."""

import collections
import os
import random
import re
import signal
import subprocess
import time

import pytest

RUNNERS = 8
KILLS = 25
PATIENCE = 600
# Said by libpq itself where a connection is cut while it is being made.
LIBPQ = "FATAL:  terminating connection due to administrator command"
# Said by the leak sanitizer of a runner that is killed while its threads are held for the last look.
HELD = re.compile(r"==\d+==Unable to get registers from thread \d+\.")

# One line for each command that got to its end, appended in one write; a live holder of the same batch is told of.
COMMAND = r"""
batch=$DIR/$TRANCHE_BATCH_ID
if [ "$TRANCHE_ATTEMPT" -gt 1 ] && [ -e "$batch.pids" ]; then
  while read -r pid; do
    if tr '\0' '\n' < "/proc/$pid/environ" | grep -qx "TRANCHE_BATCH_ID=$TRANCHE_BATCH_ID"; then echo "$pid" >> "$batch.overlap"; fi
  done < "$batch.pids" 2> "$DIR/no-such-process"
fi
echo $$ >> "$batch.pids"
items=$(tr '\n' ' ' < "$TRANCHE_ITEMS_FILE")
sleep 0.0$((TRANCHE_BATCH_ID % 10))
echo "items=$items" >> "$TRANCHE_OUTPUT_FILE"
echo "$TRANCHE_LEASE_TOKEN $items" >> "$batch"
"""


class Drain:
    def __init__(self, world, binary, env, folder, seed):
        self.world = world
        self.random = random.Random(seed)
        self.results = folder / "results"
        self.results.mkdir()
        self.command = [binary, "--log-level", "warning", "run", "--job", "drain", "--iterations", "all",
                        "--lease", "3s", "--max-failures", "0", "--", "sh", "-c", COMMAND]  # fmt: skip
        self.env = {**env, **world.env, "DIR": str(self.results), "TMPDIR": str(folder)}
        # Only the connections of this drain are cut.
        self.application = f"drain_{os.getpid()}_{seed}"
        self.env["PGAPPNAME"] = self.application
        self.runners = []
        self.ended = collections.Counter()
        self.said = []
        self.cut = 0

    def start(self):
        log = self.results.parent / f"log-{len(self.said)}"
        self.said.append(log)
        with open(log, "w") as file:
            self.runners.append(subprocess.Popen(self.command, env=self.env, stdin=subprocess.DEVNULL, stderr=file))

    def kill_one(self):
        self.random.choice(self.runners).send_signal(signal.SIGKILL)

    def cut_connections(self):
        share = self.random.choice([0.1, 0.3, 1])
        query = (f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = "
                 f"'{self.application}' AND random() < {share}")  # fmt: skip
        self.cut += int(self.world.sql(query)[0][0])

    def left(self):
        """Assets in no succeeded batch."""
        return self.world.json("backlog", "--job", "drain")["count"]

    def reap(self):
        for runner in [runner for runner in self.runners if runner.poll() is not None]:
            self.runners.remove(runner)
            self.ended[runner.returncode] += 1
            # A run does not wait for the leases of killed ones.
            if self.left():
                self.start()

    def disturb(self):
        if self.ended[-signal.SIGKILL] < KILLS and self.random.random() < 0.5:
            self.kill_one()
        if self.world.kind == "postgres" and self.random.random() < 0.15:
            self.cut_connections()

    def run(self):
        end = time.monotonic() + PATIENCE
        try:
            for _ in range(RUNNERS):
                self.start()
            while self.runners:
                assert time.monotonic() < end, "the drain did not end"
                self.disturb()
                time.sleep(0.05)
                self.reap()
        finally:
            for runner in self.runners:
                runner.kill()
                runner.wait()

    def errors(self):
        """What the runners said and nobody did to them."""
        lines = [line for log in self.said for line in log.read_text().splitlines()]
        return [line for line in lines if not line.startswith("tranche: warning: ") and line != LIBPQ and not HELD.fullmatch(line)]


def define_job(world, assets, size):
    world.create("assets")
    world.sql(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {assets}) "
              f"INSERT INTO {world.name('assets')} (id, item) SELECT i, 'file' || i FROM n")  # fmt: skip
    world.ok("job", "create", "drain", "--table", world.name("assets"), "--key", "id", "--item", "item",
             "--max-count", size, "--retry-delay", "0s", "--max-attempts", "1000")  # fmt: skip


def succeeded(world):
    """(batch, first key, last key, token, items) of each."""
    found = world.json("batches", "--job", "drain", "--status", "succeeded", "--limit", "100000")
    return [(b["batch_id"], b["first_key"], b["last_key"], b["lease_token"], b["outputs"]["items"].split()) for b in found]


def check(world, drain, assets, batches):
    done = succeeded(world)
    assert len(done) == batches
    assert sorted(item for *_, items in done for item in items) == sorted(f"file{n}" for n in range(1, assets + 1))
    for number, first, last, token, items in done:
        assert items == [f"file{n}" for n in range(first, last + 1)]
        # The holder that the ledger names did the work.
        lines = dict(line.split(" ", 1) for line in (drain.results / str(number)).read_text().splitlines())
        assert lines[token].split() == items
    everything = world.json("batches", "--job", "drain", "--limit", "100000")
    assert len(everything) == batches, "a range was cut twice"
    assert list(drain.results.glob("*.overlap")) == [], "two commands held a batch at once"


@pytest.mark.parametrize("seed", [os.environ.get("TRANCHE_TEST_SEED") or random.randrange(10**6)])
def test_each_asset_is_processed_exactly_once(world, tranche_binary, tranche_env, tmp_path, seed):
    assets, size = (20_000, 50) if world.kind == "postgres" else (6_000, 50)
    print(f"TRANCHE_TEST_SEED={seed}")
    define_job(world, assets, size)
    drain = Drain(world, tranche_binary, tranche_env, tmp_path, seed)
    begun = time.monotonic()
    drain.run()
    print(f"{time.monotonic() - begun:.1f} s, ended {dict(drain.ended)}, {drain.cut} connections cut")
    assert set(drain.ended) <= {0, -signal.SIGKILL}, drain.errors()
    assert drain.errors() == []
    assert drain.ended[-signal.SIGKILL] > 0
    check(world, drain, assets, assets // size)
