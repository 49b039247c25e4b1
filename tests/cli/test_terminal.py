#!/usr/bin/env python3
"""What only a terminal shows: the progress line, colours, the width. Uses a pseudo-terminal."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios

WEND = os.environ.get("WEND_BIN") or os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                  "../../build/dev/wend")
GENERATE = ["generate", "--events", "3000000", "--output", "/dev/null"]


def run(arguments, out=True, err=True, columns=80, **environment):
    """(what the terminal got, what standard output got when that is no terminal)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", **environment}
    env.update((k, v) for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))
    process = subprocess.Popen([WEND, *arguments], stdin=subprocess.DEVNULL, env=env,
                               stdout=slave if out else subprocess.PIPE,
                               stderr=slave if err else subprocess.PIPE)
    os.close(slave)
    seen, piped = b"", b""
    streams = [master] + [s.fileno() for s in (process.stdout, process.stderr) if s]
    while streams:
        for stream in select.select(streams, [], [])[0]:
            try:
                data = os.read(stream, 65536)
            except OSError:  # the terminal's other end is closed
                data = b""
            if not data:
                streams.remove(stream)
            elif stream == master:
                seen += data
            else:
                piped += data
    process.wait()
    os.close(master)
    return seen.replace(b"\r\n", b"\n"), piped


def progress_is_one_line_and_leaves_nothing():
    seen, _ = run(GENERATE)
    lines = seen.split(b"\r\x1b[K")
    if len(lines) < 3 or b"\n" in seen:
        return f"saw {seen[:200]}"
    if lines[0] or lines[-1]:
        return "something stays on the screen"
    if not all(b" % [" in line and b"events/s" in line for line in lines[1:-1]):
        return f"a line is {lines[1]}"
    return ""


def progress_fits_a_narrow_terminal():
    seen, _ = run(GENERATE, columns=30)
    longest = max(len(line) for line in seen.split(b"\r\x1b[K"))
    return "" if 0 < longest < 30 else f"a line has {longest} columns"


def no_progress_when_quiet_dumb_or_piped():
    for name, result in (("--quiet", run([*GENERATE, "--quiet"])),
                         ("TERM=dumb", run(GENERATE, TERM="dumb")),
                         ("a pipe", run(GENERATE, err=False))):
        if result[0] or result[1]:
            return f"{name}: {result}"
    return ""


def colours_follow_no_color_and_the_option():
    def colored(*arguments, **environment):
        return b"\x1b[" in run(list(arguments), **environment)[0]
    wanted = ((colored("-h"), True), (colored("-h", NO_COLOR="1"), False),
              (colored("-h", NO_COLOR=""), True), (colored("-h", TERM="dumb"), False),
              (colored("--color", "never", "-h"), False),
              (colored("--color=always", "-h", NO_COLOR="1"), True),
              (colored("nonsense"), True), (colored("nonsense", NO_COLOR="1"), False),
              (b"\x1b[" in run(["-h"], out=False)[1], False))
    wrong = [str(i) for i, (actual, expected) in enumerate(wanted) if actual != expected]
    return "cases " + ", ".join(wrong) if wrong else ""


def longest_line(text):
    """Examples are never broken, and neither are single words."""
    return max(len(line) for line in text.decode().split("\n")
               if not line.startswith(("  wend", "  zcat", "  #")) and " " in line.strip())


def help_follows_the_width():
    for columns, limit in ((60, 60), (100, 100), (300, 100)):
        longest = longest_line(run(["replay", "--help"], columns=columns, NO_COLOR="1")[0])
        if not limit - 15 < longest <= limit:
            return f"{columns} columns: the longest line has {longest}"
    longest = longest_line(run(["replay", "--help"], out=False, columns=300)[1])
    return "" if longest <= 80 else f"in a pipe the longest line has {longest}"


TESTS = [progress_is_one_line_and_leaves_nothing, progress_fits_a_narrow_terminal,
         no_progress_when_quiet_dumb_or_piped, colours_follow_no_color_and_the_option,
         help_follows_the_width]


def main():
    failures = 0
    for test in TESTS:
        problem = test()
        failures += bool(problem)
        name = test.__name__.replace("_", " ")
        print(f"{'FAIL' if problem else 'ok  '}  {name}{': ' + problem if problem else ''}")
    print(f"{len(TESTS) - failures} passed, {failures} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
