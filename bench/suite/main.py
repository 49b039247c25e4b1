#!/usr/bin/env python3
"""Makes the data, checks the answers, measures, prints. bench/run prepares what this needs."""
import argparse
import os
import sys

import check
import curve
import jobs as all_jobs
import machine
import measure
import plot
import report
from data import EVENTS, Data
from lines import Table

ROUNDS = {"quick": 3, "medium": 5, "full": 5}
# Events at the end of the cost curves.
CURVE = {"quick": EVENTS["quick"], "medium": EVENTS["medium"], "full": 10 * EVENTS["full"]}


def write(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(content)


def draw(cache, jobs, curves):
    for title, key, kind in (("NDJSON, one core", "ndjson", "cpu_s"),
                             ("NDJSON, two threads", "2 threads", "wall_s")):
        rows = []
        for job in jobs.values():
            peer = job.peer and "loaded" not in job.name
            if not job.runs or job.size < 10**6 or job.source or \
                    (job.threads == 2) != (kind == "wall_s") or \
                    not (peer and "ndjson" in job.name or job.name == "read" or
                         job.name.startswith(("sessions", "journeys", "mixed", "random"))):
                continue
            rates = [job.size / value / 1e9 for value in job.values(kind)]
            sort = "peer" if peer else "ceiling" if job.name == "read" else "wend"
            rows.append((job.name, sort, job.size / job.median(kind) / 1e9, min(rates),
                         max(rates)))
        if rows:
            write(cache, f"{key.replace(' ', '-')}.svg", plot.bars(title, rows, "GB/s"))
    for name in ("events", "customers"):
        places = [(point[name], point["ns_per_event"]) for point in curves.get(name, [])]
        if len(places) > 1:
            write(cache, f"cost-by-{name}.svg",
                  plot.curve(f"Cost of an event by number of {name}", places, name,
                             "ns of CPU time"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=ROUNDS, required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    cache, build = os.path.abspath(options.cache), os.path.abspath(options.build)
    data = Data(cache, options.size, os.path.join(build, "wend"), os.path.join(build, "bench"))
    setting = all_jobs.Setting(root, build, cache, data)
    skipped = {}
    groups = all_jobs.wend_jobs(setting, skipped)
    all_jobs.peer_jobs(setting, groups, skipped)
    groups["merge"] = [all_jobs.merge_job(setting)]
    checks = check.Checks()
    expected = check.Expected(data, checks)
    for name, reason in skipped.items():
        print(f"skip  {name} ({reason})")

    about = machine.describe(root, build, setting.python)
    results = os.path.join(cache, "results.json")
    jobs, curves = {job.name: job for members in groups.values() for job in members}, {}

    def record():
        table = Table(options.size, jobs, curves, setting.loading_s).lines()
        report.write_results(results, about, options.size, table, jobs, checks, skipped, curves)
        return table

    for name, members in groups.items():
        print(f"measuring: {name}", flush=True)
        files = sorted({path for job in members for path in job.command
                        if path.startswith(data.folder) and os.path.isfile(path)})
        check.check_group(setting, members, expected, checks, files)
        measure.measure(members, options.rounds or ROUNDS[options.size], files)
        record()
    print("measuring: cost curves", flush=True)
    curves = curve.measure_curves(setting, CURVE[options.size], options.size == "quick")
    about["load_average_after"] = os.getloadavg()
    table = record()
    report.print_table(table, jobs)
    write(cache, "results.md", report.markdown(table, about, options.size))
    draw(cache, jobs, curves)
    print(f"results.json, results.md and plots are in {os.path.relpath(cache)}")
    print(f"{checks.passed} passed, {len(checks.failed)} failed, {len(skipped)} skipped")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
