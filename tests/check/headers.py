#!/usr/bin/env python3
"""Every header compiles alone: those of engine/ in C, those of include/wend in C and C++.

Usage: headers.py C-COMPILER. The flags of the third-party headers come from the compile commands
of the build tree (WEND_BUILD_DIR).
"""
import concurrent.futures
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def include_flags():
    """What the sources of the engine are compiled with to find headers."""
    path = os.path.join(os.environ.get("WEND_BUILD_DIR", "build/dev"), "compile_commands.json")
    with open(path, encoding="utf-8") as file:
        commands = json.load(file)
    flags = []
    for entry in commands:
        if "/engine/" in entry["file"]:
            words = shlex.split(entry["command"])
            for index, word in enumerate(words):
                if word.startswith(("-I", "-D")):
                    flags.append(word)
                elif word == "-isystem":
                    flags += [word, words[index + 1]]
            return flags
    return flags


def compile_alone(compiler, language, header, flags):
    """Returns the compiler's complaint, or an empty string."""
    command = [compiler, f"-x{language}", f"-std={'c17' if language == 'c' else 'c++17'}",
               "-fsyntax-only", *WARNINGS, *flags, "-"]
    # Included twice: the guard must hold.
    line = f'#include "{header}"\n' * 2 + "int wend_header_check;\n"
    result = subprocess.run(command, input=line, capture_output=True, text=True, cwd=ROOT)
    return result.stderr if result.returncode else ""


def main():
    c_compiler = sys.argv[1] if len(sys.argv) > 1 else "cc"
    cxx_compiler = next((c for c in (re.sub(r"gcc(?=[^/]*$)", "g++", c_compiler), "c++", "g++",
                                     "clang++") if c != c_compiler and shutil.which(c)), None)
    flags = include_flags()
    public = sorted(glob.glob(os.path.join(ROOT, "include/wend/*.h")))
    internal = sorted(glob.glob(os.path.join(ROOT, "engine/*/*.h")))
    include = ["-I", os.path.join(ROOT, "include")]
    jobs = [("c", c_compiler, header, include) for header in public]
    jobs += [("c", c_compiler, header, flags) for header in internal]
    skipped = 0
    if cxx_compiler:
        jobs += [("c++", cxx_compiler, header, include) for header in public]
    else:
        print("skip  C++: no compiler")
        skipped = len(public)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda job: compile_alone(job[1], job[0], job[2], job[3]), jobs)
        for (language, _, header, _), complaint in zip(jobs, results):
            if complaint:
                print(f"FAIL  {os.path.relpath(header, ROOT)} alone in {language}\n{complaint}")
                failed += 1
    print(f"{len(jobs) - failed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
