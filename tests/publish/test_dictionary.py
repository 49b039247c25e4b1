#!/usr/bin/env python3
"""`wend publish views --engine dbt|dictionary`: they name the columns of the files, and dbt takes
its file: parses it, runs its tests on the tables in PostgreSQL's place (the files, by dbt-duckdb).

dbt runs where it is installed (tests/run --full does it).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../oracle"))
import compare  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

TABLES = ["paths", "transitions", "flow", "stages", "abandonment", "touchpoints", "switches",
          "sessions", "journeys"]
TYPES = {"VARCHAR": "text", "VARCHAR[]": "text[]", "BIGINT": "bigint", "DOUBLE": "double precision",
         "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "DECIMAL(18,4)": "numeric(18,4)",
         "DECIMAL(38,4)": "numeric(38,4)"}
WORDS = {"VARCHAR": "text", "VARCHAR[]": "list of texts", "BIGINT": "count (64-bit integer)",
         "DOUBLE": ("seconds (double)", "rate, 0 to 1 (double)"), "BLOB": "sketch (binary); only "
         "wend reads it", "TIMESTAMP WITH TIME ZONE": "time (microseconds, UTC)",
         "DECIMAL(18,4)": "decimal(18,4)", "DECIMAL(38,4)": "decimal(38,4)"}
DBT = os.environ.get("WEND_DBT") or os.path.join(os.path.dirname(sys.executable), "dbt")


def text_of(snapshot, kind, *more):
    return snapshots.wend("publish", "views", snapshot, "--engine", kind, *more).stdout


class Dictionary(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="wend-dictionary-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = folder.name
        plain = snapshots.generated(cls.place, "plain", 3000)
        hostile = snapshots.hostile(cls.place, "hostile")
        cls.snapshots = [plain, hostile]

    def tables_of(self, snapshot):
        return [name for name in TABLES if os.path.isdir(f"{snapshot}/{name}")]

    def test_dbt_has_the_columns_of_the_files(self):
        for snapshot in self.snapshots:
            source, = yaml.safe_load(text_of(snapshot, "dbt", "--schema", "a\"b\\\n"))["sources"]
            self.assertEqual((source["name"], source["schema"]), ("wend", "a\"b\\\n"))
            self.assertEqual([table["name"] for table in source["tables"]],
                             self.tables_of(snapshot))
            for table in source["tables"]:
                self.assertTrue(table["description"])
                self.assertEqual(
                    [(column["name"], column["data_type"])
                     for column in table["columns"]],
                    [(name, TYPES[kind]) for name, kind in
                     compare.columns_of(f"{snapshot}/{table['name']}") if kind != compare.SKETCH])
                self.assertTrue(all(column["description"] for column in table["columns"]))

    def test_the_dictionary_has_all_columns_of_the_files(self):
        for snapshot in self.snapshots:
            text = text_of(snapshot, "dictionary")
            parts = re.split(r"^## (\w+)$", text, flags=re.M)
            self.assertEqual(parts[1::2], self.tables_of(snapshot))
            for table, part in zip(parts[1::2], parts[2::2]):
                rows = re.findall(r"^\| (.*) \| (.*) \| (yes|no) \| (.+) \|$", part, re.M)
                wanted = compare.columns_of(f"{snapshot}/{table}")
                self.assertEqual([name.strip("`") for name, *_ in rows],
                                 [name for name, _ in wanted])
                for (_, words, _, _), (_, kind) in zip(rows, wanted):
                    self.assertIn(words, WORDS[kind] if isinstance(WORDS[kind], tuple)
                                  else (WORDS[kind],))
                # No cell of a stranger ends one.
                for line in part.splitlines():
                    if line.startswith("| "):
                        self.assertEqual(len(re.findall(r"(?<!\\)\|", line)), 5, line)

    def test_places_and_schemas_are_only_texts(self):
        odd = f"{self.place}/a|b `c` <i> {{{{ 1 / 0 }}}} *d*"
        text = text_of(self.snapshots[0], "dbt", "--schema", "{{ 1 / 0 }}", "--at", odd)
        source, = yaml.safe_load(text)["sources"]
        self.assertEqual(source["schema"], "{{ '{' }}{{ '{' }} 1 / 0 }}")
        self.assertNotIn("config", source)  # dbt-duckdb would fill the braces in
        text = text_of(self.snapshots[0], "dictionary", "--at", odd)
        self.assertIn("a\\|b \\`c\\` \\<i\\> \\{\\{ 1 \\/ 0 \\}\\} \\*d\\*", text)

    def test_identities_hold(self):
        """What the dictionary says that no two rows have in common."""
        import duckdb
        snapshot = self.snapshots[0]
        parts = re.split(r"^## (\w+)$", text_of(snapshot, "dictionary"), flags=re.M)
        for table, part in zip(parts[1::2], parts[2::2]):
            names = re.findall(r"`(\w+)`", re.search("No two rows have the same (.*)", part)[1])
            rows = compare.source(f"{snapshot}/{table}")
            self.assertGreater(len(names), 2)
            self.assertEqual(duckdb.sql(
                f"SELECT count(*) FROM (SELECT 1 FROM {rows} GROUP BY "
                f"{', '.join(map(compare.quoted, names))} HAVING count(*) > 1)").fetchall(),
                [(0,)], table)

    @unittest.skipUnless(os.access(DBT, os.X_OK), "dbt is not installed (tests/run --full does it)")
    def test_dbt_takes_it_and_its_tests_pass(self):
        for number, snapshot in enumerate(self.snapshots):
            with self.subTest(snapshot=snapshot):
                project = f"{self.place}/project-{number}"
                os.makedirs(f"{project}/models")
                files = {
                    "dbt_project.yml": "name: journeys\nprofile: here\nversion: 1.0.0\n",
                    "profiles.yml": "here:\n  target: dev\n  outputs:\n    dev:\n"
                                    "      type: duckdb\n      path: test.duckdb\n",
                    "models/wend.yml": text_of(snapshot, "dbt"),
                    "models/top.sql": "select path, sum(units) as n "
                                      "from {{ source('wend', 'paths') }} group by 1",
                }
                for name, text in files.items():
                    with open(f"{project}/{name}", "w", encoding="utf-8") as file:
                        file.write(text)
                result = subprocess.run(
                    [DBT, "--no-send-anonymous-usage-stats", "--warn-error", "build"], cwd=project,
                    capture_output=True, text=True, timeout=300,
                    env={**os.environ, "DBT_PROFILES_DIR": project, "DO_NOT_TRACK": "1"})
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                self.assertRegex(result.stdout, r"PASS=\d\d+ WARN=0 ERROR=0 SKIP=0")
                shutil.rmtree(project)


if __name__ == "__main__":
    if not suite.wend_bin():
        print("the command line is not built; set WEND_BIN")
        sys.exit(77)
    suite.main()
