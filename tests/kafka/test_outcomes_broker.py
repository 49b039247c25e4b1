#!/usr/bin/env python3
"""Decided journeys in a topic of a real Kafka: brokers that take none, members that are killed.

Exits with 77 where there is no Java, no Maven or no way to the jars.
"""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_live_broker  # noqa: E402  exits with 77 where it must
import broker  # noqa: E402
import suite  # noqa: E402

PARTITIONS = test_live_broker.PARTITIONS
JOURNEYS = """
journeys:
  - {name: third, goal: [n3], timeout: 30m}
  - {name: none, start: [n1], goal: [never], timeout: 2m}
kafka: {outcomes: done}
"""


@suite.needs_wend
class OutcomesBroker(test_live_broker.LiveBroker):

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.place, "plain.yaml"), "a", encoding="utf-8") as file:
            file.write(JOURNEYS)

    def tearDown(self):
        super().tearDown()
        for member in self.running:
            member.said.close()

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as failure:
            return failure.code, failure.read().decode()
        except OSError as failure:
            return 0, str(failure)

    def begin(self, kafka, name, *more):
        said = open(os.path.join(self.place, f"{name}-said"), "w+", encoding="utf-8")
        member = subprocess.Popen(
            self.command(kafka, "clicks", "-o", "live", "-X", f"group.instance.id={name}", "-X",
                         "session.timeout.ms=6000", *more),
            cwd=self.place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        member.said = said
        self.running.append(member)
        return member

    def end(self, member):
        member.terminate()
        code = member.wait(60)
        member.said.seek(0)
        text = member.said.read()
        if "Static consumer fenced" not in text:
            self.assertEqual(0, code, text)
        return text

    def told(self, kafka):
        return [(record.key, json.loads(record.value)) for record in kafka.read("done")]

    def decided(self, kafka):
        self.replay(kafka, "clicks", "--tables", "all")
        rows = subprocess.run(
            [suite.wend_bin(), "show", "replayed", "journeys", "--format", "json"], check=True,
            cwd=self.place, stdout=subprocess.PIPE, timeout=60).stdout.splitlines()
        return {row["journey_id"]: (row["scope"], row["customer_id"], row["outcome"],
                                    row["path_steps"])
                for row in map(json.loads, rows) if row["outcome"] != "open"}

    def refused(self, kafka):
        """A limit of the topic: the brokers take none."""
        kafka.create("clicks", PARTITIONS)
        kafka.create("done", 2, max_message_bytes=100)
        kafka.produce("clicks", test_live_broker.records(0, 8000))
        self.port = broker.free_ports()
        member = self.begin(kafka, "a", "--listen", f"127.0.0.1:{self.port}")
        self.wait_for("clicks", 8000)
        broker.wait_until(lambda: "do not take the outcomes" in self.ask("/readyz")[1],
                          "not ready, with the reason")
        self.assertEqual(200, self.ask("/healthz")[0])  # a restart would not help
        metrics = self.ask("/metrics")[1]
        self.assertIn("\nwend_outcomes_stalled 1\n", metrics)
        self.assertIn("\nwend_outcomes_sent_total 0\n", metrics)
        text = self.end(member)
        self.assertIn("outcomes could not be sent yet", text)
        self.assertEqual([], self.told(kafka))

    def mended(self, kafka):
        """The next start sends what stands in the state."""
        kafka.set_config("done", max_message_bytes=1000000)
        members = {name: self.begin(kafka, name) for name in "ab"}
        broker.wait_until(lambda: len(self.told(kafka)) > 1000, "what waited is sent")
        for round_ in range(2):
            kafka.produce("clicks", test_live_broker.records(8000 + 4000 * round_, 4000))
            self.wait_for("clicks", 12000 + 4000 * round_)
            members["b"].kill()
            members["b"].wait()
            if round_ == 1:
                kafka.kill(1)
                kafka.restart(1)
            members["b"] = self.begin(kafka, "b")
        last = [broker.Record(f'{{"ts": {test_live_broker.T0 + 200_000}, "user": "last-{i}", '
                              '"name": "n0"}'.encode(), b"last", partition=i)
                for i in range(PARTITIONS)]
        kafka.produce("clicks", last)
        self.wait_for("clicks", 16000 + PARTITIONS)
        expected = self.decided(kafka)
        self.assertGreater(len(expected), 2000)
        broker.wait_until(lambda: len({r["journey_id"] for _, r in self.told(kafka)}) >=
                          len(expected), "all outcomes")
        for member in members.values():
            self.end(member)
        found = {}
        for key, record in self.told(kafka):
            self.assertEqual(key.decode(), record["customer_id"])
            said = (record["journey"], record["customer_id"], record["outcome"],
                    record["path_steps"])
            self.assertEqual(said, found.setdefault(record["journey_id"], said))
        self.assertEqual(expected, found)

    def test_kafka(self):
        try:
            broker.fetch("4")
        except broker.Unavailable as reason:
            self.skipTest(str(reason))
        with broker.Cluster(version="4") as kafka:
            self.refused(kafka)
            self.mended(kafka)


if __name__ == "__main__":
    suite.main()
