#!/usr/bin/env python3
"""Whole snapshots, read by others and by `wend show`; what `wend merge` makes of parts.

Snapshots are those of the oracle's random cases and of `wend generate`. Exits with 77 where
pyarrow, duckdb or polars are missing. WEND_TEST_LEVEL=full takes more of both.
"""
import base64
import collections
import datetime
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
try:
    import duckdb  # noqa: F401
    import polars  # noqa: F401
    import pyarrow as pa
    import pyarrow.parquet as pq
    import yaml

    import cases
    import snapshot
    import suite
    import tables
except ImportError as missing:
    print(f"{missing}; install tests/readers/requirements.txt and tests/oracle/requirements.txt")
    sys.exit(77)

from values import plain, read_by_duckdb, read_by_polars, rows_of_arrow  # noqa: E402

FIRST_SEED = 7000
SEEDS = range(FIRST_SEED, FIRST_SEED + (200 if suite.full() else 20))
EVENTS = 100_000 if suite.full() else 5_000
NOW = 1_767_225_600 * 1_000_000  # 2026-01-01
KEY = bytes(range(40))
EVERY_TABLE = snapshot.TABLES + snapshot.DETAILS


def wend(*arguments):
    """(exit code, standard output) of the command line."""
    result = subprocess.run([suite.wend_bin(), *arguments], capture_output=True, timeout=300,
                            stdin=subprocess.DEVNULL, check=False)
    return result.returncode, (result.stdout or result.stderr).decode()


def of_json(value, kind):
    """A value that `wend show --format json` prints, as values.py has it."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return plain(datetime.datetime.fromisoformat(value))
    if pa.types.is_decimal(kind):
        return plain(Decimal(value).quantize(Decimal("0.0001")))
    if pa.types.is_floating(kind):
        return plain(float(value))
    return base64.b64decode(value).hex() if pa.types.is_binary(kind) else value


def seconds_of(sketch, percent):
    """The quantile that a decoded sketch gives; None for an empty one."""
    if sketch is None:
        return None
    rank = -(-percent * sum(sketch.values()) // 100)
    for bucket, count in sorted(sketch.items()):
        rank -= count
        if rank <= 0:
            return tables.bucket_value(bucket) / 1_000_000
    return None


class Base(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="wend-snapshots-")
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def place(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.place(name), "wb") as file:
            file.write(data)
        return self.place(name)

    def replay(self, name, inputs, definition, *extra, **options):
        """The snapshot's folder, or None where the data give none."""
        out = self.place(name)
        try:
            snapshot.run(suite.wend_bin(), inputs, definition, out, extra=extra, **options)
        except snapshot.RunFailed as failure:
            # Nothing that could be used, or a value that no row of sessions can hold.
            self.assertRegex(str(failure), "exit [14]:")
            return None
        code, text = wend("verify", out)
        self.assertEqual(0, code, text)
        return out

    def merge(self, name, parts):
        out = self.place(name)
        code, text = wend("merge", *parts, "-o", out)
        self.assertEqual(0, code, text)
        code, text = wend("verify", out)
        self.assertEqual(0, code, text)
        return out

    def manifest_text(self, folder):
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            return file.read()

    def write_case(self, case, name):
        folder = self.place(name)
        os.mkdir(folder)
        definition = self.write(f"{name}/wend.yaml", case.definition.encode())
        return definition, [self.write(f"{name}/{file}", data) for file, data in case.inputs]

    def generate(self, *arguments):
        """(definition, lines) of a made-up shop."""
        definition, data = self.place("shop.yaml"), self.place("shop.ndjson")
        code, text = wend("generate", "--events", str(EVENTS), "--duplicates", "1%", "-q",
                          "--disorder", "30s", "--bad-lines", "1%", "-o", data, "-c", definition,
                          *arguments)
        self.assertEqual(0, code, text)
        with open(data, "rb") as file:
            return definition, file.read().splitlines(keepends=True)


