#!/usr/bin/env python3
"""Random small cases: every row of every table, and every counter, equals the oracle's.

Usage: test_random.py [SEED...]: with seeds, only these, and they are kept in ./case-SEED.
WEND_TEST_LEVEL=full runs 3,000 cases, else 250.
"""

import base64
import json
import math
import os
import sys
import tempfile
import unittest

import cases
import oracle
import readers
import rules
import snapshot
import suite

CASES = 3000 if suite.full() else 250
FIRST_SEED = 1000


def write_case(case, folder):
    """Paths of the definition file and the inputs."""
    definition = os.path.join(folder, "definition.yaml")
    with open(definition, "w", encoding="utf-8") as file:
        file.write(case.definition)
    paths = []
    for name, data in case.inputs:
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as file:
            file.write(data)
    return definition, paths


def by_oracle(case):
    lateness = rules.duration(case.lateness) if case.lateness else None
    data = [readers.unpack(data) for _, data in case.inputs]
    definition = rules.load(case.definition)
    return definition, oracle.replay(definition, data, case.now, lateness, case.close_all)


def problem_of(name, wanted, found):
    """A text about the first row that differs, or None. `_exact` columns bound the quantiles."""
    if len(wanted) != len(found):
        keys = [set(map(str, (tuple(strip(row).values()) for row in rows)))
                for rows in (wanted, found)]
        return (f"{name}: {len(found)} rows, not {len(wanted)}\n"
                f"  missing {sorted(keys[0] - keys[1])[:3]}\n"
                f"  too many {sorted(keys[1] - keys[0])[:3]}")
    for number, (want, have) in enumerate(zip(wanted, found)):
        if strip(want).keys() != have.keys():
            return f"{name}: columns {list(have)}, not {list(strip(want))}"
        for column, value in strip(want).items():
            if snapshot.plain(value) != snapshot.plain(have[column]):
                return (f"{name} row {number} {column}: {have[column]!r}, not {value!r}\n"
                        f"  wanted {strip(want)}\n  found  {have}")
            exact = want.get(column + "_exact")
            if exact is not None and not math.isclose(value, exact, rel_tol=0.01):
                return f"{name} row {number} {column}: {value} is not within 1 % of {exact}"
    return None


def strip(row):
    return {column: value for column, value in row.items() if not column.endswith("_exact")}


def reject_problem(path, case, wanted):
    """A text about the first line of the reject file that is not as the oracle has it, or None."""
    with open(path, encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    contents = [readers.unpack(data) for _, data in case.inputs]
    last = (-1, -1)
    for row, (number, reason, raw) in zip(found, wanted):
        record = row.get("record", "").encode() or base64.b64decode(row.get("record_base64", ""))
        place = (number, row["offset"])
        if (row["reason"], record) != (reason, raw) or not row["input"].endswith(
            case.inputs[number][0]
        ):
            return f"rejects: {row}, not {(number, reason, raw)}"
        if place <= last or not contents[number].startswith(raw, row["offset"]):
            return f"rejects: {row} does not stand there"
        last = place
    return None if len(found) == len(wanted) else f"{len(found)} rejects, not {len(wanted)}"


def manifest_problem(manifest, case, wanted):
    if manifest["counters"] != wanted["counters"]:
        return f"counters {manifest['counters']}\n  wanted {wanted['counters']}"
    times = {"now": case.now, "watermark": wanted["watermark"]}
    for name, time in times.items():
        if readers.parse_calendar(manifest[name].encode()) != time:
            return f"manifest: {name} {manifest[name]}, not {snapshot.format_time(time)}"
    sizes = [len(readers.unpack(data)) for _, data in case.inputs]
    found = [item["bytes"] for item in manifest["inputs"]]
    return None if found == sizes else f"manifest: {found} bytes of input, not {sizes}"


def check_case(seed, folder):
    """A text about the first difference, or None."""
    case = cases.Case(seed)
    definition, wanted = by_oracle(case)
    path, inputs = write_case(case, folder)
    out = os.path.join(folder, "out")
    threads = str(1 + seed % 4)
    rejects = os.path.join(folder, "rejects")
    extra = ["--threads", threads, "--replace", "--rejects", rejects]
    if seed % 3 == 0:
        extra += ["--block-size", "1KiB"]
    try:
        snapshot.run(suite.wend_bin(), inputs, path, out, case.now, case.lateness, case.close_all,
                     extra)
    except snapshot.RunFailed as failure:
        if wanted["counters"]["accepted"] == 0 and "exit 1" in str(failure):
            return None
        return str(failure)
    problem = reject_problem(rejects, case, wanted["rejects"]) or manifest_problem(
        snapshot.read_manifest(out), case, wanted
    )
    if problem:
        return problem
    segments = [name for name, _ in definition.segments]
    for table in snapshot.TABLES + snapshot.DETAILS:
        rows, schema = snapshot.read_table(out, table)
        problem = (snapshot.type_problem(table, schema, segments)
                   or problem_of(table, wanted["tables"][table], rows))
        if problem:
            return problem
    return None


@suite.needs_wend
class RandomCases(unittest.TestCase):
    def test_every_table_and_counter_equals_the_oracle(self):
        for seed in range(FIRST_SEED, FIRST_SEED + CASES):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                self.assertIsNone(check_case(seed, folder))


def main():
    if len(sys.argv) == 1:
        suite.main()
    for seed in map(int, sys.argv[1:]):
        folder = f"case-{seed}"
        os.makedirs(folder, exist_ok=True)
        print(seed, check_case(seed, folder) or "equal")


if __name__ == "__main__":
    main()
