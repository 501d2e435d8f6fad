#!/usr/bin/env python3
"""summary.py FOLDER...: what was found by ctest (ctest.xml) and the pytest suites inside it (pytest/*.xml) of a build, or by scripts
(NAME.status, and NAME*.xml of pytest) of a folder of reports, as a closing list and the
line "N passed, N failed, N skipped". Ends with 1 where something failed, nothing ran, or CI is set and something was skipped."""

import os
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

SKIPPED_BY_TEST = "SKIP_RETURN_CODE"


def pytest_outcomes(report):
    for case in ET.parse(report).iter("testcase"):
        name = f"{Path(report).stem}:{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed", ""
        elif (skip := case.find("skipped")) is not None:
            yield name, "skipped", skip.get("message", "")
        else:
            yield name, "passed", ""


def ctest_outcome(case):
    skip = case.find("skipped")
    if case.get("status") == "run":
        return "passed", ""
    # A test whose program is missing is "notrun" as well: that is no skip.
    if skip is not None and SKIPPED_BY_TEST in skip.get("message", ""):
        output = case.findtext("system-out", "").splitlines()
        return "skipped", next((line for line in output if line.startswith("skipped: ")), "")
    return "failed", "" if skip is None else skip.get("message", "")


def outcomes(build):
    for case in ET.parse(build / "ctest.xml").iter("testcase"):
        name = case.get("name")
        outcome, detail = ctest_outcome(case)
        report = build / "pytest" / f"{name}.xml"
        cases = list(pytest_outcomes(report)) if report.exists() else []
        # pytest can die after its last case, or before it writes its report: ctest's word stands then.
        if outcome == "failed" and not any(found == "failed" for _, found, _ in cases):
            cases.append((name, outcome, detail))
        yield from cases or [(name, outcome, detail)]


LEFT_OUT = "77"  # as tools/environment.sh says


def left_out(reports):
    """What this machine lacks, by script."""
    reasons = {path.stem: path.read_text().strip() for path in sorted(reports.glob("*.lacking"))}
    return {name: reason for name, reason in reasons.items() if (reports / f"{name}.status").read_text().strip() == LEFT_OUT}


def script_outcomes(reports):
    for ended in sorted(set(reports.glob("*.status")) - {reports / f"{name}.status" for name in left_out(reports)}):
        cases = [case for report in sorted(reports.glob(f"{ended.stem}*.xml")) for case in pytest_outcomes(report)]
        # What a script does besides, such as installing, fails as a case of its own.
        status = ended.read_text().strip()
        if status != "0" and not any(found == "failed" for _, found, _ in cases):
            cases.append((ended.stem, "failed", f"the script ended with {status}"))
        yield from cases or [(ended.stem, "failed", "the script reported no case")]


def main(folders):
    counts = Counter()
    for build in map(Path, folders):
        for name, reason in left_out(build).items():
            print(f"left out: {name}, for {reason}")
        for name, outcome, detail in outcomes(build) if (build / "ctest.xml").exists() else script_outcomes(build):
            counts[outcome] += 1
            if outcome != "passed":
                print(f"{outcome}: {build.name} {name} {detail}".rstrip())
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    incomplete = counts["failed"] or not counts["passed"] or (os.environ.get("CI") and counts["skipped"])
    return 1 if incomplete else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
