#!/usr/bin/env python3
"""`wend stream --state` with a real Kafka: static members, a broker that is restarted, a log that
retention has shortened, a topic that was made anew.

Exits with 77 where there is no Java, no Maven or no way to the jars.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "oracle"))
import suite  # noqa: E402

try:
    import broker
    from broker import Cluster, Record
except ImportError as error:
    print(f"confluent-kafka is not there; tests/run installs it ({error})")
    sys.exit(77)

PLAIN = "time: ts\ncustomer: user\nevent: name\nlateness: 1m\nwindow: 1h\n"
T0 = 1_750_000_000
PARTITIONS = 4


def records(first, count):
    """Each user has an event every 20 minutes of his partition's, so that sessions go on."""
    return [Record(f'{{"ts": {T0 + i}, "user": "u{i % 40}", "name": "n{i % 7}"}}'.encode(),
                   f"u{i % 40}".encode(), partition=i % 40 % PARTITIONS)
            for i in range(first, first + count)]


@suite.needs_wend
class LiveBroker(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-live-")
        self.place = self.folder.name
        with open(os.path.join(self.place, "plain.yaml"), "w", encoding="utf-8") as file:
            file.write(PLAIN)
        self.running = []

    def tearDown(self):
        for member in self.running:
            if member.poll() is None:
                member.kill()
            member.wait()
            if member.stderr is not None:
                member.stderr.close()
        self.folder.cleanup()

    def command(self, kafka, topic, *more):
        return [suite.wend_bin(), "stream", "-c", "plain.yaml", "--state", f"state-{topic}", "-X",
                f"brokers={kafka.bootstrap}", "-X", f"topics={topic}", "--checkpoint-interval",
                "100ms", *more]

    def run_to_end(self, kafka, topic, *more, code=0):
        done = subprocess.run(
            self.command(kafka, topic, "--until-end", "-o", "out", "--replace", *more),
            cwd=self.place, timeout=120, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False)
        self.assertEqual(code, done.returncode, done.stderr)
        return done.stderr

    def join(self, kafka, topic, name):
        """The time is long: on a busy machine a member that lives must not be taken for dead."""
        member = subprocess.Popen(
            self.command(kafka, topic, "-o", "live", "-X", f"group.instance.id={name}", "-X",
                         "session.timeout.ms=40000", "-X", f"group=of-{topic}"),
            cwd=self.place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        self.running.append(member)
        return member

    def leave(self, member):
        """A broker that was killed may have forgotten who had the member's name last; then it takes
        the member for another one, and a supervisor would start it anew. Nothing is lost by that.
        """
        member.send_signal(signal.SIGTERM)
        text = member.communicate(timeout=60)[1]
        if "Static consumer fenced" not in text:
            self.assertEqual(0, member.returncode, text)

    def next_offsets(self, topic):
        found = []
        for partition in range(PARTITIONS):
            folder = os.path.join(self.place, f"state-{topic}", f"{topic}-{partition}")
            names = sorted(n for n in os.listdir(folder) if n.startswith("m-")) \
                if os.path.isdir(folder) else []
            facts = {}
            if names:
                with open(os.path.join(folder, names[-1]), encoding="utf-8") as file:
                    facts = dict(line.rstrip("\n").split(" ", 1) for line in file if " " in line)
            found.append((int(facts.get("next", 0)), int(facts.get("epoch", 0)),
                          facts.get("owner")))
        return found

    def wait_for(self, topic, count):
        broker.wait_until(lambda: sum(n for n, *_ in self.next_offsets(topic)) == count,
                          f"{count} messages in checkpoints of {topic}", 60)

    def replay(self, kafka, topic, *more):
        parts = [b""] * PARTITIONS
        for record in kafka.read(topic):
            parts[record.partition] += record.value + b"\n"
        names = []
        for i, part in enumerate(parts):
            names.append(f"{topic}-{i}.ndjson")
            with open(os.path.join(self.place, names[-1]), "wb") as file:
                file.write(part)
        subprocess.run([suite.wend_bin(), "replay", "-c", "plain.yaml", "-o", "replayed", "-q",
                        "--replace", "--lateness", "1m", *more, *names], cwd=self.place,
                       check=True, stdout=subprocess.DEVNULL, timeout=60)

    def tables(self, out):
        found = {}
        for place, _, names in os.walk(os.path.join(self.place, out)):
            for name in names:
                if name.endswith(".parquet"):
                    with open(os.path.join(place, name), "rb") as file:
                        found[os.path.relpath(file.name, os.path.join(self.place, out))] = \
                            file.read()
        return found

    def is_at(self, topic, count, kafka, members):
        """Starts a member anew that the restarted broker took for another, as a supervisor would.
        """
        for name, member in members.items():
            if member.poll() is not None:
                text = member.communicate()[1]
                self.assertIn("Static consumer fenced", text)
                members[name] = self.join(kafka, topic, name)
        return sum(n for n, *_ in self.next_offsets(topic)) == count

    def members(self, kafka):
        """Members come, one is killed and comes back under its name, the broker is restarted."""
        kafka.create("many", PARTITIONS)
        kafka.produce("many", records(0, 2000))
        a = self.join(kafka, "many", "a")
        self.wait_for("many", 2000)
        b = self.join(kafka, "many", "b")
        broker.wait_until(lambda: len({owner for *_, owner in self.next_offsets("many")}) == 2,
                          "both members to have partitions", 120)
        kafka.produce("many", records(2000, 2000))
        self.wait_for("many", 4000)
        before = self.next_offsets("many")
        b.kill()
        b.communicate()
        kafka.produce("many", records(4000, 4000))
        b = self.join(kafka, "many", "b")
        self.wait_for("many", 8000)
        # What the other one has did not move.
        moved = {owner for (_, epoch, owner), (_, now, _)
                 in zip(before, self.next_offsets("many")) if now != epoch}
        self.assertEqual(1, len(moved), (before, self.next_offsets("many")))
        kafka.kill(1)
        time.sleep(1)
        kafka.restart(1)
        kafka.produce("many", records(8000, 4000))
        members = {"a": a, "b": b}
        broker.wait_until(lambda: self.is_at("many", 12000, kafka, members), "12000 messages", 90)
        a, b = members["a"], members["b"]
        self.leave(a)
        self.leave(b)
        self.assertLessEqual(len(os.listdir(os.path.join(self.place, "live"))), 4)
        self.replay(kafka, "many")
        windows = [os.path.join("live", n) for n in os.listdir(os.path.join(self.place, "live"))]
        self.run_to_end(kafka, "many")
        subprocess.run([suite.wend_bin(), "merge", *windows, "out", "-o", "merged"],
                       cwd=self.place, check=True, stdout=subprocess.DEVNULL, timeout=60)
        self.assertEqual(self.tables("merged"), self.tables("replayed") or None)

    def overtaken(self, kafka):
        kafka.create("short", PARTITIONS)
        kafka.produce("short", records(0, 400))
        self.run_to_end(kafka, "short")
        kafka.produce("short", records(400, 400))
        kafka.delete_records("short", {0: 150})
        text = self.run_to_end(kafka, "short", code=3)
        self.assertIn("goes on at offset 100, but its log begins at 150", text)

    def made_anew(self, kafka):
        kafka.create("anew", PARTITIONS)
        kafka.produce("anew", records(0, 400))
        self.run_to_end(kafka, "anew")
        kafka.delete("anew")
        time.sleep(2)
        kafka.create("anew", PARTITIONS)
        kafka.produce("anew", records(0, 40))
        text = self.run_to_end(kafka, "anew", code=3)
        self.assertIn("its log ends at 10: the topic was made anew", text)

    def grown(self, kafka):
        """Partitions that are added while a member reads end it, and the next start has them."""
        kafka.create("grown", PARTITIONS)
        kafka.produce("grown", records(0, 400))
        member = subprocess.Popen(
            self.command(kafka, "grown", "-X", "group=of-grown", "-X", "start=latest", "-X",
                         "topic.metadata.refresh.interval.ms=500"),
            cwd=self.place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        broker.wait_until(lambda: all(epoch for _, epoch, _ in self.next_offsets("grown")),
                          "the member has its partitions")
        kafka.grow("grown", PARTITIONS + 1)
        kafka.produce("grown", [Record(b'{"ts": 1750000000, "user": "new", "name": "n"}', b"new",
                                       partition=PARTITIONS) for _ in range(3)])
        text = member.communicate(timeout=60)[1]
        self.assertEqual(3, member.returncode, text)
        self.assertIn(f"partition {PARTITIONS} of `grown` was added since the start", text)
        text = self.run_to_end(kafka, "grown", "-X", "start=latest")
        self.assertIn(f"`grown` has {PARTITIONS + 1} partitions now, and had {PARTITIONS}", text)
        with open(os.path.join(self.place, "out", "manifest.json"), encoding="utf-8") as file:
            self.assertEqual(3, json.load(file)["counters"]["read"])

    def test_kafka(self):
        try:
            broker.fetch("4")
        except broker.Unavailable as reason:
            self.skipTest(str(reason))
        with Cluster(version="4") as kafka:
            for part in self.members, self.overtaken, self.made_anew, self.grown:
                with self.subTest(part.__name__):
                    part(kafka)


if __name__ == "__main__":
    suite.main()
