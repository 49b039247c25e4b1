#!/usr/bin/env python3
"""The document of the tables has just the columns that the schema has, in their order.

Usage: document.py [ROOT]. Needs only the standard library.
"""
import os
import re
import sys

ROOT = (sys.argv[1] if len(sys.argv) > 1 else
        os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SCHEMA = "engine/model/schema.c"
DOCUMENT = "engine/model/README.md"
TABLE = re.compile(r"^(?:static )?const struct wend_column (\w+)\[\w*\] = \{$(.*?)^\};$",
                   re.M | re.S)
COLUMN = re.compile(r'^    (?:[A-Z_]+\(|\{)"(\w+)", ', re.M)
SECTION = re.compile(r"^##+ (.*?)$(.*?)(?=^##|\Z)", re.M | re.S)
ROW = re.compile(r"^\| `(\w+)` \|", re.M)


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def main():
    tables = {name.removeprefix("wend__"): COLUMN.findall(body)
              for name, body in TABLE.findall(read(SCHEMA))}
    sections = {title.strip("`"): ROW.findall(body)
                for title, body in SECTION.findall(read(DOCUMENT))}
    sections["common_columns"] = sections.pop("Tables", None)
    failed = 0
    for name, columns in tables.items():
        documented = sections.get(name)
        good = bool(columns) and columns == documented
        failed += not good
        print(f"{'ok   ' if good else 'FAIL '} The columns of {name} are documented.")
        if not good:
            print(f"  {SCHEMA}: {columns}\n  {DOCUMENT}: {documented}")
    if len(tables) < 10:
        failed += 1
        print(f"FAIL  only {len(tables)} tables were found in {SCHEMA}")
    print(f"{len(tables) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
