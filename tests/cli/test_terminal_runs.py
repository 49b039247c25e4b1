#!/usr/bin/env python3
"""Runs and snapshots on a pseudo-terminal: progress, width, hostile names; what Ctrl-C leaves."""
import os
import signal
import subprocess
import sys
import tempfile
import time

from test_terminal import WEND, run

PROGRAM = os.path.abspath(WEND)
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
DEFINITIONS = os.path.join(FIXTURES, "shop.yaml")
ERASE = b"\r\x1b[K"
EVENT = '{"time":"2025-03-03T10:0%d:00Z","user_id":"ann","event":"%s"}\n'
HOSTILE = (EVENT % (0, "\\u001b[2J\\u001b]0;owned\\u0007x") +
           EVENT % (1, "\\u202e\\u0085 and a very long name of an event that no narrow terminal "
                       "has the room for"))
NAMES = "version: 1\ntime: time\ncustomer: user_id\nevent: event\n"
LINE = '{"time":"2025-03-03T10:00:00Z","user_id":"ann","event":"home","device":"mobile"}\n'


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def prepare():
    """A big input, and a snapshot with names that would rewrite the screen."""
    write("hostile.ndjson", HOSTILE)
    write("names.yaml", NAMES)
    subprocess.run([PROGRAM, "replay", "hostile.ndjson", "-c", "names.yaml", "-f", "ndjson", "-q",
                    "--now", "2025-04-01", "-o", "hostile"], check=True)
    subprocess.run([PROGRAM, "generate", "--events", "200000", "-q", "-o", "big.ndjson.gz",
                    "-c", "big.yaml"], check=True)


WORDS = (b"events/s", b"counting", b"writing")


def replay_shows_progress_and_erases_it():
    seen, _ = run(["replay", "big.ndjson.gz", "-c", "big.yaml", "-j", "1"], out=False)
    lines = seen.split(ERASE)
    if len(lines) < 3:
        return f"saw {seen[:200]}"
    if lines[0] or (lines[-1] and not lines[-1].startswith(b"wend: ")):
        return f"something stays on the screen: {lines[-1][:200]}"
    for line in lines[1:-1]:
        if b" % [" not in line or not any(word in line for word in WORDS):
            return f"a line is {line}"
    return ""


def replay_fits_its_progress():
    seen, _ = run(["replay", "big.ndjson.gz", "-c", "big.yaml", "-n", "0"], out=False, columns=40)
    longest = max(len(line) for line in seen.split(ERASE)[1:-1])
    return "" if 0 < longest < 40 else f"a line has {longest} columns"


def quiet_runs_say_nothing():
    seen, piped = run(["replay", "big.ndjson.gz", "-c", "big.yaml", "--quiet"])
    return f"saw {seen[:200]} {piped[:200]}" if seen or piped else ""


def tables_fit_the_terminal():
    for table in ("paths", "touchpoints", "transitions", "abandonment", "flow"):
        for columns in (80, 120):
            seen, _ = run(["show", "hostile", table, "--color", "never"], columns=columns)
            longest = max(len(line) for line in seen.decode().split("\n"))
            if longest > columns:
                return f"{table}: a line has {longest} columns of {columns}"
    return ""


def nothing_that_is_shown_can_rewrite_the_screen():
    for arguments in (["show", "hostile", "paths"], ["show", "hostile", "touchpoints", "-f", "csv"],
                      ["show", "hostile", "transitions", "-f", "json"],
                      ["check", "names.yaml", "--sample", "hostile.ndjson", "-f", "ndjson"],
                      ["init", "hostile.ndjson"],
                      ["replay", "hostile.ndjson", "-c", "names.yaml", "-f", "ndjson"],
                      ["show", "hostile\x1b[2J"]):
        seen, _ = run(arguments, NO_COLOR="1")
        clean = seen.replace(ERASE, b"").decode()
        bad = [c for c in clean.replace("\n", "")
               if ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e"]
        if bad:
            return f"{arguments}: {bad} in {seen}"
    return ""


def left_over():
    return [name for name in os.listdir(".") if name.startswith(("run", ".run"))]


def interrupted(arguments, feed=b"", signals=1):
    """(exit code, standard error) of a run that waits for standard input and gets Ctrl-C."""
    with subprocess.Popen([PROGRAM, "replay", *arguments, "--now", "2025-04-01", "-o", "run"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdin.write(feed)
        process.stdin.flush()
        time.sleep(0.5)
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            return None, "still running"
        return code, process.stderr.read().decode()


def first_interrupt_ends_a_run_and_leaves_nothing():
    os.mkfifo("fifo")
    for arguments, feed in ((["-", "-c", DEFINITIONS], b""),
                            (["-", "-c", DEFINITIONS], LINE.encode() * 20000),
                            (["-"], b""), (["-"], LINE.encode() * 20000),
                            (["fifo", "-c", DEFINITIONS], b""),
                            (["big.ndjson.gz", "fifo", "-c", "big.yaml"], b"")):
        code, text = interrupted(arguments, feed)
        if code != 130 or text != "wend: stopped; nothing was kept\n" or left_over():
            return f"{arguments}, {len(feed)} bytes: code {code}, {text!r}, {left_over()}"
    return ""


def interrupted_merge():
    """The same for a merge, as soon as it has begun to write."""
    with subprocess.Popen([PROGRAM, "merge", "big", "-o", "run"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        while process.poll() is None and not left_over():
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        return process.wait(timeout=60), process.stderr.read().decode()


def first_interrupt_ends_a_merge_and_leaves_nothing():
    subprocess.run([PROGRAM, "replay", "big.ndjson.gz", "-c", "big.yaml", "-q", "-o", "big",
                    "--tables", "all"], check=True)
    code, text = interrupted_merge()
    if code != 130 or text != "wend: stopped; nothing was kept\n" or left_over():
        return f"code {code}, {text!r}, {left_over()}"
    return ""


TESTS = [replay_shows_progress_and_erases_it, replay_fits_its_progress, quiet_runs_say_nothing,
         tables_fit_the_terminal, nothing_that_is_shown_can_rewrite_the_screen,
         first_interrupt_ends_a_run_and_leaves_nothing,
         first_interrupt_ends_a_merge_and_leaves_nothing]


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare()
        for test in TESTS:
            problem = test()
            failures += bool(problem)
            name = test.__name__.replace("_", " ")
            print(f"{'FAIL' if problem else 'ok  '}  {name}{': ' + problem if problem else ''}")
        os.chdir("/")
    print(f"{len(TESTS) - failures} passed, {failures} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
