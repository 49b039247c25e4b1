"""What tests of streams against librdkafka's mock cluster share.

Scripts that import it are run with MESSAGES_TOOL as their first argument.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../oracle"))
sys.path.insert(0, HERE)
import messages  # noqa: E402
import suite  # noqa: E402

PLAIN = """
time: ts
customer: user
event: name
"""
HOUR = 3600
T0 = 1_750_000_000  # 2025-06-15T15:06:40Z


def event(seconds, user="u", name="a", **more):
    return json.dumps({"ts": T0 + seconds, "user": user, "name": name, **more}).encode()


class StreamCase(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-stream-")
        self.place = self.folder.name
        self.cluster = None
        self.runs = 0

    def tearDown(self):
        if self.cluster is not None:
            self.cluster.close()
        self.folder.cleanup()

    def open(self, **topics):
        self.cluster = messages.Mock(**topics)
        return self.cluster.brokers

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return self.path(name)

    def wend(self, *arguments, code=0, environment=None):
        result = subprocess.run(
            [suite.wend_bin(), *arguments], cwd=self.place, timeout=300, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})})
        text = result.stdout.decode() + result.stderr.decode()
        self.assertEqual(code, result.returncode, f"{arguments}\n{text}")
        return text

    def stream(self, definitions, *arguments, topics="clicks", code=0):
        """Runs a stream of `definitions` (a text); returns snapshot and what was printed."""
        self.runs += 1
        out = self.path(f"stream-{self.runs}")
        path = self.write("stream.yaml", definitions)
        text = self.wend("stream", "-c", path, "--until-end", "-o", out, "--tables", "all",
                         "-X", f"brokers={self.cluster.brokers}", "-X", f"topics={topics}",
                         *arguments, code=code)
        return out, text

    def replay(self, definitions, inputs, *arguments):
        self.runs += 1
        out = self.path(f"replay-{self.runs}")
        path = self.write("replay.yaml", definitions)
        self.wend("replay", "-c", path, "-o", out, "--tables", "all", *arguments, *inputs)
        return out

    def manifest(self, out):
        with open(os.path.join(out, "manifest.json"), "rb") as file:
            return json.load(file)

    def tables(self, out):
        found = {}
        for path in glob.glob(os.path.join(out, "*", "*.parquet")):
            with open(path, "rb") as file:
                found[os.path.relpath(path, out)] = file.read()
        self.assertTrue(found)
        return found

    def assert_same(self, one, two):
        self.assertEqual(self.manifest(one)["counters"], self.manifest(two)["counters"])
        a, b = self.tables(one), self.tables(two)
        self.assertEqual(sorted(a), sorted(b))
        for name in a:
            self.assertEqual(a[name], b[name], name)

    def generate(self, events, *arguments):
        """Lines of made-up events with all that goes wrong, and definitions without window."""
        text = self.wend("generate", "--events", str(events), "--days", "3", "--disorder", "5m",
                         "--late", "1%", "--lateness", "10m", "--duplicates", "1%", "--bad-lines",
                         "1%", "--output", "events", "--definitions", "made.yaml", *arguments)
        self.assertEqual("", text)
        with open(self.path("events"), "rb") as file:
            lines = file.read().splitlines(keepends=True)
        with open(self.path("made.yaml"), encoding="utf-8") as file:
            definitions = file.read()
        return lines, definitions.replace("\nwindow: 1d\n", "\n")

    def partitions(self, lines, count, key):
        """The lines by partition, and a file for each."""
        parts = [[] for _ in range(count)]
        for line in lines:
            parts[zlib.crc32(key(line)) % count].append(line)
        return parts, [self.write(f"part-{i}", b"".join(part)) for i, part in enumerate(parts)]
