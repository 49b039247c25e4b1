"""Are all answers the same? A job that answers otherwise is not measured."""
import json
import os
import subprocess

import answers
import measure
from jobs import GOAL, LOG_GOAL


class Checks:
    def __init__(self):
        self.passed, self.failed = 0, []

    def note(self, name, difference):
        if difference:
            self.failed.append(name)
            print(f"FAIL  {name}: {difference}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {name}", flush=True)


def wend_difference(setting, job, expected, goal):
    measure.run(job)
    found = answers.of_wend(setting.wend, setting.snapshot(job.name), goal)
    return answers.first_difference(found, expected)


def journeys_difference(setting, job):
    measure.run(job)
    found = answers.of_journeys(setting.wend, setting.snapshot(job.name))
    known = answers.of_generator(setting.data.answers())
    return "" if found == known else f"{found} instead of {known}"


def peer_difference(setting, job, expected):
    kept = os.path.join(setting.out, "peer.answers")
    measure.run(job, keep=kept)
    return answers.first_difference(answers.read_lines(kept), expected)


def goaccess_difference(setting, job):
    measure.run(job)
    with open(os.path.join(setting.out, "goaccess.json"), encoding="utf-8") as file:
        general = json.load(file)["general"]
    if general["valid_requests"] == setting.data.events and general["failed_requests"] == 0:
        return ""
    return f"{general['valid_requests']} requests of {setting.data.events}"


def stream_difference(job):
    result = subprocess.run(job.command, capture_output=True, text=True, check=True)
    return "" if int(result.stdout) == job.size else f"{result.stdout.strip()} bytes came out"


def check_all(setting, groups):
    """Runs every job once; takes those out of the groups that answer otherwise."""
    checks, data = Checks(), setting.data
    expected = answers.read_lines(data.reference("events.ndjson", "ndjson", GOAL))
    log = answers.read_lines(data.reference("access.log", "access-log", LOG_GOAL))
    data.csv()
    checks.note("reference on csv", answers.first_difference(
        answers.read_lines(data.reference("events.csv", "csv", GOAL)), expected))
    for group, jobs in groups.items():
        for job in list(jobs):
            failed = len(checks.failed)
            try:
                checks.note(job.name, difference(setting, job, expected, log))
            except (measure.Failed, RuntimeError, OSError, ValueError, KeyError,
                    subprocess.CalledProcessError) as error:
                checks.note(job.name, str(error))
            if len(checks.failed) > failed:
                jobs.remove(job)
    return checks


def difference(setting, job, expected, log):
    if job.name == "show":
        return ""  # its output is what the others are checked by
    if job.name == "goaccess":
        return goaccess_difference(setting, job)
    if job.name == "read" or job.name.startswith("stream"):
        return stream_difference(job)
    if job.name.startswith("journeys"):
        return journeys_difference(setting, job)
    if job.peer:
        return peer_difference(setting, job, expected)
    if job.name == "access log":
        return wend_difference(setting, job, log, LOG_GOAL)
    return wend_difference(setting, job, expected, GOAL)


def check_merge(setting, job, checks):
    """The units of all snapshots are there, and the merged one is consistent."""
    measure.run(job)
    merged = setting.snapshot("merged")
    verified = subprocess.run([setting.wend, "verify", merged], capture_output=True, text=True,
                              check=False)
    sessions = answers.counters(merged)["sessions"]
    checks.note("merge", verified.stderr or ("" if sessions == job.size else
                                             f"{sessions} sessions instead of {job.size}"))
