#!/usr/bin/env python3
"""The tools of the tests can fail: each check of the source finds what it is for, the counter
counts what is there, and the golden runner sees a difference."""
import os
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
results = []


def expect(title, condition, shown=""):
    results.append(bool(condition))
    print(f"{'ok  ' if condition else 'FAIL'}  {title}")
    if not condition:
        print(shown)


def make_tree(root, files):
    for path, text in files.items():
        path = os.path.join(root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


HEADER = "/* {0}.h: a header. */\n#ifndef WEND_{1}\n#define WEND_{1}\n{2}#endif\n"
LONG_BODY = "    value++;\n" * 70

# What each file breaks, and a part of the finding.
BROKEN = {
    "engine/base/low.c": ('#include "model/high.h"\n', "includes model (rank 2)"),
    "engine/source/side.c": ('#include "decode/peer.h"\n', "includes decode (rank 3)"),
    "engine/odd/odd.c": ("int wend__odd;\n", "has no rank"),
    "engine/tally/api.c": ("#include <wend/replay.h>\n", "only engine/api includes"),
    "engine/ds/owner.c": ("#include <xxhash.h>\n", "belongs to engine/base/hash.h"),
    "engine/ds/length.c": ("int wend__x;\n" * 501, "501 lines, 500 are the most"),
    "engine/ds/function.c": ("void wend__f(int value) {\n" + LONG_BODY + "}\n",
                             "wend__f has 72 lines"),
    "engine/ds/again.c": ("int wend__again(int n) {\n    return wend__again(n - 1);\n}\n",
                          "wend__again calls itself"),
    "engine/ds/wide.c": ("int wend__" + "w" * 100 + ";\n", "111 columns"),
    "engine/ds/blank.c": ("int wend__x; \n", "blanks at the end"),
    "engine/ds/banned.c": ("void wend__f(char *a) {\n    sprintf(a, a);\n}\n", "use snprintf"),
    "engine/ds/heap.c": ("void wend__f(void *a) {\n    free(a);\n}\n", "use wend__free"),
    "engine/ds/later.c": ("/* TO" "DO: more */\n", "TO" "DO: more"),
    "engine/ds/low.c": ("int wend__x;\n", "engine/base/low.c has the same name"),
    "engine/ds/seen.c": ("int seen(void) {\n    return 1;\n}\n", "seen: neither static nor wend__"),
    "engine/ds/form.c": ("int  wend__x ;\n", "clang-formatted"),
    "engine/ds/guard.h": (HEADER.format("guard", "OTHER_H", ""), "expected WEND_DS_GUARD_H"),
    "engine/ds/bare.h": ("#ifndef WEND_DS_BARE_H\n#define WEND_DS_BARE_H\n#endif\n",
                         "the opening comment is missing"),
    "engine/ds/unlisted.c": ("int wend__x;\n", "no CMakeLists.txt names it"),
    "tools/wend/inside.c": ('#include "session/folder.h"\n', "tools may include"),
    "tools/broken.py": ("def f(:\n", "tools/broken.py:1: "),
    "tools/sleeping.sh": ("#!/usr/bin/env bash\n", "has no run bit"),
}
GOOD = {
    "engine/CMakeLists.txt": "\n".join(p[7:] for p in BROKEN if p.startswith("engine/")
                                      and "unlisted" not in p),
    "engine/model/high.h": HEADER.format("high", "MODEL_HIGH_H", ""),
    "engine/ds/fine.h": HEADER.format("fine", "DS_FINE_H", '#include "base/low.h"\n'),
    "engine/base/low.h": HEADER.format("low", "BASE_LOW_H", "/* free(x), sprintf(x) */\n"),
    "tools/CMakeLists.txt": "wend/inside.c",
}


def test_source_checks():
    with tempfile.TemporaryDirectory() as root:
        make_tree(root, GOOD)
        make_tree(root, {path: text for path, (text, _) in BROKEN.items()})
        with open(os.path.join(TESTS, "../.clang-format"), encoding="utf-8") as file:
            make_tree(root, {".clang-format": file.read()})
        output = run(os.path.join(TESTS, "check/source.py"), root).stdout
        findings = [line for line in output.splitlines() if line[:4] not in ("ok  ", "FAIL")]
        can_format = "is not installed" not in output
        for path, (_, part) in BROKEN.items():
            if part == "clang-formatted" and not can_format:
                continue
            found = [line for line in findings if line.startswith(path) and part in line]
            expect(f"the source check finds: {part}", found, output)
        wrong = [line for line in findings if line.split(":")[0] in GOOD]
        expect("the source check finds nothing in what is right", not wrong, "\n".join(wrong))


def counted(log, status):
    with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
        file.write(log)
        file.flush()
        output = run(os.path.join(TESTS, "suite/count.py"), "--log", file.name, status).stdout
        return output.splitlines()[-1]


def test_counter():
    criterion = "[====] Synthesis: Tested: 9 | Passing: 6 | Failing: 1 | Crashing: 1 \n"
    for title, log, status, expected in (
            ("a closing line counts", "ok\n3 passed, 0 failed, 1 skipped\n", "0", (3, 0, 1)),
            ("Criterion's synthesis counts", criterion, "1", (6, 2, 1)),
            ("several syntheses are added", criterion + criterion, "1", (12, 4, 2)),
            ("a program without counts is one test", "fine\n", "0", (1, 0, 0)),
            ("a failure without counts is one failed test", "oh\n", "1", (0, 1, 0)),
            ("a crash after the closing line is a failed test",
             "3 passed, 0 failed, 0 skipped\n", "139", (3, 1, 0))):
        line = counted(log, status)
        expect(title, line == "{} passed, {} failed, {} skipped".format(*expected), line)
    xml = ('<testsuite>'
           '<testcase name="a" status="run"><system-out>2 passed, 0 failed, 0 skipped'
           '</system-out></testcase>'
           '<testcase name="b" status="fail"><system-out>boom</system-out></testcase>'
           '<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>'
           '<system-out>no data</system-out></testcase>'
           '<testcase name="d" status="notrun"><skipped message="Unable to find executable"/>'
           '</testcase></testsuite>')
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(xml)
        file.flush()
        output = run(os.path.join(TESTS, "suite/count.py"), file.name).stdout
    expect("ctest results are added up", output.endswith("2 passed, 2 failed, 1 skipped\n"), output)
    expect("a skip says why", "skip c (no data)" in output, output)
    expect("a test that could not start is a failed one", "FAIL d" in output, output)


def test_golden_runner():
    with tempfile.TemporaryDirectory() as root:
        make_tree(root, {
            "cases/same/command": "echo one; echo two >&2; exit 3",
            "cases/same/stdout": "one\n", "cases/same/stderr": "two\n", "cases/same/exit": "3\n",
            "cases/other-output/command": "echo one", "cases/other-output/stdout": "two\n",
            "cases/no-newline/command": "printf one", "cases/no-newline/stdout": "one\n",
            "cases/other-exit/command": "exit 1",
            "cases/noisy/command": "echo oops >&2",
            "cases/glob/command": "cat lines", "cases/glob/lines": "a 12 ms\nb\nc\nend\n",
            "cases/glob/stdout.glob": "a * ms\n...\nend\n",
            "cases/glob-short/command": "cat lines", "cases/glob-short/lines": "a\nb\n",
            "cases/glob-short/stdout.glob": "a\n",
            "cases/skipped/command": "echo no such thing; exit 77",
        })
        with open(os.path.join(TESTS, "cli/run.py"), encoding="utf-8") as file:
            make_tree(root, {"run.py": file.read()})
        script = os.path.join(root, "run.py")
        output = run(sys.executable, script, "--bin", "/bin/true").stdout
        for case, state in (("same", "ok  "), ("other-output", "FAIL"), ("no-newline", "FAIL"),
                            ("other-exit", "FAIL"), ("noisy", "FAIL"), ("glob", "ok  "),
                            ("glob-short", "FAIL"), ("skipped", "skip")):
            lines = output.splitlines()
            found = any(line.split() == [state.strip(), case] or
                        line.startswith(f"{state}  {case}  ") for line in lines)
            expect(f"the golden case '{case}' is {state.strip()}", found, output)
        expect("golden cases are counted",
               output.endswith("2 passed, 5 failed, 1 skipped\n"), output)
        run(sys.executable, script, "--bin", "/bin/true", "--accept")
        output = run(sys.executable, script, "--bin", "/bin/true").stdout
        expect("accepting makes all but a wrong glob pass",
               output.endswith("6 passed, 1 failed, 1 skipped\n"), output)


def main():
    test_source_checks()
    test_counter()
    test_golden_runner()
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed, 0 skipped")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
