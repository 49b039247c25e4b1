"""What the programs that ask a peer have in common: arguments, the clock, the answers.

Usage of each: ask_PEER.py ndjson|csv|load|loaded FILE THREADS [TABLES]

`load` puts the NDJSON file into TABLES, a place of the peer's own; `loaded` asks these. The answers
go to standard output as `what TAB count TAB text`; the last line of standard error is what the
question took: CPU seconds (user and system), wall seconds. Starting Python and loading the library
are left out of both.
"""
import os
import resource
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("event_id time user_id event session_id channel device os locale url title product "
           "price value").split()


def statements(name):
    """The statements of a file beside this, without comments."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        text = "".join(line for line in file if not line.startswith("--"))
    return [part.strip() for part in text.split(";") if part.strip()]


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(ask):
    """ask(kind, path, threads, tables) gives rows of three."""
    kind, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tables = sys.argv[4] if len(sys.argv) > 4 else None
    cpu, wall = cpu_seconds(), time.monotonic()
    rows = list(ask(kind, path, threads, tables))
    cpu, wall = cpu_seconds() - cpu, time.monotonic() - wall
    for what, count, text in rows:
        print(what, count, text, sep="\t")
    sys.stdout.flush()
    print(f"{cpu:.6f} {wall:.6f}", file=sys.stderr)
