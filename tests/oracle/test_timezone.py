#!/usr/bin/env python3
"""Time zones against Python's zoneinfo: seeded instants, and the seconds around every change.

Usage: test_timezone.py TOOL    (timezone_tool of the build)
"""
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta, timezone

DATA = os.environ.get("TZDIR") or "/usr/share/zoneinfo"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST = -9214560000  # 1678-01-01
LAST = 9214646399  # 2261-12-31 23:59:59
SOME = ["Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Nuuk", "Africa/Casablanca",
        "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll", "Asia/Tokyo",
        "America/Sao_Paulo", "Etc/GMT+12", "EST5EDT", "Asia/Gaza", "Africa/El_Aaiun"]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def zone_names(full):
    """The zones to look at: some, or all that the list of zones names."""
    if not full:
        return [name for name in SOME if os.path.exists(os.path.join(DATA, name))]
    with open(os.path.join(DATA, "zone.tab"), encoding="utf-8") as lines:
        return sorted({line.split("\t")[2].strip() for line in lines if line[0] != "#"} | set(SOME))


def changes(zone):
    """The instants at which a zone's offset changes, found by bisection between days."""
    found = []
    step = 86400 * 20
    for begin in range(FIRST, LAST, step):
        low, high = begin, min(begin + step, LAST)
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, middle) == offset(zone, low):
                low = middle
            else:
                high = middle
        found.append(high)
    return found


def offset(zone, seconds):
    return round((EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset().total_seconds())


def main():
    try:
        import zoneinfo
    except ImportError:
        skip("Python before 3.9 has no zoneinfo")
    if not os.path.exists(os.path.join(DATA, "zone.tab")):
        skip(f"no time zone data in {DATA}")
    zoneinfo.reset_tzpath(to=[DATA])
    numbers = random.Random(20240331)
    full = os.environ.get("WEND_TEST_LEVEL") == "full"
    questions = []
    for name in zone_names(full):
        zone = zoneinfo.ZoneInfo(name)
        instants = [FIRST, LAST] + [numbers.randint(FIRST, LAST) for _ in range(200)]
        instants += [numbers.randint(-1800000000, 2500000000) for _ in range(300)]
        for change in changes(zone):
            instants += [change - 1, change]
        questions += [(name, instant, offset(zone, instant)) for instant in instants]
    text = "".join(f"{name} {instant}\n" for name, instant, _ in questions)
    answers = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    wrong = [(question, answer) for question, answer in zip(questions, answers.stdout.split())
             if question[2] != int(answer)]
    for (name, instant, wanted), answer in wrong[:20]:
        print(f"{name} at {instant}: {answer}, zoneinfo says {wanted}")
    complete = len(answers.stdout.split()) == len(questions)
    print(f"{len(questions)} instants of {len(set(q[0] for q in questions))} zones")
    passed = complete and not wrong
    print(f"{int(passed)} passed, {int(not passed)} failed, 0 skipped")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
