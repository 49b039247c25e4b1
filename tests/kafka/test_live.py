#!/usr/bin/env python3
"""`wend stream` as a member of a group: instances come, go and die, and the tables stay the same.

Usage: test_live.py MESSAGES_TOOL. The cluster is librdkafka's mock.
"""
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_state import StateCase, customer  # noqa: E402
import messages  # noqa: E402
import suite  # noqa: E402

PARTITIONS = 4
# No journey that stays open for days: windows are complete half an hour behind their end.
SESSIONS = """
format: ndjson
time: time
customer: user_id
event: event
id: event_id
"""
JOURNEYS = """
segments: {channel: channel}
journeys:
  - name: buy
    goal: [order_completed]
    timeout: 20d
  - name: quick
    start: [product_view]
    goal: [order_completed]
    within: 1h
    timeout: none
  - name: visit
    goal: [add_to_cart]
    after_goal: continue
    per: session
"""
SECONDS = 90
SLICES = 50  # of three days: another window in each


@suite.needs_wend
class Live(StateCase):

    def setUp(self):
        super().setUp()
        self.members = []

    def tearDown(self):
        for member in self.members:
            if member.poll() is None:
                member.kill()
            member.wait()
            member.stderr.close()
        super().tearDown()

    def join(self, name, *more):
        path = self.write("stream.yaml", self.definitions)
        member = subprocess.Popen(
            [suite.wend_bin(), "stream", "-c", path, "-o", self.path("live"), "--tables",
             "all", "--state", self.path("state"), "--checkpoint-interval", "50ms", "-X",
             f"brokers={self.cluster.brokers}", "-X", "topics=clicks", "-j", "2", "-X",
             f"group.instance.id={name}", "-X", "session.timeout.ms=6000", "-X",
             "heartbeat.interval.ms=500", *more], cwd=self.place, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1"})
        self.members.append(member)
        return member

    def leave(self, member, code=0):
        member.send_signal(signal.SIGTERM)
        text = member.communicate(timeout=SECONDS)[1].decode()
        self.assertEqual(code, member.returncode, text)
        return text

    def send_slowly(self, parts, seconds):
        """Begins to send the messages in slices; join the thread it gives."""
        slices = 10

        def send():
            for i in range(slices):
                messages.send(self.cluster.brokers, "clicks", [
                    (p, line) for p, part in enumerate(parts)
                    for line in part[len(part) * i // slices:len(part) * (i + 1) // slices]])
                time.sleep(seconds / slices)
        thread = threading.Thread(target=send)
        thread.start()
        return thread

    def begin_load(self, events=30_000, seconds=8, definitions=None):
        lines, self.definitions = self.generate(events)
        self.definitions = definitions or self.definitions
        self.open(clicks=PARTITIONS)
        parts, files = self.partitions(lines, PARTITIONS, customer)
        expected = self.replay(self.definitions + "\nwindow: 1h\nlateness: 10m\n", files)
        return expected, parts, self.send_slowly(parts, seconds)

    def wait_for(self, parts):
        """Until checkpoints have all messages."""
        end = time.monotonic() + SECONDS
        while True:
            for member in self.members:
                if member.poll() not in (None, 0, -signal.SIGKILL):
                    self.fail(member.stderr.read().decode() or member.returncode)
            done = [self.manifests(p) for p in range(PARTITIONS)]
            try:
                next_offsets = [int(self.facts(found[-1])["next"]) if found else 0
                                for found in done]
            except FileNotFoundError:
                continue  # swept meanwhile
            if next_offsets == [len(part) for part in parts]:
                return
            self.assertLess(time.monotonic(), end, f"{next_offsets} of {[len(p) for p in parts]}")
            time.sleep(0.05)

    def check(self, expected):
        self.run_state("out")
        self.assert_same(expected, self.path("out"))
        self.check_chains(PARTITIONS)

    def windows(self):
        """The published windows; nothing else lies beside them."""
        found = sorted(os.listdir(self.path("live")))
        for name in found:
            self.assertRegex(name, r"^\d{4}-\d\d-\d\dT\d\d-00-00Z$")
        return [self.path(os.path.join("live", name)) for name in found]

    def check_windows(self, expected, least):
        """The windows, and what was still open, are together what a replay gives."""
        windows = self.windows()
        self.assertGreater(len(windows), least)
        self.run_state("out")
        self.wend("verify", windows[0])
        self.wend("merge", *windows, self.path("out"), "-o", self.path("merged"))
        self.assert_same(expected, self.path("merged"))
        self.wend("verify", self.path("merged"))

    def test_windows_are_published_once_all_have_passed_them(self):
        expected, parts, load = self.begin_load(seconds=10, definitions=SESSIONS)
        first, second = self.join("a"), self.join("b")
        load.join()
        self.wait_for(parts)
        time.sleep(8)
        self.leave(second)
        self.leave(first)
        self.check_windows(expected, 30)

    def test_windows_of_sessions_and_of_journeys_that_stay_open(self):
        """Sessions end half an hour behind their last event, whatever journeys still wait."""
        expected, parts, load = self.begin_load(seconds=6, definitions=SESSIONS + JOURNEYS)
        member = self.join("a")
        load.join()
        self.wait_for(parts)
        time.sleep(12)
        self.leave(member)
        self.check_windows(expected, 30)

    def test_windows_when_members_are_killed(self):
        expected, parts, load = self.begin_load(seconds=16, definitions=SESSIONS)
        chance = random.Random(2)
        for _ in range(4):
            member = self.join("a")
            time.sleep(chance.uniform(4, 6))
            member.kill()
            member.wait()
        load.join()
        member = self.join("a")
        self.wait_for(parts)
        time.sleep(8)
        member.kill()
        member.wait()
        self.check_windows(expected, 30)

    def test_parts_are_folded(self):
        """Each window makes a part; a manifest names few of them, whatever kills the member."""
        lines, _ = self.generate(12_000)
        self.definitions = SESSIONS
        # The last partition is empty, and never idle: no window is published.
        self.open(clicks=PARTITIONS + 1)
        parts, files = self.partitions(lines, PARTITIONS, customer)
        member = self.join("a", "--idle-timeout", "none")
        seen = [set() for _ in range(PARTITIONS)]
        most = 0
        for i in range(SLICES):
            sent = [part[:len(part) * (i + 1) // SLICES] for part in parts]
            messages.send(self.cluster.brokers, "clicks", [
                (p, line) for p, part in enumerate(parts)
                for line in part[len(part) * i // SLICES:len(sent[p])]])
            if i % 15 == 14:
                member.kill()
                member.wait()
                member = self.join("a", "--idle-timeout", "none")
            self.wait_for(sent)
            for partition in range(PARTITIONS):
                names = self.part_names(partition)
                seen[partition] |= names
                most = max(most, len(names))
        self.leave(member)
        self.assertGreater(min(map(len, seen)), 25)
        self.assertLess(most, 16)
        self.check(self.replay(SESSIONS + "\nwindow: 1h\nlateness: 10m\n", files))

    def part_names(self, partition):
        try:
            with open(self.manifests(partition)[-1], encoding="utf-8") as file:
                return {line.split()[1] for line in file if line.startswith("part ")}
        except (IndexError, FileNotFoundError):
            return set()  # none yet, or swept meanwhile

    def test_one_member_that_is_stopped_and_started(self):
        expected, parts, load = self.begin_load()
        for _ in range(2):
            member = self.join("a")
            time.sleep(5)
            self.leave(member)
        load.join()
        member = self.join("a")
        self.wait_for(parts)
        text = self.leave(member)
        self.assertIn(f"4 of 4 partitions, {sum(map(len, parts))} records since their beginning, "
                      "0 messages behind", text)
        self.check(expected)

    def test_one_three_one(self):
        for strategy in ("range", "cooperative-sticky") if suite.full() else ("range",):
            with self.subTest(strategy=strategy):
                subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
                if self.cluster is not None:
                    self.cluster.close()
                expected, parts, load = self.begin_load(seconds=14)
                more = ("-X", f"partition.assignment.strategy={strategy}")
                first = self.join("a", *more)
                time.sleep(5)
                second, third = self.join("b", *more), self.join("c", *more)
                time.sleep(6)
                self.leave(second)
                self.leave(third)
                load.join()
                self.wait_for(parts)
                self.leave(first)
                self.check(expected)

    def test_members_that_are_killed(self):
        expected, parts, load = self.begin_load(seconds=20)
        chance = random.Random(1)
        self.join("a")
        self.join("b")
        for i in range(4):
            time.sleep(chance.uniform(3, 6))
            victim = self.members[-2]
            victim.kill()
            victim.communicate()
            self.join("ab"[i % 2])
        load.join()
        self.wait_for(parts)
        for member in self.members[-2:]:
            self.leave(member)
        self.check(expected)

    def test_a_paused_member_is_taken_over(self):
        """It wakes behind its session's end: whatever it has, it writes nothing of it."""
        expected, parts, load = self.begin_load(seconds=4)
        zombie = self.join("a")
        time.sleep(4)
        zombie.send_signal(signal.SIGSTOP)
        other = self.join("b")
        load.join()
        self.wait_for(parts)
        zombie.send_signal(signal.SIGCONT)
        time.sleep(3)
        if zombie.poll() is None:
            self.leave(zombie)
        else:
            self.assertIn("taken over", zombie.communicate()[1].decode())
        self.members.remove(zombie)
        self.wait_for(parts)
        self.leave(other)
        self.check(expected)


if __name__ == "__main__":
    suite.main()
