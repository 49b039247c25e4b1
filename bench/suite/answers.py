"""The answers of every engine in one form, and whether they are the same.

A set of answers is a sorted list of lines `what TAB count TAB text`.
"""
import collections
import csv
import decimal
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
    """The tables of a replay with journeys, in the form of the plain program's answers."""
    found = counters(snapshot)
    lines = [f"events\t{found['accepted']}", f"unmatched\t{found['unmatched']}"]
    numbers, paths = collections.Counter(), collections.Counter()
    outcomes = {"converted": "converted", "abandoned": "abandoned", "still_open": "open"}

    def rows(table, columns):
        return show(wend, snapshot, table, "--columns", "scope," + columns)

    for row in rows("paths", "channel,path,units,converted,abandoned,still_open,value_sum"):
        scope = row["scope"]
        paths[scope, row["path"]] += int(row["units"])
        numbers[f"{scope} value", ""] += round(decimal.Decimal(row["value_sum"]) * 10000)
        for column, outcome in outcomes.items():
            numbers[f"{scope} units", f"{outcome} {row['channel']}"] += int(row[column])
    for scope in {scope for scope, _ in paths}:
        own = sorted((-count, path) for (where, path), count in paths.items() if where == scope)
        lines += [f"{scope} path\t{-count}\t{path}" for count, path in own[:TOP]]
    for row in rows("abandonment", "touchpoint,visited,abandoned"):
        for column in ("visited", "abandoned"):
            numbers[f"{row['scope']} {column}", row["touchpoint"]] += int(row[column])
    for row in rows("transitions", "from_touchpoint,to_touchpoint,transitions"):
        if row["from_touchpoint"] != "(entry)" and row["to_touchpoint"] != "(exit)":
            numbers[f"{row['scope']} transition",
                    f"{row['from_touchpoint']} > {row['to_touchpoint']}"] += int(row["transitions"])
    for row in rows("stages", "stage,reached"):
        numbers[f"{row['scope']} reached", row["stage"]] += int(row["reached"])
    lines += [f"{what}\t{count}\t{text}".rstrip("\t")
              for (what, text), count in numbers.items() if count > 0]
    return sorted(lines)
