"""Metrics and alerts by promtool: alerts are raised and left out as Prometheus itself evaluates them."""

import json
import os
import subprocess

import pytest

SERIES = 'job="node", exported_job="flights", window="incremental"'
NAMES = {"job": "node", "exported_job": "flights", "window": "incremental", "severity": "page"}


def promtool(*words, **options):
    return subprocess.run([os.environ["PROMTOOL"], *map(str, words)], capture_output=True, text=True, **options)


@pytest.fixture
def tranche(tmp_path):
    env = {**os.environ, "TRANCHE_DB": f"sqlite:{tmp_path}/inventory.db"}

    def call(*words):
        result = subprocess.run([os.environ["TRANCHE_BINARY"], *map(str, words)], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return call


@pytest.fixture
def rules(tranche, tmp_path):
    """Alerts after half an hour above 60 s or 10 assets."""
    path = tmp_path / "rules.yml"
    path.write_text(tranche("template", "render", "prometheus-rules", "--set", "max_age_seconds=60", "--set", "max_ready=10",
                            "--set", "patience=30m", "--set", "severity=page"))  # fmt: skip
    return path


@pytest.fixture
def check(rules, tmp_path):
    """check({series: values}, alert, [labels…], at=…) by `promtool test rules`; values a minute apart, in its short form."""

    def call(series, alert, raised, at="1h"):
        test = {"input_series": [{"series": name, "values": values} for name, values in series.items()], "interval": "1m",
                "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": raised}]}  # fmt: skip
        path = tmp_path / "test.yml"
        path.write_text(json.dumps({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": [test]}))
        result = promtool("test", "rules", path)
        assert result.returncode == 0, result.stdout + result.stderr

    return call


def test_metrics_are_what_promtool_takes(tranche, tmp_path):
    for number in range(4):
        (tmp_path / f"file{number}").write_text("x" * number)
    tranche("register", "--table", "assets", tmp_path, "--glob", "file*")
    tranche("job", "create", "flights", "--table", "assets", "--key", "id", "--item", "item", "--weight", "weight", "--max-count", "1")
    tranche("run", "--job", "flights", "--iterations", "2", "--", "true")
    result = promtool("check", "metrics", input=tranche("metrics"))
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_the_rules_are_what_promtool_takes(rules):
    result = promtool("check", "rules", rules)
    assert result.returncode == 0 and "8 rules found" in result.stdout, result.stdout + result.stderr


def test_an_old_backlog_is_told_of_after_a_while_and_a_young_one_is_not(check):
    series = f"tranche_backlog_oldest_age_seconds{{{SERIES}}}"
    told = {"exp_labels": NAMES, "exp_annotations": {"summary": "The oldest asset of job flights, incremental, is 1h 1m 0s old"}}
    check({series: "60+60x120"}, "TrancheBacklogOld", [told])
    check({series: "60+60x120"}, "TrancheBacklogOld", [], at="20m")
    check({series: "60x120"}, "TrancheBacklogOld", [])


def test_a_large_backlog_is_told_of_by_the_job_s_own_label_where_it_is_kept(check):
    series = 'tranche_backlog_ready_assets{job="flights", window="may"}'
    told = {"exp_labels": {"job": "flights", "window": "may", "severity": "page"},
            "exp_annotations": {"summary": "11 assets of job flights, may, wait for a run"}}  # fmt: skip
    check({series: "11x120"}, "TrancheBacklogLarge", [told])
    check({series: "10x120"}, "TrancheBacklogLarge", [])


def test_what_failed_for_good_is_told_of_at_once(check):
    series = f'tranche_batches{{{SERIES}, state="%s"}}'
    told = {"exp_labels": {**NAMES, "state": "exhausted"},
            "exp_annotations": {"summary": "2 batches of job flights, incremental, have no attempts left",
                                "action": "tranche batches --job JOB --status failed, then tranche retry"}}  # fmt: skip
    check({series % "exhausted": "0 2", series % "failed": "7 7"}, "TrancheExhausted", [told], at="1m")
    check({series % "exhausted": "0 0", series % "failed": "7 7"}, "TrancheExhausted", [], at="1m")


def test_leases_that_ended_are_told_of_for_an_hour(check):
    series = f"tranche_lease_takeovers_total{{{SERIES}}}"
    told = {"exp_labels": NAMES, "exp_annotations": {"summary": "Runs of job flights, incremental, end without a word"}}
    check({series: "3x10 4x200"}, "TrancheLeasesLost", [told], at="30m")
    check({series: "3x10 4x200"}, "TrancheLeasesLost", [], at="2h")


def test_a_source_that_cannot_be_read_and_metrics_that_are_gone_are_told_of(check):
    unread = {"exp_labels": NAMES, "exp_annotations": {"summary": "The source of job flights, incremental, cannot be read"}}
    check({f"tranche_backlog_up{{{SERIES}}}": "0x120"}, "TrancheSourceUnread", [unread])
    check({f"tranche_backlog_up{{{SERIES}}}": "1x120"}, "TrancheSourceUnread", [])
    unseen = {"exp_labels": {"severity": "page"}, "exp_annotations": {"summary": "Nobody tells of tranche metrics"}}
    check({}, "TrancheUnseen", [unseen])
    check({'tranche_info{version="1"}': "1x120"}, "TrancheUnseen", [])
