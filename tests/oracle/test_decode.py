#!/usr/bin/env python3
"""Decoding against Python: seeded and mutated records, verdict and every field compared.

Usage: test_decode.py TOOL    (decode_tool of the build)

JSON is judged by Python's json made strict (UTF-8, no NaN, lone surrogates as U+FFFD, the last of
repeated keys counts); CSV rows and times by readers.py; access logs by a regular expression here.
WEND_TEST_LEVEL=full tries some twenty times as many records, WEND_SEED another seed.
"""
import itertools
import json
import os
import random
import re
import subprocess
import sys

import readers

FULL = os.environ.get("WEND_TEST_LEVEL") == "full"
SEED = int(os.environ.get("WEND_SEED", "20240501"))
SCALE = 20 if FULL else 1
BLOCKS = (64, 1000, 1 << 20)
LEVELS = ("portable", "avx2", "avx512")  # a processor takes the best that it has of these
TOOL = sys.argv[1] if len(sys.argv) > 1 else "build/dev/tests/decode_tool"


def run_tool(data, *arguments, level=""):
    answer = subprocess.run([TOOL, *map(str, arguments)], input=data, capture_output=True,
                            env={**os.environ, "WEND_SIMD": level})
    if answer.returncode != 0:
        raise RuntimeError(f"{arguments}: {answer.stderr.decode(errors='replace')[-2000:]}")
    return answer.stdout.decode().splitlines()


def mutate(numbers, line, alphabet):
    """Flips, drops, inserts or repeats some bytes; most lines stay nearly what they were."""
    line = bytearray(line)
    for _ in range(numbers.choice((0, 0, 1, 1, 1, 2, 4))):
        at = numbers.randrange(len(line) + 1)
        action = numbers.randrange(6)
        if action == 0 and at < len(line):
            line[at] = numbers.randrange(256)
        elif action == 1:
            del line[at:at + numbers.choice((1, 1, 2, 9))]
        elif action == 2:
            line[at:at] = numbers.choice(alphabet)
        elif action == 3:
            stop = at + numbers.randrange(1, 20)
            line[at:at] = line[at:stop]
        elif action == 4:
            del line[at:]
        elif at < len(line):
            line[at:at + 1] = numbers.choice(alphabet)
    return bytes(line)


# -- JSON --------------------------------------------------------------------------------------

JSON_FIELDS = ["a", "b", "key", "", "/a/b", "/a/b/c", "/a/0", "/a/1/b", "/b/a", "/a~1b", "/m~0n",
               "/p/[key=x]/v", "/p/[key=a]/v/b", "/p/[name=x]/v/0", "/p/[key=1]/v", "/a/key",
               "\u00e9", "\ufffd"]
JSON_KEYS = ["a", "b", "c", "key", "p", "v", "name", "a/b", "m~n", "", "\u00e9", "\ud800", "0", "x"]
JSON_PIECES = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b"1e5", b".5", b"null",
               b"true", b" ", b"\t", b"\r", b"\xc3", b"\xc3\xa9", b"\xed\xa0\x80",
               b"\xf0\x9f\x98\x80", b"\\u0061", b"\\ud83d", b"\\ude00", b"\\n", b"\x00",
               b"\x1f", b"\x7f", b'"a":1,',
               b'"key":"x",', b"NaN", b"Infinity", b"\xef\xbb\xbf", b"[[[[", b"\xff"]
TEXTS = ["x", "a", "", "page_view", "/p/a?b=c", "\u00e9", "\u20ac\u2028", "\U0001f600", "\ud83d",
         "\ude00x", 'say "hi"', "back\\slash", "tab\tnew\nline", "\x00",
         "2019-10-01T00:00:00Z", "x" * 40]


