"""Runs commands one after another and takes their time: CPU seconds, wall seconds, peak memory.

Jobs of a group are run by turns, a round of all before the next round, so that what disturbs the
machine disturbs them alike, and two of them can be compared round by round.
"""
import os
import statistics
import subprocess
import sys
import tempfile

LAST_CPU = max(os.sched_getaffinity(0))


class Failed(Exception):
    pass


class Job:
    """A command to measure. `size` is what it works through: bytes, or rows."""

    def __init__(self, timed, name, command, size=0, threads=1, rounds=None, peer=False,
                 source=None, environment=None, reader=None):
        self.timed = timed    # the program that takes the time
        self.name, self.command, self.size = name, command, size
        self.threads, self.rounds = threads, rounds
        self.peer = peer      # tells CPU and wall seconds itself, on the last line of stderr
        self.source = source  # a command whose output it reads, on another processor
        self.environment = environment or {}
        self.reader = reader  # from its output to further figures of a run
        self.runs = []

    def values(self, key):
        return [run[key] for run in self.runs]

    def median(self, key):
        return statistics.median(self.values(key))


def start(job, output, errors, report):
    """The process of a job, and that of its source."""
    processors = "all" if job.threads > 1 else str(LAST_CPU)
    command = [job.timed, report, processors, *job.command]
    named = {"stdout": output, "stderr": errors, "env": dict(os.environ, **job.environment)}
    if not job.source:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, **named), None
    other = str(min(os.sched_getaffinity(0)))
    source = subprocess.Popen([job.timed, os.devnull, other, *job.source], stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL)
    process = subprocess.Popen(command, stdin=source.stdout, **named)
    source.stdout.close()
    return process, source


def run(job, keep=None):
    """Runs a job once; its output goes to the file `keep`."""
    with tempfile.TemporaryFile() as errors, tempfile.NamedTemporaryFile("r") as report, \
            (open(keep, "w+b") if keep else tempfile.TemporaryFile()) as output:
        process, source = start(job, output, errors, report.name)
        process.wait()
        errors.seek(0)
        text = errors.read().decode("utf-8", "replace").strip().split("\n")
        if process.returncode != 0 or (source and source.wait() != 0):
            raise Failed(f"{job.name}: exit code {process.returncode}: " + "\n".join(text[-5:]))
        cpu, wall, peak = map(float, report.read().split())
        if job.peer:
            cpu, wall = map(float, text[-1].split())
        measured = {"cpu_s": cpu, "wall_s": wall, "peak_mib": peak / 1024}
        if job.reader:
            output.seek(0)
            measured.update(job.reader(output.read().decode()))
    job.runs.append(measured)


def warm(path):
    """Reads a file, so that it is in the page cache."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def measure(jobs, rounds, files=()):
    """Measures the jobs by turns until each has its rounds; a run that checked the answers is one.
    Those that fail are taken out, with a word on why."""
    working = list(jobs)
    for _ in range(rounds):
        for path in files:
            warm(path)
        for job in list(working):
            if len(job.runs) >= (job.rounds or rounds):
                continue
            say(f"round {len(job.runs) + 1} of {rounds}: {job.name}")
            try:
                run(job)
            except (Failed, OSError) as error:
                print(f"left out: {error}", file=sys.stderr)
                working.remove(job)
                job.runs.clear()
    say("")


def say(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def ratios(slower, faster, key="cpu_s"):
    """How many times faster, round by round; `faster` may be several jobs that add up."""
    together = [sum(parts) for parts in zip(*[job.values(key) for job in faster])]
    return [a / b for a, b in zip(slower.values(key), together)]
