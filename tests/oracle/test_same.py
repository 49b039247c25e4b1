#!/usr/bin/env python3
"""One data set, replayed in many ways, gives the same bytes; and one big case equals the oracle.

The data come from `wend generate`: some 30,000 events (full: 300,000) with disorder, duplicates and
bad lines, and no two events of a customer at one time: their order is no part of the answer.
"""

import glob
import gzip
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

import oracle
import rules
import snapshot
import suite
import test_random

EVENTS = 300_000 if suite.full() else 30_000
NOW = 1_767_225_600 * 1_000_000  # 2026-01-01


@suite.needs_wend
class SameAnswer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="wend-same-")
        cls.data = os.path.join(cls.folder, "events.ndjson")
        cls.definition = os.path.join(cls.folder, "wend.yaml")
        cls.answers = os.path.join(cls.folder, "answers.json")
        subprocess.run(
            [suite.wend_bin(), "generate", "--events", str(EVENTS), "--seed", "7",
             "--disorder", "30s", "--duplicates", "1%", "--bad-lines", "1%", "--quiet",
             "--output", cls.data, "--definitions", cls.definition, "--answers", cls.answers],
            check=True)
        cls.first = cls.replay("first", [cls.data], "--threads", "1")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def replay(cls, name, inputs, *extra, lateness=None):
        out = os.path.join(cls.folder, name)
        snapshot.run(suite.wend_bin(), inputs, cls.definition, out, NOW, lateness,
                     extra=["--replace", *extra])
        return out

    def check_same(self, name, inputs, *extra, lateness=None):
        out = self.replay(name, inputs, *extra, lateness=lateness)
        self.assertIsNone(snapshot.same_bytes(self.first, out), name)
        shutil.rmtree(out)

    def lines(self):
        with open(self.data, "rb") as file:
            return file.read().splitlines(keepends=True)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def test_any_number_of_threads(self):
        for threads in (2, 3, 8):
            with self.subTest(threads=threads):
                self.check_same("threads", [self.data], "--threads", str(threads))

    def test_any_block_size(self):
        for size in ("1KiB", "17KiB", "64KiB", "1MiB", "4MiB"):
            with self.subTest(size=size):
                self.check_same("blocks", [self.data], "--block-size", size, "--threads", "2")

    def test_compressed_or_plain(self):
        path = self.write("events.gz", gzip.compress(b"".join(self.lines()), 1))
        self.check_same("gzip", [path])
        if shutil.which("zstd"):
            subprocess.run(["zstd", "-q", self.data, "-o", self.data + ".zst"], check=True)
            self.check_same("zstd", [self.data + ".zst"])

    def test_one_file_or_several_in_order(self):
        lines = self.lines()
        folder = os.path.join(self.folder, "parts")
        os.mkdir(folder)
        for part in range(5):
            begin, end = part * len(lines) // 5, (part + 1) * len(lines) // 5
            self.write(f"parts/{part}.ndjson", b"".join(lines[begin:end]))
        self.check_same("files", sorted(glob.glob(folder + "/*")))
        self.check_same("folder", [folder], "--threads", "2")

    def test_any_order_of_arrival(self):
        lines = self.lines()
        random.Random(3).shuffle(lines)
        self.check_same("shuffled", [self.write("shuffled.ndjson", b"".join(lines))])

    def test_little_memory(self):
        out = os.path.join(self.folder, "little")
        command = [suite.wend_bin(), "replay", self.data, "-c", self.definition, "-o", out,
                   "--tables", "all", "--memory", "1MiB", "--json", "--threads", "2",
                   "--now", snapshot.format_time(NOW)]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        self.assertGreater(report["spilled_bytes"], 0)
        self.assertIsNone(snapshot.same_bytes(self.first, out))

    def test_bounded_lateness_that_the_data_obey(self):
        self.check_same("bounded", [self.data], "--threads", "3", "--block-size", "4KiB",
                        lateness="31s")

    def test_bounded_lateness_with_late_events_for_any_thread_count(self):
        one = self.replay("late1", [self.data], "--threads", "1", lateness="5s")
        two = self.replay("late2", [self.data], "--threads", "3", "--block-size", "1KiB",
                          lateness="5s")
        self.assertIsNone(snapshot.same_bytes(one, two))
        counters = [snapshot.read_manifest(out)["counters"] for out in (one, two)]
        self.assertGreater(counters[0]["late"], 0)
        self.assertEqual(counters[0], counters[1])

    def test_generated_answers_are_found(self):
        with open(self.answers, encoding="utf-8") as file:
            answers = json.load(file)
        counters = snapshot.read_manifest(self.first)["counters"]
        for name in ("read", "accepted", "rejected", "late", "duplicate", "unmatched", "bad_value"):
            self.assertEqual(counters[name], answers[name], name)

    def test_the_big_case_equals_the_oracle(self):
        with open(self.definition, encoding="utf-8") as file:
            definition = rules.load(file.read())
        wanted = oracle.replay(definition, [b"".join(self.lines())], NOW)
        self.assertEqual(snapshot.read_manifest(self.first)["counters"], wanted["counters"])
        for table in snapshot.TABLES + snapshot.DETAILS:
            rows, _ = snapshot.read_table(self.first, table)
            self.assertIsNone(test_random.problem_of(table, wanted["tables"][table], rows))


if __name__ == "__main__":
    suite.main()