def random_json(numbers, depth):
    kind = numbers.randrange(12)
    if depth < 5 and kind < 3:
        members = [(numbers.choice(JSON_KEYS), random_json(numbers, depth + 1))
                   for _ in range(numbers.randrange(4))]
        return "{" + ",".join(f"{text_json(numbers, k)}:{v}" for k, v in members) + "}"
    if depth < 5 and kind < 5:
        return "[" + ",".join(random_json(numbers, depth + 1)
                              for _ in range(numbers.randrange(4))) + "]"
    if kind < 8:
        return text_json(numbers, numbers.choice(TEXTS))
    return numbers.choice(["null", "true", "false", "0", "-0", "1", "12.50", "-3e+7", "1E400", "7"])


def text_json(numbers, text):
    has_surrogate = re.search("[\ud800-\udfff]", text)
    written = json.dumps(text, ensure_ascii=bool(has_surrogate) or numbers.random() < 0.3)
    return written.replace("/", "\\/") if numbers.random() < 0.2 else written


def random_json_line(numbers):
    blank = numbers.choice(["", "", "", " ", "\t"])
    parts = [f"{blank}{text_json(numbers, numbers.choice(JSON_KEYS))}{blank}:{blank}"
             f"{random_json(numbers, 1)}" for _ in range(numbers.randrange(7))]
    if numbers.random() < 0.3:
        elements = ",".join(
            f'{{"key":{text_json(numbers, numbers.choice("xay"))},"v":{random_json(numbers, 3)}}}'
            for _ in range(numbers.randrange(4)))
        parts.append(f'"p":[{elements}]')
    numbers.shuffle(parts)
    return ("{" + ",".join(parts) + blank + "}").encode("utf-8")


def clean(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def strict_json(line):
    """The record as Python objects, or None when it is no JSON object by RFC 8259."""
    def pairs(members):
        return {clean(key): value for key, value in members}

    try:
        text = line.decode("utf-8")
        readers.check_depth(text)
        value = json.loads(text, parse_int=readers.JsonNumber, parse_float=readers.JsonNumber,
                           parse_constant=readers.not_json, object_pairs_hook=pairs)
    except (ValueError, RecursionError, readers.Shape):
        return None
    return value if isinstance(value, dict) else None


def member_text(value):
    field = readers.json_field(value)
    return b"" if value == "" else field


def select(value, member, wanted):
    """The last object of a list whose member has the name."""
    found = None
    for element in value if isinstance(value, list) else []:
        if isinstance(element, dict) and member in element:
            if member_text(element[member]) == wanted.encode():
                found = element
    return found


def pointer(value, name):
    for token in name.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        selector = re.fullmatch(r"\[([^=]+)=(.*)\]", token)
        if selector:
            value = select(value, selector[1], selector[2])
        elif isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and re.fullmatch("0|[1-9][0-9]*", token):
            value = value[int(token)] if int(token) < len(value) else None
        else:
            value = None
    return value


def json_fields(line, names=JSON_FIELDS):
    value = strict_json(line)
    if value is None:
        return None
    found = [pointer(value, name) if name.startswith("/") else value.get(name) for name in names]
    return [readers.json_field(one) for one in found]


# -- Access logs -------------------------------------------------------------------------------

LOG_FIELDS = ["host", "ident", "user", "time", "request", "method", "target", "path", "protocol",
              "status", "bytes", "referer", "agent", "vhost"]
LOG_PIECES = [b'"', b"\\", b" ", b"-", b"[", b"]", b"\\x41", b"\\n", b"\\\"", b"?", b"#",
              b"GET ", b'" "', b"\xc3\xa9", b"/", b"HTTP/1.1", b"\x00", b"7", b"\t"]
QUOTED = rb'"((?:[^"\\]|\\.)*)"'
LOG = re.compile(rb"(?P<prefix>.+?) \[(?P<time>[^\]]*)\] " +
                 QUOTED.replace(b"(", b"(?P<request>", 1) +
                 rb" (?P<status>[0-9]+|-) (?P<bytes>[0-9]+|-)(?: " +
                 QUOTED.replace(b"(", b"(?P<referer>", 1) + rb" " +
                 QUOTED.replace(b"(", b"(?P<agent>", 1) +
                 rb'(?: +(?:"(?:[^"\\]|\\.)*"|(?!")[^ ]+))*)?', re.DOTALL)
LOG_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v",
               b'"': b'"', b"\\": b"\\"}


