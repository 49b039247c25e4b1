#!/usr/bin/env python3
"""Parts of URLs, globs, names and numbers: wend against the rules of the oracle, on random texts.

Usage: test_match.py TOOL    (match_tool of the build)
"""
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import readers  # noqa: E402
    import rules  # noqa: E402
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

URL_BITS = [b"http:", b"https:", b"//", b"/", b"?", b"#", b"&", b"=", b"a", b"b", b"A", b"%41",
            b"%", b"%4", b"%zz", b"+", b"@", b":", b":80", b"[::1]", b".", b"-", b"1", b"host",
            b"\xc3\x84", b"\xff", b"a=", b";"]
TEXT_BITS = [b"a", b"b", b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xff", b"\xe2\x82",
             b"\xc3", b"\xed\xa0\x80", b"\xf4\x90", b"\n", b"\x80"]
GLOB_BITS = ["a", "b", "*", "*", "?", "?", "é", "€", "\n", "[", "\\"]
NUMBER_BITS = [b"0", b"00", b"1", b"9", b"10", b"5", b"-", b".", b"e", b"e-", b"E+", b"e3"]
NAME_BITS = TEXT_BITS + [b">", b"(none)", b"\xe2\x80\xa6", b"(entry)", b"\xe2\x80\xba", b"_"]


def join(numbers, bits, most):
    return bits[0][:0].join(numbers.choice(bits) for _ in range(numbers.randint(0, most)))


def show(text):
    return "-" if text is None else text.hex()


def order(first, second):
    a, b = readers.parse_number(first), readers.parse_number(second)
    if a is None or b is None:
        return None
    return b"<" if a < b else b">" if a > b else b"="


def near(numbers, text):
    """A text that is often another way to write the same number, or a little more."""
    whole, point, rest = text.partition(b".")
    more = numbers.choice([b"0", b"0" * 20, b"0" * 20 + b"1", b""])
    return text + more if point else numbers.choice([text + b"." + more, text + b"e0", b"-" + text])


def questions(numbers, count):
    """(what, first text, second text, right answer)"""
    for _ in range(count):
        url = join(numbers, URL_BITS, 9)
        yield "host", url, b"-", rules.url_part(url, "host")
        yield "path", url, b"-", rules.url_part(url, "path")
        name = numbers.choice([b"a", b"b", b"A", b"aa", b"host"])
        yield "query", url, name, rules.url_part(url, "query." + name.decode())
        glob = join(numbers, GLOB_BITS, 6)
        text = join(numbers, TEXT_BITS, 6)
        matches = re.compile(rules.glob_regex(glob), re.DOTALL).fullmatch(
            text.decode("utf-8", "replace"))
        yield "glob", glob.encode(), text, b"1" if matches else b"0"
        raw = join(numbers, NAME_BITS, 4)
        yield "clean", raw, b"-", rules.clean_name(raw).encode()
        first, second = join(numbers, NUMBER_BITS, 4), join(numbers, NUMBER_BITS, 4)
        yield "compare", first, second, order(first, second)
        second = near(numbers, first)
        yield "compare", first, second, order(first, second)


def main():
    full = os.environ.get("WEND_TEST_LEVEL") == "full"
    asked = [question for question in questions(random.Random(7), 200000 if full else 20000)
             if question[1] and question[2]]
    text = "".join(f"{what} {first.hex()} {second.hex()}\n" for what, first, second, _ in asked)
    done = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    answers = done.stdout.split("\n")[:-1]
    wrong = [(question, answer) for question, answer in zip(asked, answers)
             if show(question[3]) != answer]
    for (what, first, second, wanted), answer in wrong[:20]:
        print(f"{what} of {first!r}, {second!r}: {answer}, the oracle says {show(wanted)}")
    print(f"{len(asked)} questions")
    passed = len(answers) == len(asked) and not wrong
    print(f"{int(passed)} passed, {int(not passed)} failed, 0 skipped")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
