#!/usr/bin/env python3
"""Golden cases of the command line.

Usage: run.py [--accept] [CASE...]

A case is a folder of cases/ with
  command        a bash script; `wend` is the command line under test
  stdout         exactly what it prints; or stdout.glob, matched line by line
  stderr         the same for stderr; neither stderr nor stderr.glob: stderr is empty
  exit           the exit code; no file: 0
and any other files, which the command finds in its current folder, a fresh copy. $FIXTURES is the
folder fixtures/ beside cases/. Home, locale, time zone and terminal are fixed.

In a .glob file `*`, `?` and `[...]` match within a line, and a line `...` matches any number of
lines. `--accept` writes what the command prints now; a .glob file that still matches is kept.
A case that exits with 77 is skipped; the last line of its stdout says why.
"""
import argparse
import concurrent.futures
import difflib
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "cases")
SPECIAL = {"command", "stdout", "stdout.glob", "stderr", "stderr.glob", "exit"}
TIMEOUT_S = 120


def read(path):
    """The bytes of a file as text that survives a round trip; None when there is none."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)


def glob_matches(patterns, lines):
    """True when the lines fit; reached holds the numbers of lines that the patterns so far fit."""
    reached = {0}
    for pattern in patterns:
        if pattern == "...":
            reached = set(range(min(reached), len(lines) + 1)) if reached else set()
        else:
            reached = {n + 1 for n in reached
                       if n < len(lines) and fnmatch.fnmatchcase(lines[n], pattern)}
    return len(lines) in reached


def compare(case, stream, actual):
    """A text that shows the difference, or an empty one."""
    pattern = read(os.path.join(CASES, case, stream + ".glob"))
    if pattern is not None:
        if glob_matches(pattern.splitlines(), actual.splitlines()):
            return ""
        return f"{stream} does not match {stream}.glob; it is:\n{actual}"
    expected = read(os.path.join(CASES, case, stream)) or ""
    if actual == expected:
        return ""
    lines = difflib.unified_diff(expected.splitlines(True), actual.splitlines(True),
                                 f"expected {stream}", f"actual {stream}")
    return "".join(line if line.endswith("\n") else line + "\n(no newline)\n" for line in lines)


def run_command(case, wend):
    """Returns exit code (None: out of time), stdout and stderr."""
    folder = os.path.join(CASES, case)
    with tempfile.TemporaryDirectory(prefix="wend-cli-") as scratch:
        work = os.path.join(scratch, "work")
        bin_folder = os.path.join(scratch, "bin")
        os.mkdir(work)
        os.mkdir(bin_folder)
        os.symlink(wend, os.path.join(bin_folder, "wend"))
        for name in os.listdir(folder):
            if name not in SPECIAL:
                source, target = os.path.join(folder, name), os.path.join(work, name)
                (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, target)
        environment = {
            "PATH": bin_folder + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": scratch, "TMPDIR": scratch, "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100",
            "FIXTURES": os.path.join(HERE, "fixtures"),
        }
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS") or name.startswith(("GCOV", "WEND_TEST")):
                environment[name] = value
        try:
            result = subprocess.run(["bash", os.path.join(folder, "command")], cwd=work,
                                    env=environment, stdin=subprocess.DEVNULL,
                                    capture_output=True, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None, "", ""
        return (result.returncode, result.stdout.decode("utf-8", "surrogateescape"),
                result.stderr.decode("utf-8", "surrogateescape"))


def check(case, wend):
    """("ok" | "skip" | "FAIL", what to show)."""
    code, stdout, stderr = run_command(case, wend)
    if code is None:
        return "FAIL", f"still running after {TIMEOUT_S} s"
    if code == 77:
        return "skip", (stdout.splitlines() or ["no reason given"])[-1]
    expected_code = int(read(os.path.join(CASES, case, "exit")) or 0)
    problems = compare(case, "stdout", stdout) + compare(case, "stderr", stderr)
    if code != expected_code:
        problems += f"exit code {code}, expected {expected_code}\n"
        problems += f"stderr:\n{stderr}" if stderr and "stderr" not in problems else ""
    return ("FAIL" if problems else "ok"), problems


def accept(case, wend):
    """Writes what the case prints now as what it should print."""
    code, stdout, stderr = run_command(case, wend)
    if code is None or code == 77:
        return "skip", "nothing written"
    folder = os.path.join(CASES, case)
    for stream, actual in (("stdout", stdout), ("stderr", stderr)):
        path = os.path.join(folder, stream)
        if not compare(case, stream, actual):
            continue
        if os.path.exists(path + ".glob"):
            return "FAIL", f"{stream}.glob does not match; it is kept, edit it:\n{actual}"
        write(path, actual)
        if not actual and stream == "stderr":
            os.remove(path)
    if not os.path.exists(os.path.join(folder, "stdout.glob")):
        write(os.path.join(folder, "stdout"), stdout)
    exit_path = os.path.join(folder, "exit")
    if code or os.path.exists(exit_path):
        write(exit_path, f"{code}\n")
    return "ok", "accepted"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--accept", action="store_true", help="write the present output")
    parser.add_argument("--bin", default=os.environ.get("WEND_BIN"), help="the command line")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    wend = options.bin or os.path.join(HERE, "../../build/dev/wend")
    wend = os.path.abspath(wend)
    if not os.access(wend, os.X_OK):
        sys.exit(f"run.py: {wend} is not there; build it, or name it with --bin")

    folders = sorted(os.listdir(CASES)) if os.path.isdir(CASES) else []
    cases = options.cases or [c for c in folders
                              if os.path.exists(os.path.join(CASES, c, "command"))]
    cases = [os.path.basename(case.rstrip("/")) for case in cases]
    action = accept if options.accept else check
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, (state, text) in zip(cases, pool.map(lambda c: action(c, wend), cases)):
            counts[state] += 1
            separator = "\n" if "\n" in text else "  "
            print(f"{state:4}  {case}{separator + text.rstrip() if text else ''}", flush=True)
    print(f"{counts['ok']} passed, {counts['FAIL']} failed, {counts['skip']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
