#!/usr/bin/env python3
"""Parquet files of wend read by other readers, and files of other writers read by wend.

Usage: test_readers.py PARQUET_TOOL. Exits with 77 where pyarrow, duckdb or polars are missing.
Rows are compared as lists of plain values, in the form that values.py describes.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import suite  # noqa: E402

try:
    import duckdb
    import polars
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as missing:
    print(f"{missing}; install tests/readers/requirements.txt")
    sys.exit(77)

import foreign_files  # noqa: E402
from values import plain, read_by_duckdb, read_by_polars, rows_of_arrow  # noqa: E402

TOOL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "parquet_tool"
FOLDER = tempfile.TemporaryDirectory()
ARROW_TYPES = {
    "count": pa.int64(), "seconds": pa.float64(), "customer": pa.string(),
    "sketch": pa.binary(), "started_at": pa.timestamp("us", tz="UTC"),
    "value": pa.decimal128(18, 4), "value_sum": pa.decimal128(38, 4),
}


def read_lines(text):
    return [json.loads(line) for line in text.split("\n") if line]


def dump(path, command="dump"):
    result = subprocess.run([TOOL, command, path], capture_output=True, check=False)
    if result.returncode:
        raise AssertionError(f"{path}: {result.stderr.decode()}")
    return read_lines(result.stdout.decode())


class Base(unittest.TestCase):
    maxDiff = 2000

    def same(self, expected, got, what):
        self.assertEqual(len(expected), len(got), what)
        for i, (a, b) in enumerate(zip(expected, got)):
            if a != b:
                self.fail(f"{what}: row {i}: {a!r:.500} became {b!r:.500}")


class OfWend(Base):
    """Each sample with each reader."""

    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.join(FOLDER.name, "samples")
        os.mkdir(cls.folder)
        subprocess.run([TOOL, "samples", cls.folder], check=True)
        cls.names = sorted(name[:-8] for name in os.listdir(cls.folder)
                           if name.endswith(".parquet"))
        assert len(cls.names) >= 10

    def each(self):
        for name in self.names:
            path = os.path.join(self.folder, name)
            with open(path + ".jsonl", encoding="utf-8") as file:
                rows = read_lines(file.read())
            with self.subTest(name):
                yield name, path + ".parquet", rows

    def test_pyarrow_reads_the_rows_and_checks_the_checksums(self):
        for name, path, rows in self.each():
            table = pq.read_table(path, page_checksum_verification=True)
            self.same(rows, rows_of_arrow(table), name)

    def test_duckdb_reads_the_rows(self):
        for name, path, rows in self.each():
            self.same(rows, read_by_duckdb(path)[1], name)

    def test_polars_reads_the_rows(self):
        for name, path, rows in self.each():
            self.same(rows, read_by_polars(path)[1], name)

    def test_wend_reads_the_rows(self):
        for name, path, rows in self.each():
            self.same(rows, dump(path), name)

    def test_types_are_the_promised_ones(self):
        for name, path, _ in self.each():
            schema = pq.read_schema(path)
            for field in schema:
                if field.name in ARROW_TYPES and name != "sorted":
                    self.assertEqual(ARROW_TYPES[field.name], field.type, field.name)
                if pa.types.is_list(field.type):
                    self.assertEqual(pa.string(), field.type.value_type)
                    self.assertFalse(field.nullable or field.type.value_field.nullable)

    def test_statistics_count_the_nulls_and_bound_the_values(self):
        for name, path, rows in self.each():
            file = pq.ParquetFile(path)
            first = 0
            for g in range(file.metadata.num_row_groups):
                group = file.metadata.row_group(g)
                part = rows[first:first + group.num_rows]
                first += group.num_rows
                for c in range(group.num_columns):
                    self.check_chunk(group.column(c), [row[c] for row in part], file, c)
            self.assertEqual(len(rows), first, name)

    def check_chunk(self, chunk, values, file, index):
        is_list = file.schema.column(index).max_repetition_level > 0
        flat = [item for value in values for item in value] if is_list else values
        present = [value for value in flat if value is not None]
        self.assertIsNotNone(chunk.statistics)
        if not is_list:
            self.assertEqual(len(values) - len(present), chunk.statistics.null_count)
        self.assertTrue(chunk.has_offset_index)
        is_text = file.schema.column(index).logical_type.type == "STRING"
        if is_text and present and chunk.statistics.has_min_max:
            self.assertTrue(chunk.has_column_index)
            low, high = chunk.statistics.min_raw, chunk.statistics.max_raw
            low, high = (low if isinstance(low, bytes) else low.encode(),
                         high if isinstance(high, bytes) else high.encode())
            self.assertLessEqual(low, min(value.encode() for value in present))
            self.assertGreaterEqual(high, max(value.encode() for value in present))
        elif present and chunk.physical_type in ("INT64", "DOUBLE"):
            self.assertTrue(chunk.statistics.has_min_max and chunk.has_column_index)
            numbers = [float(value) for value in present if value != "NaN"]
            self.assertEqual(min(numbers), float(chunk.statistics.min_raw))
            self.assertEqual(max(numbers), float(chunk.statistics.max_raw))

    def test_metadata_and_order_of_rows_are_there(self):
        metadata = pq.read_metadata(os.path.join(self.folder, "sorted.parquet"))
        self.assertEqual(b"paths", metadata.metadata[b"wend.table"])
        self.assertEqual("wend version 1.2.3 (build abc)", metadata.created_by)
        order = metadata.row_group(0).sorting_columns
        self.assertEqual([0, 1], [column.column_index for column in order])

    def test_filters_of_duckdb_and_polars_find_what_a_scan_finds(self):
        path = os.path.join(self.folder, "small_pages.parquet")
        with open(path[:-8] + ".jsonl", encoding="utf-8") as file:
            rows = read_lines(file.read())
        customer = next(row[2] for row in rows if row[2] is not None)
        expected = sum(row[2] == customer for row in rows)
        with duckdb.connect() as connection:
            found = connection.execute(
                "SELECT count(*) FROM read_parquet(?) WHERE customer = ?", [path, customer])
            self.assertEqual(expected, found.fetchone()[0])
        found = polars.scan_parquet(path).filter(polars.col("customer") == customer).collect()
        self.assertEqual(expected, found.height)


class OfOthers(Base):
    """Files of other writers, read by wend."""

    def check(self, files):
        count = 0
        for name, path, rows in files:
            with self.subTest(name):
                self.same([[plain(value) for value in row] for row in rows], dump(path), name)
            count += 1
        self.assertGreater(count, 0)

    def test_files_of_pyarrow_in_all_codecs_pages_and_dictionaries(self):
        self.check(foreign_files.arrow_codecs(FOLDER.name))

    def test_files_of_pyarrow_in_all_encodings(self):
        self.check(foreign_files.arrow_encodings(FOLDER.name))

    def test_types_of_pyarrow(self):
        self.check(foreign_files.arrow_types(FOLDER.name))

    def test_shapes_of_pyarrow(self):
        self.check(foreign_files.arrow_shapes(FOLDER.name))

    def test_files_of_duckdb(self):
        self.check(foreign_files.duckdb_files(FOLDER.name))

    def test_files_of_polars(self):
        self.check(foreign_files.polars_files(FOLDER.name))

    def test_what_is_not_read_is_refused_by_name(self):
        for path, text in foreign_files.refused(FOLDER.name):
            with self.subTest(text):
                result = subprocess.run([TOOL, "dump", path], capture_output=True, check=False)
                self.assertEqual(1, result.returncode)
                self.assertIn("usage", result.stderr.decode())
                self.assertIn(text, result.stderr.decode())

    def test_fields_that_are_not_known_can_be_skipped(self):
        path = foreign_files.nested(FOLDER.name)
        self.assertEqual([[1, None, None, None, "a"], [2, None, None, None, "b"]], dump(path))
        unsupported = [field.get("unsupported") for field in dump(path, "schema")]
        self.assertEqual([None, "a struct or map", "a struct or map",
                          "a list of other than texts", None], unsupported)


if __name__ == "__main__":
    suite.main()
