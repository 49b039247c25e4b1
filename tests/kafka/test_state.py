#!/usr/bin/env python3
"""`wend stream --state`: whatever a run dies of, the next one gives what an undisturbed one gives.

Usage: test_state.py MESSAGES_TOOL. The cluster is librdkafka's mock. WEND_FULL=1: more seeds.
"""
import glob
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stream_case import PLAIN, StreamCase, event  # noqa: E402
import messages  # noqa: E402
import suite  # noqa: E402

USER = re.compile(rb'"user_id": ?"([^"]*)"')
FULL = os.environ.get("WEND_FULL") == "1"
SEEDS = 50 if FULL else 10
PARTITIONS = 3


def customer(line):
    found = USER.search(line)
    return found.group(1) if found else line


class StateCase(StreamCase):

    def fill(self, events=30_000, partitions=PARTITIONS):
        """A topic of made-up events; what a replay makes of them."""
        lines, definitions = self.generate(events)
        self.open(clicks=partitions)
        parts, files = self.partitions(lines, partitions, customer)
        messages.send(self.cluster.brokers, "clicks",
                      [(i, line) for i, part in enumerate(parts) for line in part])
        self.definitions = definitions
        return self.replay(definitions + "\nwindow: 1h\nlateness: 10m\n", files), parts

    def arguments(self, out, *more):
        path = self.write("stream.yaml", self.definitions)
        return [suite.wend_bin(), "stream", "-c", path, "--until-end", "-o", self.path(out),
                "--replace", "--tables", "all", "--state", self.path("state"),
                "--checkpoint-interval", "20ms", "-X", f"brokers={self.cluster.brokers}",
                "-X", "topics=clicks", "-j", "2", *more]

    def begin(self, out, *more, **environment):
        return subprocess.Popen(
            self.arguments(out, *more), cwd=self.place, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", **environment})

    def run_state(self, out, *more, code=0, **environment):
        process = self.begin(out, *more, **environment)
        text = process.communicate(timeout=60)[1].decode()
        self.assertEqual(code, process.returncode, text)
        return text

    def manifests(self, partition=0):
        return sorted(glob.glob(self.path(f"state/clicks-{partition}/m-*")))

    def facts(self, path):
        with open(path, encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(" ", 1) for line in file if " " in line)

    def check_chains(self, partitions=PARTITIONS):
        """One child a number, rising epochs, and no file that nobody names."""
        for partition in range(partitions):
            found = [self.facts(path) for path in self.manifests(partition)]
            self.assertTrue(found)
            seqs = [int(facts["seq"]) for facts in found]
            self.assertEqual(list(range(seqs[0], seqs[0] + len(seqs))), seqs)
            epochs = [int(facts["epoch"]) for facts in found]
            self.assertEqual(sorted(epochs), epochs)
            named = set()
            for path in self.manifests(partition):
                named.add(os.path.basename(path))
                with open(path, encoding="utf-8") as file:
                    named.update(line.split()[1] for line in file
                                 if line.startswith(("state ", "part ", "outbox ")))
            there = set(os.listdir(self.path(f"state/clicks-{partition}")))
            self.assertEqual(set(), there - named)


@suite.needs_wend
class State(StateCase):

    def test_a_state_changes_no_table(self):
        expected, parts = self.fill()
        self.run_state("out")
        self.assert_same(expected, self.path("out"))
        self.check_chains()
        # Nothing has come since: the same again, from what the state holds alone.
        self.run_state("again")
        self.assert_same(expected, self.path("again"))
        self.assertEqual([len(part) for part in parts], [
            int(self.facts(self.manifests(i)[-1])["next"]) for i in range(PARTITIONS)])

    def test_a_state_goes_on_with_what_has_come_since(self):
        lines, self.definitions = self.generate(20_000)
        self.open(clicks=1)
        for first in range(0, len(lines), 7_000):
            messages.send(self.cluster.brokers, "clicks",
                          [(0, line) for line in lines[first:first + 7_000]])
            self.run_state("out", "-j", "1")
        expected = self.replay(self.definitions + "\nwindow: 1h\nlateness: 10m\n",
                               [self.write("all", b"".join(lines))])
        self.assert_same(expected, self.path("out"))

    def test_killed_at_any_time(self):
        expected, _ = self.fill()
        begun = time.monotonic()
        self.run_state("first")
        whole = time.monotonic() - begun
        for seed in range(SEEDS):
            chance = random.Random(seed)
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            kills = 0
            while kills < 3:
                process = self.begin("out")
                try:
                    process.communicate(timeout=chance.uniform(0, whole))
                    break  # it was faster
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
            with self.subTest(seed=seed, kills=kills):
                self.run_state("out")
                self.assert_same(expected, self.path("out"))
                self.check_chains()

    def test_killed_at_each_step_of_a_checkpoint(self):
        expected, _ = self.fill(events=6_000, partitions=1)
        step, died = 0, True
        while died:
            step += 1 if FULL or step < 24 else 7
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            process = self.begin("out", WEND_TEST_KILL_AT=str(step))
            process.communicate(timeout=60)
            died = process.returncode == -signal.SIGKILL
            with self.subTest(step=step):
                if not died:
                    self.assertEqual(0, process.returncode)
                self.run_state("out")
                self.assert_same(expected, self.path("out"))
                self.check_chains(1)
        self.assertGreater(step, 10)  # or this build has no steps

    def test_killed_at_each_step_of_a_recovery(self):
        expected, _ = self.fill(events=6_000, partitions=1)
        self.run_state("first")
        subprocess.run(["cp", "-a", self.path("state"), self.path("kept")], check=True)
        step, died = 0, True
        while died:
            step += 1
            subprocess.run(["rm", "-rf", self.path("state")], check=True)
            subprocess.run(["cp", "-a", self.path("kept"), self.path("state")], check=True)
            process = self.begin("out", WEND_TEST_KILL_AT=str(step))
            process.communicate(timeout=60)
            died = process.returncode == -signal.SIGKILL
            self.run_state("out")
            self.assert_same(expected, self.path("out"))
            self.check_chains(1)

    def damaged(self, change):
        """Runs, changes the newest state, runs again: an older checkpoint gives the same."""
        expected, _ = self.fill(events=20_000, partitions=1)
        self.run_state("first", "--checkpoint-interval", "1ms")
        change()
        text = self.run_state("out")
        self.assertIn("an older checkpoint is used", text)
        self.assert_same(expected, self.path("out"))

    def test_a_torn_manifest_is_passed_over(self):
        def tear():
            path = self.manifests()[-1]
            os.truncate(path, os.path.getsize(path) // 2)
        self.damaged(tear)

    def test_a_flipped_bit_in_a_state_is_found(self):
        def flip():
            path = self.path("state/clicks-0/" +
                             self.facts(self.manifests()[-1])["state"].split()[0])
            with open(path, "r+b") as file:
                file.seek(os.path.getsize(path) // 2)
                byte = file.read(1)[0]
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte ^ 4]))
        self.damaged(flip)

    def test_a_missing_state_is_passed_over(self):
        self.damaged(lambda: os.remove(self.path(
            "state/clicks-0/" + self.facts(self.manifests()[-1])["state"].split()[0])))

    def test_no_checkpoint_that_can_be_read(self):
        self.fill(events=1_000, partitions=1)
        self.run_state("first")
        for path in self.manifests():
            os.truncate(path, 20)
        text = self.run_state("out", code=3)
        self.assertIn("no checkpoint of", text)

    def test_who_is_taken_over_writes_nothing(self):
        """A paused process wakes up when another one has its partitions: it finds out, and ends."""
        expected, _ = self.fill(events=60_000)
        for seed in range(3):
            subprocess.run(["rm", "-rf", self.path("state")], check=True)
            zombie = self.begin("zombie")
            while not all(self.manifests(i) for i in range(PARTITIONS)):
                time.sleep(0.001)  # until it owns them
            time.sleep(random.Random(seed).uniform(0, 0.15))
            zombie.send_signal(signal.SIGSTOP)
            self.run_state("out")
            self.assert_same(expected, self.path("out"))
            before = {path: os.stat(path).st_mtime_ns
                      for path in glob.glob(self.path("state/*/m-*"))}
            zombie.send_signal(signal.SIGCONT)
            text = zombie.communicate(timeout=60)[1].decode()
            if zombie.returncode != 0:  # else it was done before
                self.assertIn(zombie.returncode, (2, 3), text)
                self.assertIn("taken over", text.replace("taken clicks", "taken over"))
            self.assertEqual(before, {path: os.stat(path).st_mtime_ns
                                      for path in glob.glob(self.path("state/*/m-*"))})
            self.run_state("again")
            self.assert_same(expected, self.path("again"))

    def test_changed_definitions(self):
        self.open(clicks=1)
        self.definitions = PLAIN
        messages.send(self.cluster.brokers, "clicks", [(0, event(i)) for i in range(10)])
        self.run_state("out")
        self.definitions = PLAIN + "sessions: {gap: 20m}\n"
        text = self.run_state("out", code=2)
        self.assertIn("the definitions have changed since the checkpoint", text)
        self.assertIn("at offset 10", text)
        messages.send(self.cluster.brokers, "clicks", [(0, event(1190))])
        self.run_state("out", "--accept-new-definitions")
        self.assertEqual(1, self.manifest(self.path("out"))["counters"]["sessions"])
        self.definitions = PLAIN + "window: 1d\n"
        text = self.run_state("out", "--accept-new-definitions", code=2)
        self.assertIn("cannot be added to", text)

    def test_a_topic_that_is_shorter_than_the_state(self):
        self.open(clicks=1)
        self.definitions = PLAIN
        messages.send(self.cluster.brokers, "clicks", [(0, event(i)) for i in range(10)])
        self.run_state("out")
        self.cluster.close()
        self.open(clicks=1)
        messages.send(self.cluster.brokers, "clicks", [(0, event(i)) for i in range(4)])
        text = self.run_state("out", code=3)
        self.assertIn("goes on at offset 10, but its log ends at 4", text)

    def test_partitions_that_were_added(self):
        """It is said once; the new ones are read from their beginning, whatever `start` says."""
        self.open(clicks=2)
        self.definitions = PLAIN
        latest = ("-X", "start=latest")
        old = [(i % 2, event(i, user=f"u{i % 2}")) for i in range(10)]
        messages.send(self.cluster.brokers, "clicks", old)
        self.run_state("out")
        self.cluster.close()
        self.open(clicks=3)
        messages.send(self.cluster.brokers, "clicks",
                      old + [(2, event(20 + i, user="v")) for i in range(5)])
        text = self.run_state("out", *latest)
        self.assertIn("`clicks` has 3 partitions now, and had 2", text)
        self.assertIn("Customers whose key moves to another partition are counted as two", text)
        self.assertEqual(15, self.manifest(self.path("out"))["counters"]["read"])
        self.assertNotIn("partitions now", self.run_state("out", *latest))
        self.cluster.close()
        self.open(clicks=2)
        messages.send(self.cluster.brokers, "clicks", old)
        text = self.run_state("out", code=3)
        self.assertIn("`clicks` has 2 partitions, and had 3: the topic was made anew", text)

    def test_a_full_disk(self):
        """Checkpoints fail while the disk is full, and go on when there is room again."""
        expected, _ = self.fill(events=60_000, partitions=1)
        os.mkdir(self.path("small"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none",
                                  self.path("small")], check=False, stderr=subprocess.DEVNULL)
        if mounted.returncode:
            self.skipTest("no file system can be mounted here")
        try:
            process = self.begin("out", "--state", self.path("small/state"))
            time.sleep(3)
            self.assertIsNone(process.poll())  # it waits
            subprocess.run(["mount", "-o", "remount,size=64m", self.path("small")], check=True)
            text = process.communicate(timeout=60)[1].decode()
            self.assertEqual(0, process.returncode, text)
            self.assertIn("a checkpoint failed and is tried again", text)
            self.assert_same(expected, self.path("out"))
        finally:
            subprocess.run(["umount", self.path("small")], check=False)


if __name__ == "__main__":
    suite.main()
