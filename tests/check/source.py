#!/usr/bin/env python3
"""Facts about the source text that must stay true: ranks, lengths, names, banned calls, format.

Usage: source.py [ROOT]. Needs only the standard library. Each check is one test; every finding is
printed as `file:line: what`, and the last line counts the checks.
"""
import ast
import os
import re
import shutil
import subprocess
import sys

ROOT = (sys.argv[1] if len(sys.argv) > 1 else
        os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import c_text  # noqa: E402

RANKS = {
    "base": 0,
    "ds": 1,
    "model": 2,
    "source": 3, "decode": 3, "match": 3, "route": 3, "session": 3, "tally": 3, "parquet": 3,
    "sql": 3,
    "worker": 4, "snapshot": 4, "postgres": 4, "http": 4,
    "pipeline": 5, "map": 5,
    "api": 6,
}
# A library that only one place may include: header prefix -> where.
OWNERS = {
    "xxhash.h": "engine/base/hash.h",
    "librdkafka/": "engine/source/",
    "archive": "engine/source/",
    "yaml.h": "engine/match/",
    "pcre2.h": "engine/match/",
    "nettle/": "engine/snapshot/",
    "libpq": "engine/postgres/",
    "microhttpd.h": "engine/http/",
}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100
MAX_FILE_BYTES = 2_000_000
FORMAT_MAJOR = 14  # the version whose output is the rule; later ones differ in small things

BANNED = {
    "strcpy": "memcpy with a length", "strcat": "struct wend_buffer", "strncpy": "memcpy",
    "strncat": "struct wend_buffer", "sprintf": "snprintf", "vsprintf": "vsnprintf",
    "gets": "fgets", "atoi": "base/number.h", "atol": "base/number.h", "atoll": "base/number.h",
    "atof": "base/number.h", "strtok": "a loop over struct wend_bytes", "alloca": "an array",
    "localtime": "localtime_r", "gmtime": "gmtime_r", "ctime": "strftime", "asctime": "strftime",
    "setlocale": "nothing: bytes are compared as bytes", "signal": "sigaction", "rand": "a seed",
    "srand": "a seed", "tmpnam": "mkstemp", "mktemp": "mkstemp",
}
BANNED_IN_ENGINE = {
    "malloc": "wend__alloc", "calloc": "wend__alloc_zeroed", "realloc": "wend__realloc",
    "free": "wend__free", "strdup": "wend__copy_text", "strndup": "wend__copy_text",
    "exit": "wend__fail", "_exit": "wend__fail", "printf": "the caller prints",
    "puts": "the caller prints", "putchar": "the caller prints", "system": "nothing",
}
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SKIPPED_FOLDERS = {".git", "build", "out", "__pycache__", ".cache"}
TEXT_SUFFIXES = (".c", ".h", ".py", ".sh", ".txt", ".md", ".json", ".yaml", ".yml", ".in")


class Skip(Exception):
    pass


def walk():
    """Relative paths of all files, sorted; what git ignores at the top is left out."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return sorted(path for path in found if path != ".git")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


FILES = walk()
C_FILES = [p for p in FILES if p.endswith((".c", ".h"))]
TEXT = {p: read(p) for p in C_FILES}
CODE = {p: c_text.strip(text) for p, text in TEXT.items()}


def is_script(path):
    if path.endswith((".py", ".sh")):
        return True
    if "." in os.path.basename(path) or os.path.islink(os.path.join(ROOT, path)):
        return False
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.read(2) == b"#!"


def includes(path):
    for number, line in enumerate(TEXT[path].split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def check_ranks():
    """A file includes only lower ranks and its own folder."""
    for path in C_FILES:
        parts = path.split("/")
        if parts[0] == "engine":
            own = parts[1]
            if own not in RANKS:
                yield path, 1, f"folder engine/{own} has no rank"
                continue
            for number, local, name in includes(path):
                other = name.split("/")[0]
                if local and (other not in RANKS or "/" not in name):
                    yield path, number, f'"{name}" is not written from engine/'
                elif local and other != own and RANKS[other] >= RANKS[own]:
                    yield path, number, (f"{own} (rank {RANKS[own]}) includes {other} "
                                         f"(rank {RANKS[other]})")
                elif not local and name.startswith("wend/") and own != "api" \
                        and name != "wend/status.h":
                    yield path, number, f"only engine/api includes <{name}>"
        elif parts[0] == "tools":
            for number, local, name in includes(path):
                if local and name.split("/")[0] in RANKS and name != "api/cli.h":
                    yield path, number, f'tools may include <wend/...> and "api/cli.h", not {name}'
        elif parts[0] == "include":
            for number, local, name in includes(path):
                if local:
                    yield path, number, "public headers include with <wend/...>"


def check_owners():
    """A library is included in one place only."""
    for path in C_FILES:
        if not path.startswith("engine/"):
            continue
        for number, local, name in includes(path):
            for prefix, owner in OWNERS.items():
                if not local and name.startswith(prefix) and not path.startswith(owner):
                    yield path, number, f"<{name}> belongs to {owner}"


def check_file_length():
    """Files have at most 500 lines."""
    for path in FILES:
        if path.endswith((".c", ".h", ".py")) or is_script(path):
            lines = read(path).count("\n")
            if lines > MAX_FILE_LINES:
                yield path, lines, f"{lines} lines, {MAX_FILE_LINES} are the most"


def check_function_length():
    """Functions have at most 70 lines."""
    for path in C_FILES:
        for function in c_text.functions(CODE[path]):
            if function.lines > MAX_FUNCTION_LINES:
                yield path, function.line, (f"{function.name} has {function.lines} lines, "
                                            f"{MAX_FUNCTION_LINES} are the most")


def check_recursion():
    """No function calls itself (longer cycles: clang-tidy)."""
    for path in C_FILES:
        for function in c_text.functions(CODE[path]):
            if re.search(rf"(?<![\w.>]){function.name}\s*\(", function.body):
                yield path, function.line, f"{function.name} calls itself"


def check_columns():
    """Lines have at most 100 columns, no tabs, no blanks at the end."""
    for path in FILES:
        if not (path.endswith((".c", ".h", ".py", ".sh", "CMakeLists.txt")) or is_script(path)):
            continue
        for number, line in enumerate(read(path).split("\n"), 1):
            if len(line) > MAX_COLUMNS:
                yield path, number, f"{len(line)} columns"
            if "\t" in line and path.endswith((".c", ".h", ".py", ".txt")):
                yield path, number, "tab"
            if line != line.rstrip():
                yield path, number, "blanks at the end"


def check_banned_calls():
    """Calls that have a safer name here are not used."""
    for path in C_FILES:
        banned = dict(BANNED)
        if path.startswith("engine/") and path != "engine/base/memory.c":
            banned.update(BANNED_IN_ENGINE)
        pattern = re.compile(rf"(?<![\w.>])({'|'.join(map(re.escape, banned))})\s*\(")
        for number, line in enumerate(CODE[path].split("\n"), 1):
            for match in pattern.finditer(line):
                yield path, number, f"{match.group(1)}: use {banned[match.group(1)]}"


def check_marks():
    """Nothing is left for later in the text."""
    for path in FILES:
        if not (path.endswith(TEXT_SUFFIXES) or is_script(path)) or "/corpus/" in path:
            continue
        for number, line in enumerate(read(path).split("\n"), 1):
            if MARKS.search(line):
                yield path, number, line.strip()[:80]


def check_listed():
    """Every C source is named by a CMakeLists.txt (fuzz targets are found by name)."""
    for path in C_FILES:
        if not path.endswith(".c") or path.startswith("tests/fuzz/fuzz_"):
            continue
        folder = os.path.dirname(path)
        listed = False
        while folder and not listed:
            lists = os.path.join(folder, "CMakeLists.txt")
            if lists in FILES:
                name = os.path.relpath(path, folder)
                listed = re.search(rf"(?<![\w/]){re.escape(name)}(?![\w/])", read(lists))
            folder = os.path.dirname(folder)
        if not listed:
            yield path, 1, "no CMakeLists.txt names it"


def check_unique_names():
    """A file name tells which file is meant: no two of engine are the same."""
    seen = {}
    for path in C_FILES:
        if path.startswith("engine/"):
            name = os.path.basename(path)
            if name in seen:
                yield path, 1, f"{seen[name]} has the same name"
            seen[name] = path


def check_header_form():
    """Headers open with a comment and carry the guard of their path."""
    for path in C_FILES:
        if not path.endswith(".h"):
            continue
        if not TEXT[path].startswith("/*"):
            yield path, 1, "the opening comment is missing"
        parts = re.sub(r"\.h$", "", path).split("/")
        del parts[0]
        if parts[0] != "wend":
            parts.insert(0, "wend")
        guard = re.sub(r"[^A-Z0-9]", "_", "_".join(parts).upper()) + "_H"
        found = re.search(r"#ifndef (\w+)\n#define (\w+)", TEXT[path])
        if path.startswith(("engine/", "include/")) and not found:
            yield path, 1, f"no guard {guard}"
        elif path.startswith(("engine/", "include/")) and set(found.groups()) != {guard}:
            yield path, 1, f"guard {found.group(1)}, expected {guard}"


def check_symbol_names():
    """Functions that other files see are named wend__... inside, wend_... in include/."""
    for path in C_FILES:
        if not path.startswith("engine/") or not path.endswith(".c"):
            continue
        for function in c_text.functions(CODE[path]):
            public = path.startswith("engine/api/") or path == "engine/base/status.c"
            if not function.static and not function.name.startswith("wend__") \
                    and not (public and function.name.startswith("wend_")):
                yield path, function.line, f"{function.name}: neither static nor wend__"


def check_scripts():
    """Scripts parse, and can be run when they begin with #!."""
    for path in FILES:
        if not is_script(path):
            continue
        text = read(path)
        if text.startswith("#!") and not os.access(os.path.join(ROOT, path), os.X_OK):
            yield path, 1, "begins with #! but has no run bit"
        if path.endswith(".py") or text.startswith("#!/usr/bin/env python3"):
            try:
                ast.parse(text)
            except SyntaxError as error:
                yield path, error.lineno, str(error)
        elif text.startswith("#!/usr/bin/env bash"):
            result = subprocess.run(["bash", "-n", os.path.join(ROOT, path)],
                                    capture_output=True, text=True)
            if result.returncode:
                yield path, 1, result.stderr.strip()
        elif text.startswith("#!"):
            yield path, 1, "scripts are bash or python3, found by env"


def check_file_size():
    """No file of the repository is over 2 MB."""
    for path in FILES:
        size = os.lstat(os.path.join(ROOT, path)).st_size
        if size > MAX_FILE_BYTES:
            yield path, 1, f"{size} bytes"


def check_format():
    """clang-format changes nothing."""
    for tool in (f"clang-format-{FORMAT_MAJOR}", "clang-format"):
        if shutil.which(tool):
            version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
            major = re.search(r"version (\d+)", version)
            if major and int(major.group(1)) == FORMAT_MAJOR:
                break
    else:
        raise Skip(f"clang-format {FORMAT_MAJOR} is not installed")
    print(f"      clang-format {FORMAT_MAJOR}")
    result = subprocess.run([tool, "--dry-run", "-Werror", "--style=file", *C_FILES], cwd=ROOT,
                            capture_output=True, text=True)
    for line in result.stderr.split("\n"):
        match = re.match(r"(\S+?):(\d+):\d+: error: (.*)", line)
        if match:
            yield match.group(1), int(match.group(2)), match.group(3)


def main():
    checks = [(name, f) for name, f in sorted(globals().items()) if name.startswith("check_")]
    passed = failed = skipped = 0
    for name, check in checks:
        title = check.__doc__.strip()
        try:
            findings = list(check())
        except Skip as reason:
            print(f"skip  {title} ({reason})")
            skipped += 1
            continue
        print(f"{'FAIL' if findings else 'ok  '}  {title}")
        for path, line, text in findings:
            print(f"{path}:{line}: {text}")
        passed += not findings
        failed += bool(findings)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
