"""Each bench runs on a tiny SQLite inventory and prints the fields that readers of its JSON rely on. No times are judged."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

BENCH = pathlib.Path(os.environ["TRANCHE_BINARY"]).parents[1] / "tests" / "bench" / "tranche-bench"


@pytest.fixture
def bench(tmp_path):
    def run(*args):
        done = subprocess.run([BENCH, *args, "-o", "json"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return run


def test_pairs_measures_until_the_time_is_up(bench):
    figures, _ = bench("pairs", "--db", "sqlite:a.db", "--setup", "100000", "--clients", "2", "--seconds", "0.2", "--max-count", "1")
    assert set(figures) >= {"yardstick", "pairs_per_second", "p50_ms", "p99_ms", "pairs", "clients", "seconds", "errors"}
    assert figures["pairs"] > 0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
    assert (figures["clients"], figures["errors"], figures["ran_dry"]) == (2, 0, False)


def test_pairs_says_when_the_backlog_runs_dry(bench):
    figures, told = bench("pairs", "--db", "sqlite:a.db", "--setup", "250", "--seconds", "15")
    assert figures["ran_dry"] and figures["pairs"] == 3 and figures["seconds"] < 15
    assert "ran dry" in told


def test_acquire_compares_sizes(bench):
    figures, _ = bench("acquire", "--db", "sqlite:a.db", "--rows", "200,2000", "--acquires", "5")
    ways = {"max_count_100", "max_weight_5000", "filter_1_percent", "idle_poll"}
    assert set(figures["ratio"]) == ways
    assert [size["rows"] for size in figures["sizes"]] == [200, 2000]
    for size in figures["sizes"]:
        for way in ways:
            assert size[way]["acquires"] == 5 and 0 < size[way]["p50_ms"] <= size[way]["p99_ms"]


def test_acquire_makes_narrow_rows_for_sizes_that_would_not_fit(bench):
    figures, told = bench("acquire", "--narrow", "--db", "sqlite:a.db", "--rows", "200", "--acquires", "2")
    assert "tranche_bench_narrow_200" in told
    assert all(figures["sizes"][0][way]["acquires"] == 2 for way in figures["ratio"])


def test_audit_compares_with_a_plain_read(bench):
    figures, _ = bench("audit", "--db", "sqlite:a.db", "--rows", "20000", "--per-batch", "3000")
    assert set(figures) >= {"yardstick", "ratio", "audit_seconds", "plain_read_seconds", "count_seconds", "hand_out_seconds"}
    assert (figures["assets"], figures["ranges"]) == (20000, 7)
    assert figures["audit_seconds"] > 0 and figures["peak_mib"] > 0


def test_ledger_asks_the_same_of_an_empty_and_a_wide_one(bench):
    figures, _ = bench("ledger", "--db", "sqlite:a.db", "--batches", "3000", "--repeats", "3")
    assert set(figures["steps"]) >= {"acquire", "release", "backlog", "batches", "batches_since_1h", "asset", "batch", "runs"}
    assert figures["batches"] == 3000
    for step in figures["steps"].values():
        assert 0 < step["p50_ms"] <= step["p99_ms"] <= figures["worst_p99_ms"]
    again, _ = bench("ledger", "--db", "sqlite:a.db", "--batches", "3000", "--repeats", "3", "--again")
    assert again["steps"].keys() == figures["steps"].keys() and again["fill_seconds"] == 0


def test_memory_reports_the_peak_of_a_runner(bench, sanitized):
    figures, _ = bench("memory", "--db", "sqlite:a.db", "--rows", "70000")
    assert figures["count"] == 70000
    assert 0 < figures["peak_mib_idle"] and (sanitized or figures["peak_mib"] < 24)


def test_loop_compares_with_a_spawn_and_two_syncs(bench):
    figures, _ = bench("loop", "--db", "sqlite:a.db", "--iterations", "2", "--rows", "100")
    assert set(figures) >= {"ratio", "ratio_to_spawn", "ratio_to_syncs", "spawn_p50_ms", "two_syncs_p50_ms", "iterations"}
    # Nothing is said of the iteration's sign: it is a difference of two runs, and on a loaded machine one start may take longer than both iterations.
    assert isinstance(figures["iteration_ms"], float) and figures["iterations"] == 2
    assert figures["spawn_p50_ms"] > 0 and figures["two_syncs_p50_ms"] > 0


def test_the_executable_in_the_source_tree_is_the_built_one():
    source = pathlib.Path(__file__).parent / "tranche-bench"
    done = subprocess.run([source, "start", "--starts", "1", "-o", "json"], capture_output=True, text=True, timeout=120, env={**os.environ, "TRANCHE_BENCH": str(BENCH)})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bench"] == "start"


def test_the_executable_in_the_source_tree_tells_how_to_build_it(tmp_path):
    copy = tmp_path / "tests" / "bench" / "tranche-bench"
    copy.parent.mkdir(parents=True)
    shutil.copy(pathlib.Path(__file__).parent / "tranche-bench", copy)
    done = subprocess.run([copy, "start"], capture_output=True, text=True, timeout=120, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 125
    assert "bootstrap.sh" in done.stderr and len(done.stderr.splitlines()) == 1


def test_start_compares_with_bin_true(bench):
    figures, _ = bench("start", "--starts", "3")
    assert figures["ratio"] > 0 and figures["tranche_version_p50_ms"] > 0


def test_sizing_compares_with_fixed_counts(bench):
    figures, told = bench("sizing", "--seed", "5", "--seeds", "2", "--batches", "20")
    assert figures["seed"] == 5 and "seed 5" in told
    assert 0 <= figures["fixed_count_hits"] <= 1 and 0 <= figures["hits_least"] <= figures["hits"] <= 1


def test_least_sql_needs_postgresql():
    done = subprocess.run([BENCH, "least-sql", "--db", "sqlite:a.db"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 125
    assert "PostgreSQL" in done.stderr