def log_unescape(text):
    def replace(found):
        if found[1]:
            return bytes([int(found[1], 16)])
        return LOG_ESCAPES.get(found[2], found[0])

    return re.sub(rb"\\(?:x([0-9a-fA-F]{2})|(.))", replace, text, flags=re.DOTALL)


def log_prefix(prefix, found):
    """vhost, host, ident and user from the words in front of the time; False: not an access log."""
    words = prefix.split(b" ")
    if len(words) < 3 or len(words) > 16 or b"" in words:
        return False
    if len(words) > 3 and words[1] != b"-":
        found["vhost"] = words.pop(0)
        if len(words) > 3 and words[1] != b"-":
            return False
    found["host"], found["ident"], found["user"] = words[0], words[1], b" ".join(words[2:])
    return True


def log_request(found):
    request = found["request"]
    match = re.fullmatch(rb"([A-Z_-]{1,32}) (.+) (HTTP/[^ ]*)", request, re.DOTALL)
    match = match or re.fullmatch(rb"([A-Z_-]{1,32}) ([/*][^ ]*|[^ ]*:[^ ]*)", request, re.DOTALL)
    if match:
        found["method"], found["target"] = match[1], match[2]
        found["path"] = re.split(rb"[?#]", match[2], maxsplit=1)[0]
        if match.lastindex == 3:
            found["protocol"] = match[3]


def log_fields(line):
    line = line.rstrip(b" ")
    bracket = re.search(rb" \[", line)
    match = LOG.fullmatch(line)
    if not match or bracket.start() != match.end("prefix"):
        return None
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if not log_prefix(found.pop("prefix"), found):
        return None
    found = {name: log_unescape(value) for name, value in found.items() if value not in (b"", b"-")}
    if "request" in found:
        log_request(found)
    return [None if found.get(name) in (b"", b"-") else found.get(name) for name in LOG_FIELDS]


REQUESTS = [b"GET / HTTP/1.1", b"GET /a?b#c HTTP/1.0", b"POST /x\\x22y HTTP/2.0", b"-", b"",
            b"\\x16\\x03", b"GET /a b HTTP/1.1", b"HEAD /", b"GET http://h/ HTTP/1.1"]


def random_log_line(numbers):
    choice = numbers.choice
    parts = [choice([b"", b"", b"shop:80 ", b"v "]), choice([b"1.2.3.4", b"::1", b"h"]), b" - ",
             choice([b"-", b"bob", b"John Smith"]), b" [10/Oct/2000:13:55:36 -0700] \"",
             choice(REQUESTS), b'" ', choice([b"200", b"304", b"-"]), b" ", choice([b"-", b"512"])]
    if numbers.random() < 0.8:
        parts.append(b' "%s" "%s"' % (choice([b"-", b"http://r/\\\"q\\\""]),
                                      choice([b"A/1 (x)", b"", b"-", b"\\xC3\\xA9"])))
        parts.append(choice([b"", b"", b' "x, y" 0.5 -', b" rt=1", b" "]))
    return b"".join(parts)


# -- Comparing ---------------------------------------------------------------------------------


def expected_lines(data, fields_of, max_record):
    """Answers of decode_tool for records that are lines."""
    answers = []
    at = 0
    for line in data.split(b"\n"):
        start = at
        at += len(line) + 1
        line = line[:-1] if line.endswith(b"\r") else line
        if line.strip(b" \t\r") == b"" and len(line) <= max_record:
            continue
        answers.append((start, line, fields_of(line) if len(line) <= max_record else None))
    return answers


def skip_line_ends(data, at):
    while data.startswith((b"\n", b"\r\n"), at):
        at = data.index(b"\n", at) + 1
    return at


