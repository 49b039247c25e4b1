#!/usr/bin/env python3
"""What a new user does with the shared data sets, and what must come out.

Exits with 77 where the data are absent.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import suite  # noqa: E402

# name of the set's input: events, sessions by a gap of 30 minutes (None: not told by the set)
SETS = {
    "apache-semicomplete/apache_logs": (9_999, None),
    "rees46-2019-10/2019-Oct.csv": (17_434, 4_518),
    "wikiticker/wikiticker-2015-09-12-sampled.json.gz": (39_244, 16_119),
    "eventsim-2018-11/*-events.json": (7_770, 911),
    "touchpoints-2018-07/attribution_data.csv": (62_483, 61_928),
    "receipt/receipt.csv": (8_577, None),
    "bpic2013-incidents/events.csv.gz": (65_533, 30_595),
    "retentioneering-ecom/ecom.csv.gz": (31_106, 3_605),
    "snowplow-fractribution/snowplow_fractribution_events.csv": (98, None),
}
WITHOUT_TIMES = "channel-paths/data.csv.gz"
TEMPLATES = ["purchase", "lead", "engagement", "retention", "guest"]
SURE = re.compile(r"^(input|    ) .*: .*; certainty (\d+) %$", re.M)


class Done(unittest.TestCase):
    """Commands run in a folder that has the data as DATA, with wend in the path."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="wend-done-")
        place = cls.folder.name
        os.mkdir(os.path.join(place, "bin"))
        os.symlink(suite.wend_bin(), os.path.join(place, "bin/wend"))
        os.symlink(suite.data_folder(), os.path.join(place, "DATA"))
        cls.environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1",
                           "PATH": os.path.join(place, "bin") + ":" + os.environ["PATH"]}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def shell(self, command, code=0):
        """Standard output, and error behind it, of a command that ends with `code`."""
        result = subprocess.run(
            ["bash", "-c", command], cwd=self.folder.name, env=self.environment, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = result.stdout.decode()
        self.assertEqual(code, result.returncode, f"{command}\n{text}")
        return text

    def counters(self, snapshot):
        with open(os.path.join(self.folder.name, snapshot, "manifest.json"), "rb") as file:
            return json.load(file)["counters"]

    def paths(self, snapshot):
        path = os.path.join(self.folder.name, snapshot, "paths/part-00000.parquet")
        with open(path, "rb") as file:
            return file.read()

    def test_the_first_commands(self):
        text = self.shell("wend replay DATA/rees46-2019-10/2019-Oct.csv -o out/a && "
                          "wend show out/a paths --top 10")
        self.assertIn("events      17,435 read, 17,434 accepted in ", text)
        self.assertIn("rejected    1 (under 0.01 %): shape 1\n", text)
        self.assertIn("sessions    4,518, none with a goal: no journey is defined\n", text)
        self.assertRegex(text, r"\n4,276 +94\.6 % .* view\n")
        self.assertIn("\n10 of 23 rows", text)
        text = self.shell("wend replay DATA/apache-semicomplete/apache_logs -o out/b && "
                          "wend verify out/b")
        self.assertRegex(text, r"\nout/b: whole and consistent: 7 files, ")
        text = self.shell(
            "wend init DATA/retentioneering-ecom/ecom.csv.gz > out/w.yaml && "
            "wend check out/w.yaml --sample DATA/retentioneering-ecom/ecom.csv.gz")
        self.assertIn("out/w.yaml is valid\n", text)
        self.assertIn("events      1,000 read, 1,000 accepted\n", text)

    def test_every_set_without_definitions_and_with_the_starter(self):
        for number, (name, (events, sessions)) in enumerate(SETS.items()):
            with self.subTest(name):
                out = f"sets/{number}"
                text = self.shell(f"wend replay 'DATA/{name}' -o {out} && wend verify {out}")
                sure = SURE.search(text)
                self.assertIsNotNone(sure, text)
                self.assertGreaterEqual(int(sure.group(2)), 90, text)
                self.assertRegex(text, r"\nassumed +format: ")
                found = self.counters(out)
                self.assertEqual(events, found["accepted"])
                if sessions is not None:
                    self.assertEqual(sessions, found["sessions"])
                first = f"$(ls DATA/{name} | head -n 1)"
                self.shell(f"wend init {first} > {out}.yaml && wend check {out}.yaml && "
                           f"wend check {out}.yaml --sample {first} && "
                           f"wend replay 'DATA/{name}' -c {out}.yaml -o {out}-c && "
                           f"wend verify {out}-c")
                self.assertEqual(found, self.counters(out + "-c"))
                self.assertEqual(self.paths(out), self.paths(out + "-c"))

    def test_what_has_no_times_is_refused_with_a_way_out(self):
        text = self.shell(f"wend replay DATA/{WITHOUT_TIMES} -o no", code=1)
        self.assertIn("path, total_conversions, total_conversion_value, total_null", text)
        self.assertIn("`time: FIELD`", text)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "no")))

    def test_every_template_gives_definitions_that_can_be_used(self):
        for number, name in enumerate(SETS):
            first = f"$(ls DATA/{name} | head -n 1)"
            for template in TEMPLATES:
                with self.subTest(f"{template} of {name}"):
                    out = f"templates/{template}{number}"
                    self.shell(f"mkdir -p templates && "
                               f"wend init --template {template} {first} > {out}.yaml && "
                               f"wend check {out}.yaml --sample {first} && "
                               f"wend replay 'DATA/{name}' -c {out}.yaml -o {out} && "
                               f"wend verify {out}")
                    self.assertEqual(SETS[name][0], self.counters(out)["accepted"])

    def test_a_template_finds_the_journey_of_a_shop(self):
        data = "DATA/retentioneering-ecom/ecom.csv.gz"
        text = self.shell(f"wend init -t purchase {data} > shop.yaml && "
                          f"wend replay {data} -c shop.yaml -o shop && "
                          "wend show shop stages --scope purchase --columns stage,reached")
        reached = re.findall(r"^\S+ +([\d,]+)$", text, re.M)
        self.assertGreaterEqual(len(reached), 3, text)
        numbers = [int(count.replace(",", "")) for count in reached]
        self.assertEqual(sorted(numbers, reverse=True), numbers)
        self.assertGreater(numbers[-1], 0)


if __name__ == "__main__":
    if suite.data_folder() is None:
        print("no data folder; set WEND_DATA")
        sys.exit(77)
    suite.main()
