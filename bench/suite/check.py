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
    return answers.first_difference(found, answers.read_lines(setting.data.journeys()))


def verify_difference(setting, job):
    """The snapshot is consistent, and has as many sessions as there are customers."""
    measure.run(job)
    snapshot = setting.snapshot(job.name)
    verified = subprocess.run([setting.wend, "verify", snapshot], capture_output=True, text=True,
                              check=False)
    sessions = answers.counters(snapshot)["sessions"]
    return verified.stderr or ("" if sessions == job.size else
                               f"{sessions} sessions instead of {job.size}")


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


def stream_difference(setting, job):
    kept = os.path.join(setting.out, "stream.bytes")
    measure.run(job, keep=kept)
    with open(kept, encoding="utf-8") as file:
        found = int(file.read())
    return "" if found == job.size else f"{found} bytes came out"


class Expected:
    """The answers of the plain program."""

    def __init__(self, data, checks):
        data.csv()
        self.events = answers.read_lines(data.reference("events.ndjson", "ndjson", GOAL))
        self.log = answers.read_lines(data.reference("access.log", "access-log", LOG_GOAL))
        checks.note("reference on csv", answers.first_difference(
            answers.read_lines(data.reference("events.csv", "csv", GOAL)), self.events))


def check_group(setting, jobs, expected, checks, files):
    """Runs every job once, which is the first round; takes those out that answer otherwise."""
    for path in files:
        measure.warm(path)
    for job in list(jobs):
        failed = len(checks.failed)
        try:
            checks.note(job.name, difference(setting, job, expected.events, expected.log))
        except (measure.Failed, RuntimeError, OSError, ValueError, KeyError,
                subprocess.CalledProcessError) as error:
            checks.note(job.name, str(error))
        if len(checks.failed) > failed:
            jobs.remove(job)


def difference(setting, job, expected, log):
    if job.name == "merge" or job.name.startswith("idle"):
        return verify_difference(setting, job)
    if job.name == "show" or job.name.startswith("core"):
        measure.run(job)
        return ""  # the one's output is what others are checked by; the other checks itself
    if job.name == "goaccess":
        return goaccess_difference(setting, job)
    if job.name == "read" or job.name.startswith("stream"):
        return stream_difference(setting, job)
    if job.name.startswith("journeys"):
        return journeys_difference(setting, job)
    if job.peer:
        return peer_difference(setting, job, expected)
    if job.name == "access log":
        return wend_difference(setting, job, log, LOG_GOAL)
    return wend_difference(setting, job, expected, GOAL)