def expected_rows(data, separator, max_record, names):
    """The same for CSV; the rows of readers.py stand in the data one behind the other."""
    answers = []
    at = 0
    columns = None
    for raw, cells in readers.csv_rows(data, separator, max_record):
        at = skip_line_ends(data, at)
        assert data.startswith(raw, at)
        if columns is None:
            columns = [cell.decode() for cell in cells]
        else:
            good = cells is not None and len(cells) == len(columns) and len(raw) <= max_record
            values = dict(reversed(list(zip(columns, cells)))) if good else {}
            fields = [values.get(name) or None for name in names]
            answers.append((at, raw, fields if good else None))
        at += len(raw)
    return answers


def write_answer(start, raw, fields, field_count, max_record):
    values = ["-" if not value else value.hex() for value in fields or [None] * field_count]
    verdict = "shape" if fields is None else "ok"
    return " ".join([str(start), str(min(len(raw), max_record)), verdict, *values])


def compare(name, data, answers, kind, separator, max_record, names):
    wanted = [write_answer(*answer, len(names), max_record) for answer in answers]
    for block, level in itertools.product(BLOCKS, LEVELS):
        got = run_tool(data, kind, max_record, block, separator, *names, level=level)
        if got == wanted:
            continue
        print(f"{name}, {level}, block {block}: {len(got)} records, expected {len(wanted)}")
        for answer, one, other in list(zip(answers, got, wanted)):
            if one != other:
                print(f"  {answer[1]!r}\n    got  {one}\n    want {other}")
                break
        return False
    good = sum(fields is not None for _, _, fields in answers)
    print(f"{name}: {len(answers)} records, {good} of them good")
    return 0 < good < len(answers)


def test_json(numbers):
    lines = [mutate(numbers, random_json_line(numbers), JSON_PIECES) for _ in range(6000 * SCALE)]
    lines = [line.replace(b"\n", b"") for line in lines]
    lines += [b'{"a":' + b"[" * n + b"]" * n + b"}" for n in (1022, 1023, 1024, 9999)]
    data = b"\n".join(lines)
    return compare("NDJSON", data, expected_lines(data, json_fields, 2500), "ndjson", ",", 2500,
                   JSON_FIELDS)


def random_event(numbers, forms):
    """A line of one of a few forms, so that most lines look like ones before."""
    form = numbers.choice(forms)
    values = [text_json(numbers, numbers.choice(TEXTS)) if piece == "text" else
              numbers.choice(["null", "true", "0", "-0", "12.50", "-3e+7", "7"])
              for piece in form[1::2]]
    return ("".join(itertools.chain(*zip(form[::2], values))) + form[-1]).encode("utf-8")


def test_json_forms(numbers):
    """Without selectors, and mostly lines of the same form: what is learnt is tried, too."""
    names = [name for name in JSON_FIELDS if "=" not in name]
    forms = [["{" + '"a":', "text", ',"b":{"a":', "text", ',"key":[', "text", "]}," + '"m~n":',
              "number", ',"":', "text", "}"],
             ['{"a": ', "number", ', "b": ', "text", ', "a": {"b": {"c": ', "text", "}}}"],
             ['{"key":', "text", ',"a":[', "text", ',{"b":', "number", '}],"a/b":', "number", "}"],
             ['{"a":{"key":"x","b":', "text", '},"a":', "text", ',"n":[', "number", "],",
              "text", ":", "text", "}"]]
    lines = [random_event(numbers, forms) for _ in range(8000 * SCALE)]
    lines = [mutate(numbers, line, JSON_PIECES) if numbers.random() < 0.3 else line
             for line in lines]
    data = b"\n".join(line.replace(b"\n", b"") for line in lines)
    answers = expected_lines(data, lambda line: json_fields(line, names), 2500)
    return compare("NDJSON of few forms", data, answers, "ndjson", ",", 2500, names)


