"""What tests/run.sh says at its end."""

import subprocess
import sys
from pathlib import Path

SUMMARY = Path(__file__).with_name("summary.py")

CTEST = """<testsuite>
<testcase name="unit:a" status="run"/>
<testcase name="unit:b" status="fail"><failure message="Failed"/></testcase>
<testcase name="gone" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="later" status="notrun"><skipped message="SKIP_RETURN_CODE=125"/><system-out>skipped: no server
</system-out></testcase>
<testcase name="suite" status="run"/>
</testsuite>"""
PYTEST = """<testsuites><testsuite>
<testcase name="good"/><testcase name="bad"><failure message="x"/></testcase><testcase name="off"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""
GOOD = '<testsuites><testsuite><testcase name="good"/></testsuite></testsuites>'


def summary(*folders, ci=False):
    done = subprocess.run([sys.executable, SUMMARY, *folders], capture_output=True, text=True, env={"CI": "true"} if ci else {})
    return done.returncode, done.stdout.splitlines()


def reports(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_cases_of_suites_are_counted_and_what_did_not_pass_is_named(tmp_path):
    (tmp_path / "pytest").mkdir()
    (tmp_path / "pytest" / "suite.xml").write_text(PYTEST)
    status, lines = summary(reports(tmp_path, ctest__xml=CTEST))
    assert (status, lines[-1]) == (1, "2 passed, 3 failed, 2 skipped")
    said = [line.replace(tmp_path.name, "build") for line in lines[:-1]]
    assert said == ["failed: build unit:b", "failed: build gone Unable to find executable", "skipped: build later skipped: no server",
                    "failed: build suite:bad", "skipped: build suite:off no browser"]  # fmt: skip


def test_a_script_that_fails_outside_its_cases_has_failed(tmp_path):
    status, lines = summary(reports(tmp_path, spark__xml=GOOD, spark__status="3"))
    assert (status, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped")
    assert lines[0].endswith("spark the script ended with 3")


def test_what_the_machine_lacks_is_left_out_aloud_and_fails_nothing(tmp_path):
    done = reports(tmp_path, spark__xml=GOOD, spark__status="0", argo__status="77", argo__lacking="PID namespaces take root")
    assert summary(done, ci=True) == (0, ["left out: argo, for PID namespaces take root", "1 passed, 0 failed, 0 skipped"])


def test_a_script_that_only_ends_like_one_that_lacks_something_has_failed(tmp_path):
    assert summary(reports(tmp_path, argo__status="77"))[0] == 1
    assert summary(reports(tmp_path, argo__status="1", argo__lacking="PyPI cannot be reached"))[0] == 1


def test_a_skip_fails_in_continuous_integration_alone(tmp_path):
    done = reports(tmp_path, ctest__xml='<testsuite><testcase name="a" status="run"/><testcase name="b" status="notrun">'
                   '<skipped message="SKIP_RETURN_CODE=125"/></testcase></testsuite>')  # fmt: skip
    assert (summary(done)[0], summary(done, ci=True)[0]) == (0, 1)


def test_nothing_that_ran_is_a_failure(tmp_path):
    assert summary(reports(tmp_path, ctest__xml="<testsuite/>"))[0] == 1
