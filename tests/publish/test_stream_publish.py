#!/usr/bin/env python3
"""`wend stream --publish`: each window gets into PostgreSQL once, whoever is away or killed.

Usage: test_stream_publish.py MESSAGES_TOOL. The topics are of librdkafka's mock cluster.
"""
import glob
import json
import os
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../kafka"))
import publish_case  # noqa: E402
import messages  # noqa: E402
import suite  # noqa: E402

HOUR = 3600
T0 = 1_749_999_600  # 2025-06-15T15:00:00Z
DEFINITIONS = """
time: ts
customer: user
event: name
sessions: {gap: 10m}
"""
SECONDS = 60


class StreamPublish(publish_case.PublishCase):

    def setUp(self):
        super().setUp()
        self.live = f"{self.place}/{self.database}"
        os.makedirs(self.live)
        with open(f"{self.live}/stream.yaml", "w", encoding="utf-8") as file:
            file.write(DEFINITIONS)
        self.cluster = messages.Mock(clicks=1)
        self.addCleanup(self.cluster.close)
        self.runs = []
        self.addCleanup(lambda: [self.end(run, signal.SIGKILL) for run in self.runs])

    def send_hour(self, hour):
        """Sessions of an hour; those of the hour before are complete by the last event."""
        messages.send(self.cluster.brokers, "clicks", [
            (0, json.dumps({"ts": T0 + hour * HOUR + 30 * i, "user": f"{hour}-{i % 20}",
                            "name": "abc"[i % 3]}).encode()) for i in range(100)])

    def stream(self, *more):
        run = subprocess.Popen(
            [suite.wend_bin(), "stream", "-c", f"{self.live}/stream.yaml", "-o",
             f"{self.live}/out", "--state", f"{self.live}/state", "--checkpoint-interval", "100ms",
             "-X", f"brokers={self.cluster.brokers}", "-X", "topics=clicks", "-X",
             "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=500", *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")})
        self.runs.append(run)
        return run

    def publishing(self, *more):
        return self.stream("--publish", self.pg.conninfo(self.database), *more)

    @staticmethod
    def end(run, number=signal.SIGTERM):
        """What it said."""
        if run.poll() is None:
            run.send_signal(number)
        if run.stderr.closed:
            return ""
        text = run.communicate(timeout=SECONDS)[1]
        run.stderr.close()
        return text

    def folders(self):
        return sorted(glob.glob(f"{self.live}/out/2025-*"))

    def wait_for_folders(self, count, run):
        end = time.monotonic() + SECONDS
        while len(self.folders()) < count:
            if run.poll() is not None:
                self.fail(self.end(run))
            self.assertLess(time.monotonic(), end, f"{self.folders()}, not {count}")
            time.sleep(0.05)

    def wait_for_windows(self, count, run, schema="wend"):
        end = time.monotonic() + SECONDS
        while True:
            found = self.sql(f"SELECT count(*) FROM {schema}.publish_log", check=False)
            if found.returncode == 0 and int(found.stdout) >= count:
                return
            if run.poll() is not None:
                self.fail(self.end(run))
            self.assertLess(time.monotonic(), end, f"{found}, not {count}; {self.folders()}")
            time.sleep(0.05)

    def assert_published(self, count, schema="wend"):
        self.assertEqual(len(self.folders()), count)
        self.assertGreater(self.assert_equal(self.folders(), schema), 10)
        self.assertEqual(self.sql(f"SELECT count(*), count(DISTINCT window_start) "
                                  f"FROM {schema}.publish_log"), f"{count}|{count}")

    def test_each_window_is_there_soon_after_it_is_complete(self):
        run = self.publishing("--schema", "hours")
        for hour in range(4):
            self.send_hour(hour)
            if hour > 0:
                self.wait_for_windows(hour, run, "hours")
        said = self.end(run)
        self.assertEqual(run.returncode, 0)
        self.assertNotIn("PostgreSQL", said)
        self.assert_published(3, "hours")
        # What the command adds is nothing.
        said = self.publish(f"{self.live}/out", "--schema", "hours")
        self.assertIn("0 windows", said.stdout)

    def test_a_server_that_is_away_holds_nothing_up(self):
        run = self.publishing()
        self.send_hour(0)
        self.send_hour(1)
        self.wait_for_windows(1, run)
        self.pg.stop()
        try:
            for hour in range(2, 5):
                self.send_hour(hour)
            self.wait_for_folders(4, run)
            time.sleep(3)
        finally:
            self.pg.start()
        self.wait_for_windows(4, run)
        self.send_hour(5)
        self.wait_for_windows(5, run)
        said = self.end(run)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(said.count("is not in PostgreSQL yet"), 1, said)
        self.assertIn("the stream goes on", said)
        self.assertIn("PostgreSQL has all windows again", said)
        self.assert_published(5)

    def test_what_was_missed_is_published_at_the_next_start(self):
        run = self.stream()
        for hour in range(3):
            self.send_hour(hour)
        self.wait_for_folders(2, run)
        self.end(run)
        run = self.publishing()
        self.wait_for_windows(2, run)
        self.assert_published(2)

    def test_killed_at_random_nothing_is_doubled(self):
        for hour in range(4):
            run = self.publishing()
            self.send_hour(hour)
            time.sleep(0.5 + 0.3 * hour)
            self.end(run, signal.SIGKILL)
        run = self.publishing()
        self.send_hour(4)
        self.wait_for_folders(4, run)
        self.wait_for_windows(4, run)
        self.assert_published(4)

    def test_a_session_that_is_killed_is_made_good(self):
        run = self.publishing()
        for hour in range(5):
            self.send_hour(hour)
            for _ in range(20):
                self.pg.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            f"WHERE {publish_case.SESSIONS}")
        self.wait_for_folders(4, run)
        self.wait_for_windows(4, run)
        self.assert_published(4)

    def test_two_members_publish_each_window_once(self):
        runs = [self.publishing(), self.publishing()]
        for hour in range(4):
            self.send_hour(hour)
        self.wait_for_folders(3, runs[0])
        self.wait_for_windows(3, runs[0])
        time.sleep(11)  # both have looked again
        for run in runs:
            self.end(run)
            self.assertEqual(run.returncode, 0)
        self.assert_published(3)

    def test_stopped_while_the_server_does_not_answer(self):
        self.send_hour(0)
        self.send_hour(1)
        self.sql("CREATE SCHEMA wend; CREATE SCHEMA wend_store")
        locker = subprocess.Popen(
            [os.path.join(self.pg.bin, "psql"), "-XqAt", "-d", self.pg.conninfo(self.database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(locker.stdout.close)
        self.addCleanup(locker.wait)
        self.addCleanup(locker.kill)
        self.addCleanup(locker.stdin.close)
        locker.stdin.write("BEGIN; LOCK TABLE pg_catalog.pg_namespace; SELECT 'locked';\n")
        locker.stdin.flush()
        self.assertEqual(locker.stdout.readline(), "locked\n")
        run = self.publishing()
        self.wait_for_folders(1, run)
        time.sleep(1)
        before = time.monotonic()
        self.end(run)
        self.assertEqual(run.returncode, 0)
        self.assertLess(time.monotonic() - before, 30)
        locker.kill()
        run = self.publishing()
        self.wait_for_windows(1, run)
        self.assert_published(1)

    def test_what_can_be_known_to_be_wrong_stops_the_start(self):
        for more, hint in ((("--publish", "nonsense"), "connection string"),
                           (("--publish", "host=x", "--schema", ""), "--schema"),
                           (("--publish", "host=x", "--until-end"), "without end")):
            with self.subTest(more=more):
                run = self.stream(*more)
                said = run.communicate(timeout=SECONDS)[1]
                run.stderr.close()
                self.assertEqual(run.returncode, 2, said)
                self.assertIn(hint, said)


if __name__ == "__main__":
    if not messages.TOOL:
        print("give the path of messages_tool")
        sys.exit(77)
    publish_case.main()
