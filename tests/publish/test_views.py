#!/usr/bin/env python3
"""`wend publish views`: each file run by the engine it is for, and its views equal to the Parquet.

DuckDB, ClickHouse (chdb) and Spark run here, the latter where it is installed; the SQL for Trino,
Athena and BigQuery, which cannot be had, is held to the grammar of sqlglot.
"""
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../oracle"))
import compare  # noqa: E402
import duckdb  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

TABLES = ["paths", "transitions", "flow", "stages", "abandonment", "touchpoints", "switches",
          "sessions", "journeys"]


def has(module):
    return importlib.util.find_spec(module) is not None


def views(snapshot, engine, *more):
    return snapshots.wend("publish", "views", snapshot, "--engine", engine, *more).stdout


def statements(text):
    """The statements of a file; no text in it ends a line with a semicolon."""
    text = "\n".join(line for line in text.split("\n") if not line.startswith("--"))
    return [part.strip() for part in text.split(";\n") if part.strip()]


def shown(snapshot, table):
    """The columns that a view has: all but the sketches."""
    return [column for column in compare.columns_of(f"{snapshot}/{table}")
            if column[1] != compare.SKETCH]


class Views(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="wend-views-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = folder.name
        cls.plain = snapshots.generated(cls.place, "plain", 20000)
        cls.hostile = snapshots.hostile(cls.place, "hostile")
        cls.odd = f"{cls.place}/it's \"odd\"; --"
        shutil.copytree(cls.hostile, cls.odd)

    def test_duckdb(self):
        stars = f"{self.place}/[a]*{{b,c}}? 'q'"
        shutil.copytree(self.hostile, stars)
        for snapshot in (self.plain, self.odd, stars):
            with self.subTest(snapshot=snapshot), duckdb.connect() as engine:
                text = snapshots.wend("publish", "duckdb", snapshot, "--schema", 'a"b').stdout
                self.assertEqual(text, views(snapshot, "duckdb", "--schema", 'a"b'))
                for _ in range(2):
                    engine.execute(text)
                for table in TABLES:
                    # The plain copy says what is in the odd place.
                    source = self.plain if snapshot == self.plain else self.hostile
                    names = ", ".join(compare.quoted(c[0]) for c in shown(source, table))
                    files = f"SELECT {names} FROM read_parquet('{source}/{table}/*.parquet')"
                    view = f'SELECT * FROM "a""b".{table}'
                    for one, other in ((files, view), (view, files)):
                        self.assertEqual(
                            engine.sql(f"({one}) EXCEPT ALL ({other}) LIMIT 3").fetchall(), [])
                    self.assertEqual(
                        engine.sql("SELECT count(*) FROM duckdb_columns() WHERE table_name = "
                                   f"'{table}' AND coalesce(comment, '') = ''").fetchall(), [(0,)])

    def expected(self, snapshot, table):
        """(rows, sum of the counts, distinct texts) by DuckDB, from the files."""
        columns = shown(snapshot, table)
        number = next(name for name, kind in columns if kind == "BIGINT")
        text = [name for name, kind in columns if kind == "VARCHAR"][1]
        return number, text, duckdb.sql(
            f"SELECT count(*), coalesce(sum({number}), 0)::BIGINT, "
            f"count(DISTINCT {compare.quoted(text)}) "
            f"FROM read_parquet('{snapshot}/{table}/*.parquet')").fetchall()[0]

    def check(self, snapshot, name, query):
        """That an engine counts the same; `query` runs SQL and gives a row."""
        for table in TABLES:
            number, text, wanted = self.expected(snapshot, table)
            with self.subTest(table=table):
                self.assertEqual(query(
                    f"SELECT count(*), coalesce(sum({number}), 0), count(DISTINCT `{text}`) "
                    f"FROM {name}.{table}"), wanted)

    @unittest.skipUnless(has("chdb"), "chdb is not installed")
    def test_clickhouse(self):
        from chdb import session
        with session.Session() as engine:
            for snapshot, name in ((self.plain, "wend"), (self.odd, "a`b")):
                for _ in range(2):
                    for statement in statements(views(snapshot, "clickhouse", "--schema", name)):
                        engine.query(statement)
                quoted = "`" + name.replace("`", "\\`") + "`"
                source = self.plain if snapshot == self.plain else self.hostile
                self.check(source, quoted, lambda text: tuple(
                    int(word) for word in str(engine.query(text, "TSV")).split()))
                for table in TABLES:
                    found = str(engine.query(f"DESCRIBE TABLE {quoted}.{table}", "JSONEachRow"))
                    self.assertEqual(found.count('"comment":""'), 0)
                    self.assertEqual(found.count('"name":'), len(shown(source, table)))
            value = str(engine.query("SELECT toTypeName(path_steps), toTypeName(value_sum), "
                                     "toTypeName(window_start) FROM wend.paths LIMIT 1", "TSV"))
            self.assertEqual(value.strip(),
                             "Array(String)\tDecimal(38, 4)\tNullable(DateTime64(6, \\'UTC\\'))")

    @unittest.skipUnless(has("pyspark") and shutil.which("java"),
                         "PySpark is not installed (tests/run --full does it)")
    def test_spark(self):
        from pyspark.sql import SparkSession
        engine = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
                  .config("spark.sql.session.timeZone", "UTC")
                  .config("spark.driver.bindAddress", "127.0.0.1")
                  .config("spark.driver.host", "127.0.0.1")
                  .config("spark.sql.warehouse.dir", f"{self.place}/warehouse").getOrCreate())
        self.addCleanup(engine.stop)
        for snapshot, name in ((self.plain, "wend"), (self.odd, "wend2")):
            for _ in range(2):
                for statement in statements(views(snapshot, "spark", "--schema", name)):
                    engine.sql(statement)
            source = self.plain if snapshot == self.plain else self.hostile
            self.check(source, name, lambda text: tuple(engine.sql(text).collect()[0]))
            for table in TABLES:
                rows = engine.sql(f"DESCRIBE TABLE {name}.{table}").collect()
                self.assertEqual(len(rows), len(shown(source, table)))
                self.assertTrue(all(row["comment"] for row in rows))

    @unittest.skipUnless(has("sqlglot"), "sqlglot is not installed")
    def test_trino_athena_and_bigquery_are_well_formed(self):
        import sqlglot
        kinds = {"trino": (["CREATE SCHEMA"], ["DROP TABLE", "CREATE TABLE"]),
                 "athena": (["CREATE DATABASE"], ["DROP TABLE", "CREATE EXTERNAL TABLE"]),
                 "bigquery": (["CREATE SCHEMA"], ["CREATE EXTERNAL TABLE", "CREATE VIEW"])}
        for engine, (first, each) in kinds.items():
            for snapshot in (self.plain, self.hostile):
                store = "s3" if engine == "athena" else "gs"
                text = views(snapshot, engine, "--at", f"{store}://bucket/it's here")
                parsed = sqlglot.parse(text, dialect=engine)
                found = []
                for statement in parsed:
                    self.assertNotIsInstance(statement, sqlglot.exp.Command)
                    shown_sql = statement.sql(dialect=engine, comments=False)
                    words = shown_sql.replace("OR REPLACE ", "").split()
                    found.append(" ".join(words[:3 if words[1] == "EXTERNAL" else 2]))
                self.assertEqual(found, first + each * len(TABLES))
                for table in TABLES:
                    for name, _ in shown(snapshot, table):
                        self.assertIn(f'"{name}"' if engine == "trino" else f"`{name}`", text)

    @unittest.skipUnless(has("sqlglot"), "sqlglot is not installed")
    def test_athena_has_the_columns_and_types_of_the_files(self):
        import sqlglot
        kinds = {"VARCHAR": "STRING", "VARCHAR[]": "ARRAY<STRING>"}
        text = views(self.plain, "athena", "--at", "s3://bucket/a")
        tables = [one for one in sqlglot.parse(text, dialect="athena")
                  if isinstance(one, sqlglot.exp.Create) and one.kind == "TABLE"]
        self.assertEqual([one.this.this.name for one in tables], TABLES)
        for one in tables:
            found = [(column.name, column.kind.sql(dialect="hive").replace(" ", ""))
                     for column in one.this.expressions]
            self.assertEqual(found, [
                (name, kinds.get(kind, kind).replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMP"))
                for name, kind in shown(self.plain, one.this.this.name)])
            # Glue keeps no longer comment.
            for comment in re.findall(r"COMMENT '(.*)'", text):
                self.assertLess(len(comment), 255)
            self.assertIn(f"LOCATION 's3://bucket/a/{one.this.this.name}/'", text)

    def test_places_that_an_engine_cannot_read_are_refused(self):
        for engine, place, hint in (("bigquery", None, "--at gs://BUCKET/FOLDER"),
                                    ("bigquery", "s3://x/y", "--at gs://BUCKET/FOLDER"),
                                    ("athena", None, "--at s3://BUCKET/FOLDER"),
                                    ("athena", "gs://x/y", "--at s3://BUCKET/FOLDER"),
                                    ("athena", "s3://x/a*b", "for what they are"),
                                    ("spark", "/data/a*b", "for what they are"),
                                    ("trino", "/data/{a}", "for what they are"),
                                    ("clickhouse", "/data/a?b", "for what they are"),
                                    ("duckdb", "/data/a\\b", "for what they are")):
            said = snapshots.wend("publish", "views", self.plain, "--engine", engine,
                                  *(["--at", place] if place else []), check=False)
            self.assertEqual((said.returncode, said.stdout), (2, ""))
            self.assertIn(hint, said.stderr)

    def test_no_text_of_a_stranger_ends_a_comment_line(self):
        for engine in ("duckdb", "clickhouse", "trino", "bigquery", "spark", "dbt"):
            text = views(self.hostile, engine, "--at", "gs://x/a\nDROP TABLE y", "--schema", "a\nb")
            for line in re.findall(r"^--.*$", text, re.M):
                self.assertNotIn("gs://", line)


if __name__ == "__main__":
    if not suite.wend_bin():
        print("the command line is not built; set WEND_BIN")
        sys.exit(77)
    suite.main()
