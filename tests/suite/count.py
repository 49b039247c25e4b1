#!/usr/bin/env python3
"""Counts tests. Usage: count.py RESULTS.xml | count.py --log LOG STATUS

The first form reads what `ctest --output-junit` wrote, the second the log of any other program and
its exit status. One ctest test may hold many: Criterion's synthesis lines are added up, else the
last line `N passed, N failed, N skipped` counts, else the status is one test. A program that fails
without a failed test in its output is one failed test more.

Prints the output of what failed, a line `skip NAME (reason)` for what was skipped, and last
`N passed, N failed, N skipped`.
"""
import re
import sys
import xml.etree.ElementTree

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$", re.MULTILINE)
SYNTHESIS = re.compile(r"Synthesis: Tested: *(\d+) \| Passing: *(\d+) \| Failing: *(\d+) "
                       r"\| Crashing: *(\d+)")
SKIP = re.compile(r"^skip +(.*)$", re.MULTILINE)
TAIL_LINES = 40


def count(output, succeeded):
    """(passed, failed, skipped) as the output of one program says."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    syntheses = SYNTHESIS.findall(plain)
    closings = CLOSING.findall(plain)
    if syntheses:
        tested = sum(int(s[0]) for s in syntheses)
        passed = sum(int(s[1]) for s in syntheses)
        failed = sum(int(s[2]) + int(s[3]) for s in syntheses)
        totals = (passed, failed, max(0, tested - passed - failed))
    elif closings:
        totals = tuple(map(int, closings[-1]))
    else:
        totals = (int(succeeded), 0, 0)
    if not succeeded and totals[1] == 0:
        totals = (totals[0], 1, totals[2])
    return totals


def count_log(path, status):
    with open(path, encoding="utf-8", errors="replace") as file:
        output = file.read()
    for reason in SKIP.findall(output):
        print(f"skip {reason}")
    return count(output, status == "0")


def count_junit(path):
    totals = [0, 0, 0]
    cases = xml.etree.ElementTree.parse(path).getroot().findall("testcase")
    for case in cases:
        name = case.get("name")
        output = case.findtext("system-out") or ""
        status = case.get("status")
        if status == "notrun" and case.find("skipped") is not None:
            message = case.find("skipped").get("message", "")
            if "SKIP" in message:
                lines = output.strip().splitlines()
                print(f"skip {name} ({lines[-1] if lines else 'no reason given'})")
                totals[2] += 1
                continue
            status = "fail"
            output = message
        one = count(output, status == "run")
        for reason in SKIP.findall(output):
            print(f"skip {name}: {reason}")
        if one[1]:
            print(f"FAIL {name}")
            lines = [line for line in output.splitlines() if not line.startswith("ok ")]
            print("\n".join(f"    {line}" for line in lines[-TAIL_LINES:]))
        totals = [a + b for a, b in zip(totals, one)]
    if not cases:
        print("FAIL no test was found")
        totals[1] += 1
    return totals


def main():
    totals = count_log(*sys.argv[2:4]) if sys.argv[1] == "--log" else count_junit(sys.argv[1])
    print("{} passed, {} failed, {} skipped".format(*totals))


if __name__ == "__main__":
    main()
