"""Just enough of C for the checks: comments and literals blanked, and where functions are.

It relies on clang-format: a definition begins in column 0, its line ends with `{`, and the closing
brace stands alone in column 0.
"""
import re
from dataclasses import dataclass

TOKEN = re.compile(r"""
    /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    """, re.VERBOSE | re.DOTALL)
OPENING = re.compile(r"^(?![#}/\s]).*\{\s*$")
NAME = re.compile(r"(\w+)\s*\(")


@dataclass
class Function:
    name: str
    line: int
    lines: int
    body: str
    static: bool


def strip(text):
    """The same text, line for line, with comments and the inside of literals blanked."""
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[0]
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(blank, text)


def signature(lines, end):
    """The lines of the definition that opens in lines[end], and the first one's index."""
    start = end
    while start > 0 and lines[start - 1].strip() and not re.match(r"[#}]", lines[start - 1]) \
            and not lines[start - 1].rstrip().endswith((";", "}", "{", "*/")):
        start -= 1
    return " ".join(lines[start:end + 1]), start


def functions(code):
    """The functions of a stripped text, in order."""
    lines = code.split("\n")
    index = 0
    found = []
    while index < len(lines):
        opens = lines[index].rstrip().endswith("{") and not lines[index].startswith(("#", "}"))
        if not opens:
            index += 1
            continue
        head, start = signature(lines, index)
        end = index
        while end < len(lines) and not lines[end].startswith("}"):
            end += 1
        is_data = re.search(r"=\s*\{\s*$", head) or "(" not in head
        if not is_data:
            names = [n for n in NAME.findall(head) if n != "__attribute__"]
            name = names[0] if names else ""
            if name in ("Test", "ParameterizedTest", "Theory"):
                arguments = re.search(r"\(([^)]*)\)", head).group(1)
                name = "_".join(part.strip() for part in arguments.split(",")[:2])
            if name and name != "static_assert":
                static = bool(re.search(r"\bstatic\b", head.split("(")[0]))
                found.append(Function(name, start + 1, end - start + 1,
                                      "\n".join(lines[index + 1:end]), static))
        index = end + 1
    return found
