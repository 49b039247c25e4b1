"""The answers of every engine in one form, and whether they are the same.

A set of answers is a sorted list of lines `what TAB count TAB text`.
"""
import collections
import csv
import io
import json
import subprocess

TOP = 20


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return sorted(line.rstrip("\n\t") for line in file)


def show(wend, snapshot, *arguments):
    result = subprocess.run([wend, "show", snapshot, *arguments, "--format", "csv", "--top", "all"],
                            capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):  # 1: no row
        raise RuntimeError(result.stderr)
    return list(csv.DictReader(io.StringIO(result.stdout)))


def counters(snapshot):
    with open(f"{snapshot}/manifest.json", encoding="utf-8") as file:
        return json.load(file)["counters"]


def of_wend(wend, snapshot, goal):
    """From the counters and the table of paths: what a path ends with is its session's exit."""
    found = counters(snapshot)
    exits, reached, rows = collections.Counter(), 0, []
    for row in show(wend, snapshot, "paths", "--scope", "session", "--columns", "path,units"):
        steps, units = row["path"].split(" > "), int(row["units"])
        if "…" in steps:
            raise RuntimeError("a path was cut: the definitions need max_steps: 4096")
        rows.append((-units, row["path"]))
        if goal in steps:
            reached += units
        else:
            exits[steps[-1]] += units
    lines = [f"events\t{found['accepted']}", f"sessions\t{found['sessions']}",
             f"reached\t{reached}"]
    lines += [f"path\t{-count}\t{path}" for count, path in sorted(rows)[:TOP]]
    lines += [f"exit\t{count}\t{name}" for name, count in exits.items()]
    return sorted(lines)


def first_difference(actual, expected):
    for left, right in zip(actual, expected):
        if left != right:
            return f"{left!r} instead of {right!r}"
    return f"{len(actual)} lines instead of {len(expected)}" \
        if len(actual) != len(expected) else ""


def of_journeys(wend, snapshot):
    """The tables of a replay with journeys, in the form of the generator's answers."""
    found = counters(snapshot)
    out = {key: found[key] for key in ("read", "accepted", "late", "unmatched", "sessions")}
    out["journeys"] = {}
    for row in show(wend, snapshot, "paths", "--columns",
                    "scope,units,converted,abandoned,still_open"):
        if row["scope"] == "session":
            out["sessions_converted"] = out.get("sessions_converted", 0) + int(row["converted"])
            continue
        journey = out["journeys"].setdefault(row["scope"], collections.Counter())
        for key in ("units", "converted", "abandoned", "still_open"):
            journey[key] += int(row[key])
    for row in show(wend, snapshot, "stages", "--columns", "scope,stage,reached"):
        out["journeys"][row["scope"]]["reached " + row["stage"]] += int(row["reached"])
    return out


def of_generator(path):
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    out = {key: known[key] for key in ("read", "accepted", "late", "unmatched", "sessions",
                                       "sessions_converted")}
    out["journeys"] = {}
    for name, counts in known["journeys"].items():
        journey = {key: counts[key] for key in ("units", "converted", "abandoned", "still_open")}
        journey.update(("reached " + stage, count) for stage, count in counts["reached"].items())
        out["journeys"][name] = journey
    return out
