#!/usr/bin/env python3
"""`wend stream --listen`: health and numbers of a run while it goes on.

Usage: test_stream_listen.py MESSAGES_TOOL. The cluster is librdkafka's mock.
"""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../kafka"))
import messages  # noqa: E402
import server  # noqa: E402
import suite  # noqa: E402

DEFINITIONS = "time: ts\ncustomer: user\nevent: name\nlateness: 1h\n"
T0 = 1_750_000_000
PARTITIONS = 3


def made_messages(count):
    """Messages, and what must be counted of them."""
    made = []
    for i in range(count):
        partition = i % PARTITIONS
        event = {"ts": T0 + i // 10, "user": f"u{i % 997}", "name": f"n{i % 7}"}
        if i % 100 == 97:
            value = b"{broken"
        elif i % 100 == 98:
            del event["user"]
            value = json.dumps(event).encode()
        elif i % 100 == 99 and i > count // 2:
            value = json.dumps({**event, "ts": T0 - 86400}).encode()
        else:
            value = json.dumps(event).encode()
        made.append((partition, value, b"k", (T0 + i // 10) * 1000))
    return made


@suite.needs_wend
class Listen(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-listen-")
        self.process = None
        with open(os.path.join(self.folder.name, "wend.yaml"), "w", encoding="utf-8") as file:
            file.write(DEFINITIONS)

    def tearDown(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.communicate()
        self.folder.cleanup()

    def start(self, brokers, *arguments, mode=("--until-end",)):
        self.process = subprocess.Popen(
            [suite.wend_bin(), "stream", "-c", "wend.yaml", *mode, "-X",
             f"brokers={brokers}", "-X", "topics=clicks", "--listen", "127.0.0.1:0", "-j", "1",
             "--rate", "unlimited", *arguments],
            cwd=self.folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "NO_COLOR": "1"})
        line = self.process.stderr.readline().decode()
        found = re.match(r"wend: metrics: http://([\d.]+):(\d+)/metrics$", line)
        self.assertTrue(found, line)
        self.address = (found[1], int(found[2]))

    def get(self, target):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def test_it_lives_but_is_not_ready_while_no_broker_answers(self):
        with server.socket.socket() as nobody:  # bound, and not listening
            nobody.bind(("127.0.0.1", 0))
            self.start(f"127.0.0.1:{nobody.getsockname()[1]}")
            status, body = self.get("/readyz")
            self.assertEqual(status, 503)
            self.assertIn("brokers", json.loads(body)["error"])
            self.assertEqual(self.get("/healthz")[0], 200)
            found = server.samples(self.get("/metrics")[1])
            self.assertEqual(found["wend_events_read_total", ()], 0)
            self.assertEqual(self.get("/v1/paths")[0], 404)
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=60)
            self.assertEqual(self.process.returncode, 130)

    def scrape(self):
        """Scrapes until the run is over; returns all texts with partitions."""
        texts = []
        while self.process.poll() is None:
            try:
                status, text = self.get("/metrics")
                health = self.get("/healthz")[0]
            except OSError:
                continue
            self.assertEqual((status, health), (200, 200))
            if b'wend_consumer_lag{' in text:
                texts.append(text)
            time.sleep(0.005)
        return texts

    def watched_run(self, brokers):
        """Texts of a run, the last of them after all was read, and its report. The time between
        reading and the end is short: a busy machine may need several runs to look at it."""
        for _ in range(20):
            self.start(brokers, "--json", "-o", "out", "--tables", "all", "--replace")
            texts = self.scrape()
            report = json.loads(self.process.communicate(timeout=60)[0])
            self.assertEqual(self.process.returncode, 0)
            over = [number for (name, _), number in server.samples(texts[-1]).items()
                    if name == "wend_partition_over"] if len(texts) > 2 else []
            if over == [1] * PARTITIONS:
                return texts, report
        raise self.failureException("no look at a run after all was read")

    def test_numbers_grow_to_those_of_the_report(self):
        count = 210000 if suite.full() else 60000
        cluster = messages.Mock(clicks=PARTITIONS)
        try:
            messages.send(cluster.brokers, "clicks", made_messages(count))
            texts, report = self.watched_run(cluster.brokers)
        finally:
            cluster.close()
        before = {}
        for text in texts:
            found = server.samples(text)
            read = found["wend_events_read_total", ()]
            gone = sum(number for (name, _), number in found.items() if name in (
                "wend_events_filtered_total", "wend_dlq_total", "wend_late_events_total"))
            self.assertLessEqual(found["wend_events_accepted_total", ()] + gone, count)
            self.assertLessEqual(read, count)
            for key, number in found.items():
                if key[0].endswith("_total"):
                    self.assertGreaterEqual(number, before.get(key, 0), key)
                if key[0] == "wend_consumer_lag":
                    offset = found["wend_consumer_offset", key[1]]
                    self.assertEqual(number + offset, count / PARTITIONS)
            before = found
        # The last look was when all had been read.
        counters = report
        self.assertEqual(before["wend_events_read_total", ()], counters["read"])
        self.assertEqual(before["wend_late_events_total", (("reason", "lateness"),)],
                         counters["late"])
        for reason in ("shape", "customer", "time", "future"):
            self.assertEqual(before["wend_dlq_total", (("reason", reason),)],
                             counters["rejected"][reason])
        self.assertGreater(counters["late"], 0)
        self.assertGreater(counters["rejected"]["shape"], 0)
        for partition in range(PARTITIONS):
            labels = (("topic", "clicks"), ("partition", str(partition)))
            self.assertEqual(before["wend_consumer_lag", labels], 0)
            self.assertEqual(before["wend_partition_over", labels], 1)
            self.assertEqual(before["wend_records_consumed_total", labels], count / PARTITIONS)
            self.assertAlmostEqual(before["wend_watermark_seconds", labels], T0 + count / 10,
                                   delta=2)
        if server.promtool():
            checked = subprocess.run([server.promtool(), "check", "metrics"], input=texts[-1],
                                     capture_output=True, timeout=60, check=False)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))

    def look_until(self, holds):
        """The first numbers that do."""
        end = time.monotonic() + 60
        while True:
            text = self.get("/metrics")[1]
            found = server.samples(text)
            if holds(found):
                return found, text
            self.assertLess(time.monotonic(), end, text.decode())
            time.sleep(0.05)

    def test_checkpoints_of_a_live_stream(self):
        count = 3000
        by_partition = [(("topic", "clicks"), ("partition", str(i))) for i in range(PARTITIONS)]
        cluster = messages.Mock(clicks=PARTITIONS)
        try:
            messages.send(cluster.brokers, "clicks", made_messages(count))
            self.start(cluster.brokers, "--state", "state", "--checkpoint-interval", "50ms",
                       mode=())
            found, text = self.look_until(lambda found: all(
                found.get(("wend_checkpoints_total", labels), 0) > 0
                and found["wend_committed_lag", labels] == 0 for labels in by_partition))
            for labels in by_partition:
                self.assertEqual(found["wend_checkpoint_failures_total", labels], 0)
                self.assertLess(found["wend_checkpoint_age_seconds", labels], 60)
                self.assertGreater(found["wend_checkpoint_duration_seconds", labels], 0)
                self.assertGreater(found["wend_checkpoint_stall_seconds", labels], 0)
                self.assertGreater(found["wend_state_bytes", labels], 0)
                # All of these events are of five minutes: every unit is open.
                self.assertGreater(found["wend_open_events", labels], 900)
                self.assertLessEqual(found["wend_open_events", labels], count / PARTITIONS)
            if server.promtool():
                checked = subprocess.run([server.promtool(), "check", "metrics"], input=text,
                                         capture_output=True, timeout=60, check=False)
                self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))
            # A state that cannot be written is told, and tried again.
            os.rename(self.path("state/clicks-0"), self.path("state/away"))
            with open(self.path("state/clicks-0"), "w", encoding="utf-8"):
                pass
            messages.send(cluster.brokers, "clicks", made_messages(300))
            failed, _ = self.look_until(
                lambda found: found["wend_checkpoint_failures_total", by_partition[0]] > 0)
            self.assertGreater(failed["wend_committed_lag", by_partition[0]], 0)
            os.remove(self.path("state/clicks-0"))
            os.rename(self.path("state/away"), self.path("state/clicks-0"))
            self.look_until(lambda found: found["wend_committed_lag", by_partition[0]] == 0)
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=60)
            self.assertEqual(self.process.returncode, 0)
        finally:
            cluster.close()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_options_of_http_need_an_address(self):
        for option in (["--token", "$X"], ["--rate", "3"], ["--request-timeout", "1s"]):
            result = subprocess.run(
                [suite.wend_bin(), "stream", "-c", "wend.yaml", "--until-end", *option],
                cwd=self.folder.name, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 2)
            self.assertIn("--listen", result.stderr)


if __name__ == "__main__":
    suite.main()