def test_log(numbers):
    lines = [mutate(numbers, random_log_line(numbers), LOG_PIECES) for _ in range(6000 * SCALE)]
    data = b"\r\n".join(line.replace(b"\n", b"") for line in lines)
    return compare("access log", data, expected_lines(data, log_fields, 300), "access-log", ",",
                   300, LOG_FIELDS)


def random_csv(numbers, separator):
    cells = [b"", b"1", b"abc", b'"q"', b'"a%bb"' % separator, b'"say ""hi"""', b'"two\nlines"',
             b'x"y', b'"', b'""', b" ", b'"crlf\r\n"', b"long" * 9, b'"' + b"z\n" * 12 + b'"']
    rows = [separator.join(numbers.choice(cells) for _ in range(3)) for _ in range(40)]
    rows = [mutate(numbers, row, [b'"', separator, b"\n", b"\r", b'""', b"x"]) for row in rows]
    ends = [numbers.choice([b"\n", b"\n", b"\r\n", b"\n\n"]) for _ in rows]
    return separator.join([b"a", b"b", b"a"]) + b"\n" + b"".join(map(bytes.__add__, rows, ends))


def test_csv(numbers):
    passed = True
    for _ in range(60 * SCALE):
        separator = numbers.choice([b",", b"\t", b";"])
        max_record = numbers.choice([20, 40, 90, 100000])
        data = random_csv(numbers, separator)
        answers = expected_rows(data, separator, max_record, ["a", "b", "c"])
        wanted = [write_answer(*answer, 3, max_record) for answer in answers]
        for block, level in itertools.product(BLOCKS[:2], LEVELS):
            got = run_tool(data, "csv", max_record, block, separator.decode(), "a", "b", "c",
                           level=level)
            if got != wanted and passed:
                passed = False
                differing = [pair for pair in zip(got, wanted) if pair[0] != pair[1]]
                print(f"CSV, max_record {max_record}, block {block}: {data!r}\n  {differing[:1]} "
                      f"of {len(got)} and {len(wanted)}")
    print(f"CSV: {60 * SCALE} files")
    return passed


TIMES = [b"2019-10-01", b"2019-10-01 00:00:00 UTC", b"2019-10-01T7:05:09.123456789+02:00",
         b"2016-12-31T23:59:60Z", b"10/Oct/2000:13:55:36 -0700", b"1541016707796", b"-5.5", b"0",
         b"1541016707796.0", b"1.541016707796e12", b"1969-12-31 23:59:59.9999999", b"99999999",
         b"1677-12-31T23:30:00-01:00", b"2262-01-01T00:30:00+01:00", b"1541016707", b"100000000",
         b"1541016707796001", b"1541016707796001999", b"2000-02-29 1:02"]
TIME_PIECES = [b"0", b"1", b"2", b"5", b"6", b"9", b"-", b":", b" ", b"T", b"Z", b"+", b".", b"e",
               b" UTC", b"/", b"+0530", b"-23:59", b"Feb", b"30"]


def test_time(numbers):
    passed = True
    for unit in ("auto", "s", "ms", "us", "ns"):
        for _ in range(4):
            lines = [mutate(numbers, numbers.choice(TIMES), TIME_PIECES).replace(b"\n", b"")
                     for _ in range(500 * SCALE)]
            reader = readers.TimeReader(unit)
            wanted = [reader.parse(line) for line in lines]
            got = run_tool(b"".join(line + b"\n" for line in lines), "time", unit)
            for line, one, other in zip(lines, got, wanted):
                if one != ("-" if other is None else str(other)) and passed:
                    passed = False
                    print(f"time in {unit}: {line!r} is {one}, not {other}")
            passed &= len(got) == len(wanted)
    print(f"time: {20 * 500 * SCALE} texts")
    return passed


def main():
    sys.setrecursionlimit(20000)
    tests = (test_json, test_json_forms, test_log, test_csv, test_time)
    failed = sum(not test(random.Random(SEED)) for test in tests)
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