@suite.needs_wend
class ReadByOthers(Base):
    def check_file(self, path):
        """The columns' types and the rows, after all three readers agree on them."""
        table = pq.read_table(path, partitioning=None, page_checksum_verification=True)
        rows = rows_of_arrow(table)
        for read in (read_by_duckdb, read_by_polars):
            names, found = read(path)
            self.assertEqual(table.column_names, names, f"{path}: {read.__name__}")
            self.assertEqual(len(rows), len(found), f"{path}: {read.__name__}")
            for number, (want, have) in enumerate(zip(rows, found)):
                self.assertEqual(want, have, f"{path}: {read.__name__}: row {number}")
        return table.schema, rows

    def check_show(self, folder, name, schema, rows):
        code, text = wend("show", folder, name, "--format", "json", "--columns",
                          ",".join(schema.names))
        self.assertEqual(0 if rows else 1, code, text)
        found = []
        for line in text.splitlines() if rows else []:
            row = json.loads(line, parse_float=Decimal)
            self.assertEqual(schema.names, list(row))
            found.append([of_json(row[field.name], field.type) for field in schema])
        counted = [collections.Counter(map(repr, some)) for some in (rows, found)]
        self.assertEqual(counted[0] - counted[1], counted[1] - counted[0], f"{folder}: {name}")

    def check(self, folder):
        count = 0
        for name in EVERY_TABLE:
            files = sorted(os.listdir(os.path.join(folder, name)))
            self.assertGreater(len(files), 0)
            rows = []
            for file in files:
                schema, some = self.check_file(os.path.join(folder, name, file))
                rows += some
            self.check_show(folder, name, schema, rows)
            count += len(rows)
        return count

    def test_random_cases(self):
        read = 0
        for seed in SEEDS:
            with self.subTest(seed=seed):
                case = cases.Case(seed)
                definition, inputs = self.write_case(case, f"case{seed}")
                out = self.replay(f"out{seed}", inputs, definition, now=case.now,
                                  lateness=case.lateness, close_all=case.close_all)
                read += 0 if out is None else self.check(out)
        self.assertGreater(read, 50 * len(SEEDS))

    def test_made_up_shop(self):
        definition, lines = self.generate()
        out = self.replay("out", [self.write("all.ndjson", b"".join(lines))], definition, now=NOW)
        self.assertGreater(self.check(out), EVENTS // 2)


@suite.needs_wend
class Merged(Base):
    def check_parts(self, name, whole, parts):
        """Merging gives the whole, whatever the order; one alone gives itself."""
        texts = set()
        for number, order in enumerate(itertools.islice(itertools.permutations(parts), 4)):
            merged = self.merge(f"{name}-{number}", order)
            self.assertIsNone(snapshot.same_bytes(whole, merged))
            texts.add(self.manifest_text(merged))
        self.assertEqual(1, len(texts), "the manifest depends on the order")
        manifests = [snapshot.read_manifest(folder) for folder in (whole, merged)]
        for key in ("snapshot_id", "counters", "watermark", "now", "definitions", "files"):
            self.assertEqual(manifests[0][key], manifests[1][key], key)
        alone = self.merge(f"{name}-alone", [whole])
        self.assertIsNone(snapshot.same_bytes(whole, alone))
        self.assertEqual(self.manifest_text(whole), self.manifest_text(alone))

    def check_quantiles(self, folder):
        for table in snapshot.TABLES:
            rows, schema = snapshot.read_table(folder, table)
            sketches = [name[:-7] for name in schema.names if name.endswith("_sketch")]
            for row, name, percent in itertools.product(rows, sketches, (50, 90)):
                if f"{name}_p{percent}" in row:
                    self.assertEqual(seconds_of(row[name + "_sketch"], percent),
                                     row[f"{name}_p{percent}"], f"{table}: {row}")

    def split_lines(self, lines, count):
        """By customer; a line without one is in the first part."""
        parts = [[] for _ in range(count)]
        for line in lines:
            try:
                customer = json.loads(line).get("user_id", "")
            except (ValueError, AttributeError):
                customer = ""
            parts[hashlib.md5(str(customer).encode()).digest()[0] % count].append(line)
        return parts

    def test_parts_by_customer_of_the_shop_give_the_whole(self):
        definition, lines = self.generate("--customers", str(EVENTS // 20))
        whole = self.replay("whole", [self.write("all.ndjson", b"".join(lines))], definition,
                            now=NOW, close_all=True)
        parts = []
        for number, part in enumerate(self.split_lines(lines, 3)):
            data = self.write(f"part{number}.ndjson", b"".join(part))
            parts.append(self.replay(f"part{number}", [data], definition, now=NOW, close_all=True))
        self.check_parts("merged", whole, parts)
        self.check_quantiles(self.place("merged-0"))
        self.assertGreater(sum(len(rows) for rows in snapshot.read_snapshot(whole).values()), 1000)

    def split_case(self, case, count):
        """Inputs with the case's events, by customer: [(name, bytes)] for each part."""
        events = [[] for _ in range(count)]
        for event in case.make_events():
            customer = event["user"]
            events[int(customer[1:]) % count if customer else 0].append(event)
        return [[(f"part{number}-{name}", data) for name, data in case.write_inputs(own)]
                for number, own in enumerate(events)]

    def test_parts_by_customer_of_random_cases_give_the_whole(self):
        merged = 0
        for seed in SEEDS:
            case = cases.Case(seed)
            # With windows the present says where a journey ends that has not timed out.
            document = {**case.document, "customer": case.layout.name("user")}
            document.pop("window", None)
            case.definition = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
            options = {"now": case.now, "close_all": True}
            with self.subTest(seed=seed):
                split = self.split_case(case, 3)
                case.inputs = [item for part in split for item in part]
                definition, inputs = self.write_case(case, f"case{seed}")
                whole = self.replay(f"whole{seed}", inputs, definition, **options)
                parts = []
                for number, part in enumerate(split):
                    paths = [self.place(f"case{seed}/{name}") for name, _ in part]
                    found = self.replay(f"part{seed}-{number}", paths, definition, **options)
                    # What rejects all it reads leaves no snapshot, and its counters are missed.
                    parts += [found] if found else []
                if whole and len(parts) == 3:
                    self.check_parts(f"merged{seed}", whole, parts)
                    self.check_quantiles(self.place(f"merged{seed}-0"))
                    merged += 1
        self.assertGreater(merged, len(SEEDS) // 4)


@suite.needs_wend
class Chosen(Base):
    """What --customer-ids and --tables say."""

    def setUp(self):
        super().setUp()
        self.definition, lines = self.generate()
        self.data = self.write("all.ndjson", b"".join(lines))
        self.raw = self.run_with("raw")

    def run_with(self, name, *extra):
        return self.replay(name, [self.data], self.definition, *extra, now=NOW)

    def ids(self, folder):
        return {table: [row["customer_id"] for row in snapshot.read_table(folder, table)[0]]
                for table in snapshot.DETAILS}

    def test_hashed_ids_are_keyed_hashes_of_the_raw_ones(self):
        key = self.write("key", KEY)
        hashed = self.run_with("hashed", "--customer-ids", "hash", "--key-file", key)
        again = self.run_with("again", "--customer-ids", "hash", "--key-file", key, "-j", "3")
        self.assertIsNone(snapshot.same_bytes(hashed, again))
        raw, found = self.ids(self.raw), self.ids(hashed)
        for table, names in raw.items():
            wanted = [hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:32]
                      for name in names]
            self.assertEqual(wanted, found[table])
            self.assertGreater(len(set(wanted)), 100)
        other = self.run_with("other", "--customer-ids", "hash", "--key-file",
                              self.write("key2", KEY[::-1]))
        self.assertFalse(set(found["sessions"]) & set(self.ids(other)["sessions"]))

    def test_no_ids_are_nulls_and_nothing_else_changes(self):
        none = self.run_with("none", "--customer-ids", "none")
        for table in snapshot.TABLES + snapshot.DETAILS:
            wanted, found = (snapshot.read_table(folder, table)[0] for folder in (self.raw, none))
            for row in wanted if table in snapshot.DETAILS else []:
                row["customer_id"] = None
            self.assertEqual(wanted, found, table)

    def test_only_the_tables_that_were_asked_for_are_written(self):
        every = dict(zip(EVERY_TABLE, ([name] for name in EVERY_TABLE)))
        for wanted in [*every.values(), ["sessions", "paths"], ["flow", "journeys", "stages"]]:
            out = self.run_with("-".join(wanted), "--tables", ",".join(wanted))
            self.assertEqual(sorted([*wanted, "manifest.json"]), sorted(os.listdir(out)))
            for name in snapshot.table_files(out):
                with open(os.path.join(out, name), "rb") as one, \
                        open(os.path.join(self.raw, name), "rb") as two:
                    self.assertEqual(one.read(), two.read(), name)


if __name__ == "__main__":
    suite.main()
