#!/usr/bin/env python3
"""Journeys that were decided, in a topic: each once by its id, whatever the stream dies of.

Usage: test_outcomes.py MESSAGES_TOOL. The cluster is librdkafka's mock. WEND_FULL=1: every step.
"""
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stream_case import PLAIN, event  # noqa: E402
from test_state import FULL, PARTITIONS, SEEDS, StateCase, customer  # noqa: E402
import messages  # noqa: E402
import suite  # noqa: E402

# By then every journey of the made-up events has timed out.
LAST_MS = 1_760_000_000_000  # 2025-10-09T08:53:20Z
SAME = ("outcome", "customer_id", "started_at", "ended_at", "converted_at", "session_count",
        "event_count", "path_steps", "last_stage", "furthest_stage")


def last_event(partition):
    return json.dumps({"event_id": f"last-{partition}", "time": "2025-10-09T08:53:20.000Z",
                       "user_id": f"last-{partition}", "event": "product_view"}).encode() + b"\n"


def moment(text):
    """2025-03-06T00:00:56Z and 2025-03-06T00:00:56.000000Z are the same."""
    return text if text is None else text.rstrip("Z").ljust(20, ".").ljust(26, "0")


@suite.needs_wend
class Outcomes(StateCase):

    def fill_topics(self, events, partitions, outcomes):
        """Made-up events; `self.decided`: of each journey id what a replay has in its table."""
        lines, definitions = self.generate(events)
        self.open(clicks=partitions, **{name: 2 for name in outcomes})
        parts, _ = self.partitions(lines, partitions, customer)
        for i, part in enumerate(parts):
            part.append(last_event(i))
        files = [self.write(f"part-{i}", b"".join(part)) for i, part in enumerate(parts)]
        messages.send(self.cluster.brokers, "clicks",
                      [(i, line, b"k", LAST_MS if b'"last-' in line else 0)
                       for i, part in enumerate(parts) for line in part])
        self.definitions = definitions
        replayed = self.replay(definitions + "\nwindow: 1h\nlateness: 10m\n", files)
        rows = self.wend("show", replayed, "journeys", "--format", "json").splitlines()
        self.decided = {row["journey_id"]: row for row in map(json.loads, rows)
                        if row["outcome"] != "open"}
        self.assertGreater(len(self.decided), 100)
        return replayed

    def sent(self, topic):
        return [(key, json.loads(value))
                for _, key, value in messages.dump(self.cluster.brokers, topic, 2)]

    def check_outcomes(self, topic):
        """Each decided journey, as a replay has it, and no other; how many came twice."""
        found = {}
        sent = self.sent(topic)
        for key, record in sent:
            self.assertEqual(key.decode(), record["customer_id"])
            known = found.setdefault(record["journey_id"], record)
            self.assertEqual(known, record)  # a repetition says the same
        self.assertEqual(set(), set(self.decided) - set(found))
        self.assertEqual(set(), set(found) - set(self.decided))
        for name, record in found.items():
            row = self.decided[name]
            self.assertEqual(row["scope"], record["journey"])
            for column in SAME:
                a, b = row[column], record[column]
                if column.endswith("_at"):
                    a, b = moment(a), moment(b)
                self.assertEqual(a, b, (column, row, record))
            self.assertAlmostEqual(float(row["value"]), record["value"])
            steps = record["path_steps"]
            self.assertEqual(steps[-1] if steps else None, record["last_touchpoint"])
        return len(sent) - len(found)

    def test_each_decided_journey_is_told_once(self):
        expected = self.fill_topics(20_000, PARTITIONS, ["done"])
        self.run_state("out", "-X", "outcomes=done")
        self.assert_same(expected, self.path("out"))
        self.assertEqual(0, self.check_outcomes("done"))
        self.check_chains()
        for i in range(PARTITIONS):
            self.assertNotIn("outbox", self.facts(self.manifests(i)[-1]))
        # Nothing has come since, and nothing is told again.
        self.run_state("out", "-X", "outcomes=done")
        self.assertEqual(0, self.check_outcomes("done"))

    def test_told_before_the_run_ends(self):
        """A stream without end tells them at its next checkpoint."""
        self.fill_topics(5_000, PARTITIONS, ["done"])
        path = self.write("live.yaml", self.definitions + "\nkafka: {outcomes: done}\n")
        process = subprocess.Popen(
            [suite.wend_bin(), "stream", "-c", path, "--state", self.path("state"),
             "--checkpoint-interval", "50ms", "-X", f"brokers={self.cluster.brokers}", "-X",
             "topics=clicks"], cwd=self.place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        end = time.monotonic() + 60
        while len({record["journey_id"] for _, record in self.sent("done")}) < len(self.decided):
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(process.poll())
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        text = process.communicate(timeout=60)[1].decode()
        self.assertEqual(0, process.returncode, text)
        self.assertEqual(0, self.check_outcomes("done"))

    def test_killed_at_any_time(self):
        seeds = range(SEEDS)
        expected = self.fill_topics(20_000, PARTITIONS, [f"done-{seed}" for seed in seeds])
        begun = time.monotonic()
        self.run_state("first")
        whole = 1.3 * (time.monotonic() - begun)
        for seed in seeds:
            chance = random.Random(seed)
            option = ("-X", f"outcomes=done-{seed}")
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            for _ in range(3):
                process = self.begin("out", *option)
                try:
                    process.communicate(timeout=chance.uniform(0, whole))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
            with self.subTest(seed=seed):
                self.run_state("out", *option)
                self.assert_same(expected, self.path("out"))
                self.check_outcomes(f"done-{seed}")
                self.check_chains()

    def test_killed_at_each_step(self):
        """Also between a commit and the acknowledgement: what was told is told again."""
        most = 200
        expected = self.fill_topics(6_000, 1, [f"done-{step}" for step in range(1, most)])
        step, died, again = 0, True, 0
        while died:
            step += 1 if FULL or step < 40 else 7
            option = ("-X", f"outcomes=done-{step}", "--checkpoint-interval", "10s")
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            process = self.begin("out", *option, WEND_TEST_KILL_AT=str(step))
            process.communicate(timeout=60)
            died = process.returncode == -signal.SIGKILL
            with self.subTest(step=step):
                if not died:
                    self.assertEqual(0, process.returncode)
                self.run_state("out", *option)
                self.assert_same(expected, self.path("out"))
                again += self.check_outcomes(f"done-{step}")
                self.check_chains(1)
        self.assertGreater(step, 20)  # or this build has no steps
        self.assertGreater(again, 0)  # or no step lay behind the sending

    def die_with_outcomes(self):
        """Leaves a state that names outcomes of which none was sent."""
        named, step = [], 20
        while not named:
            subprocess.run(["rm", "-rf", self.path("state")], check=True)
            process = self.begin("out", "-X", "outcomes=done", "--checkpoint-interval", "10s",
                                 WEND_TEST_KILL_AT=str(step))
            process.communicate(timeout=60)
            self.assertEqual(-signal.SIGKILL, process.returncode)
            step += 1
            for path in self.manifests()[-1:]:
                with open(path, encoding="utf-8") as file:
                    named = [line.split()[1] for line in file if line.startswith("outbox ")]
        self.assertEqual([], self.sent("done"))
        return self.path(f"state/clicks-0/{named[0]}")

    def test_what_waits_in_a_state_is_carried_on(self):
        """Also by a run that has no topic for it."""
        self.fill_topics(6_000, 1, ["done"])
        self.die_with_outcomes()
        self.run_state("out")  # its tables have the journeys: the state fits
        self.assertEqual([], self.sent("done"))
        self.run_state("out", "-X", "outcomes=done")
        self.assertEqual(0, self.check_outcomes("done"))

    def test_outcomes_that_are_gone(self):
        self.fill_topics(6_000, 1, ["done"])
        os.remove(self.die_with_outcomes())
        text = self.run_state("out", "-X", "outcomes=done", code=3)
        self.assertIn("which holds outcomes that were not sent yet, is gone or damaged", text)

    def test_outcomes_that_are_damaged(self):
        self.fill_topics(6_000, 1, ["done"])
        with open(self.die_with_outcomes(), "r+b") as file:
            file.seek(-20, os.SEEK_END)
            file.write(b"nothing of that kind")
        text = self.run_state("out", "-X", "outcomes=done", code=3)
        self.assertIn("outcomes that were not sent yet cannot be read", text)
        self.assertEqual([], self.sent("done"))

    def test_mistakes(self):
        self.open(clicks=1, done=1)
        self.definitions = PLAIN
        messages.send(self.cluster.brokers, "clicks", [(0, event(i)) for i in range(10)])
        text = self.run_state("out", "-X", "outcomes=done", code=2)
        self.assertIn("the definitions have no `journeys`", text)
        self.definitions = PLAIN + "journeys: [{name: j, goal: [a]}]\n"
        text = self.run_state("out", "-X", "outcomes=$DONE", code=2)
        self.assertIn("`outcomes` is the name of a topic", text)
        text = self.run_state("out", "-X", "outcomes=done", "--lateness", "unlimited", code=2)
        self.assertIn("`outcomes` of `kafka` needs a bound of lateness", text)
        _, text = self.stream(self.definitions, "-X", "outcomes=done", code=2)
        self.assertIn("`outcomes` of `kafka` are sent behind checkpoints; add --state", text)

    def test_customers_that_are_not_shown(self):
        self.open(clicks=1, hashed=1, none=1)
        self.definitions = PLAIN + "journeys: [{name: j, goal: [b]}]\n"
        messages.send(self.cluster.brokers, "clicks", [
            (0, event(0, name="a")), (0, event(1, name="b")), (0, event(9 * 86400, user="v"))])
        key = self.write("key", "a key of sixteen bytes and more")
        self.run_state("out", "-X", "outcomes=hashed", "--customer-ids", "hash", "--key-file", key)
        (_, name, value), = messages.dump(self.cluster.brokers, "hashed", 1)
        self.assertRegex(name.decode(), "^[0-9a-f]{32}$")
        self.assertEqual(name.decode(), json.loads(value)["customer_id"])
        subprocess.run(["rm", "-rf", self.path("state")], check=True)
        self.run_state("out", "-X", "outcomes=none", "--customer-ids", "none")
        (_, name, value), = messages.dump(self.cluster.brokers, "none", 1)
        self.assertIsNone(name)
        self.assertIsNone(json.loads(value)["customer_id"])


if __name__ == "__main__":
    suite.main()
