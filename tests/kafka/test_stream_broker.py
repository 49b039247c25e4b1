#!/usr/bin/env python3
"""`wend stream --until-end` and `wend generate --to-kafka` with a real Kafka.

Exits with 77 where there is no Java, no Maven or no way to the jars. Quick: the newest version.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "oracle"))
import suite  # noqa: E402

try:
    import confluent_kafka
    import broker
    from broker import Cluster, Record
except ImportError as error:
    print(f"confluent-kafka is not there; tests/run installs it ({error})")
    sys.exit(77)

PLAIN = "time: ts\ncustomer: user\nevent: name\n"
PLAIN_SECRET = "of-the-test"
WRONG_SECRET = "quite-another-one"
PLAIN_LOGIN = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "listener.name.sasl_ssl.plain.sasl.jaas.config":
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
        f"user_wend=\"{PLAIN_SECRET}\";",
}
T0 = 1_750_000_000


def event(seconds, user="u"):
    return json.dumps({"ts": T0 + seconds, "user": user, "name": "a"}).encode()


@suite.needs_wend
class Broker(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-broker-")
        self.place = self.folder.name
        with open(os.path.join(self.place, "plain.yaml"), "w", encoding="utf-8") as file:
            file.write(PLAIN)

    def tearDown(self):
        self.folder.cleanup()

    def wend(self, *arguments, code=0, **environment):
        result = subprocess.run(
            [suite.wend_bin(), *arguments], cwd=self.place, timeout=300, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            env={**os.environ, "NO_COLOR": "1", **environment})
        text = result.stdout.decode() + result.stderr.decode()
        self.assertEqual(code, result.returncode, f"{arguments}\n{text}")
        return text

    def stream(self, kafka, topic, out, *arguments, **more):
        return self.wend("stream", "-c", "plain.yaml", "--until-end", "-o", out, "-X",
                         f"brokers={kafka.bootstrap}", "-X", f"topics={topic}", *arguments, **more)

    def manifest(self, out):
        with open(os.path.join(self.place, out, "manifest.json"), "rb") as file:
            return json.load(file)

    def tables(self, out):
        found = {}
        for place, _, names in os.walk(os.path.join(self.place, out)):
            for name in names:
                if name.endswith(".parquet"):
                    path = os.path.join(place, name)
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, os.path.join(self.place, out))] = file.read()
        return found

    def generated(self, kafka, _):
        """The topic is made; the stream of it gives what a replay of its partitions gives."""
        self.wend("generate", "--events", "30000", "--days", "3", "--bad-lines", "1%",
                  "--to-kafka", f"{kafka.bootstrap}/made", "--partitions", "5",
                  "--definitions", "made.yaml")
        parts = [b""] * 5
        for record in kafka.read("made"):
            parts[record.partition] += record.value + b"\n"
        for i, part in enumerate(parts):
            with open(os.path.join(self.place, f"part-{i}"), "wb") as file:
                file.write(part)
        self.wend("replay", "-c", "made.yaml", "--lateness", "10m", "--tables", "all", "-o",
                  "replayed", *[f"part-{i}" for i in range(5)])
        for threads in "1", "3":
            self.wend("stream", "-c", "made.yaml", "--until-end", "--tables", "all", "-j", threads,
                      "-o", f"streamed-{threads}")
            self.assertEqual(self.tables("replayed"), self.tables(f"streamed-{threads}"))
            self.assertEqual(self.manifest("replayed")["counters"],
                             self.manifest(f"streamed-{threads}")["counters"])
        self.wend("verify", "streamed-3")

    def holes(self, kafka, _):
        """Aborted messages do not count, and offsets without a message hold nothing up."""
        kafka.create("holes", 1)
        producer = confluent_kafka.Producer({"bootstrap.servers": kafka.bootstrap,
                                             "transactional.id": "t", "log_level": 2})
        producer.init_transactions(60)
        for number, is_good in enumerate((True, False, True)):
            producer.begin_transaction()
            for i in range(10):
                producer.produce("holes", event(i, f"user {number}"), b"key")
            if is_good:
                producer.commit_transaction(60)
            else:
                producer.flush(60)
                producer.abort_transaction(60)
        text = self.stream(kafka, "holes", "holes")
        self.assertEqual(20, self.manifest("holes")["counters"]["read"])
        self.assertIn("13 offsets have no message", text)

    def deleted(self, kafka, _):
        """A log that does not begin at 0."""
        kafka.create("deleted", 2)
        kafka.produce("deleted", [Record(event(i), b"k", partition=i % 2) for i in range(20)])
        kafka.delete_records("deleted", {0: 4})
        self.stream(kafka, "deleted", "deleted")
        manifest = self.manifest("deleted")
        self.assertEqual([(4, 10), (0, 10)], [(i["begin_offset"], i["end_offset"])
                                              for i in manifest["inputs"]])
        self.assertEqual(16, manifest["counters"]["accepted"])

    def closed(self, brokers, settings, out, password, code=0):
        """A stream of the topic over TLS, with the password in the environment."""
        arguments = [word for name, value in settings.items() for word in ("-X", f"{name}={value}")]
        return self.wend("stream", "-c", "plain.yaml", "--until-end", "-o", out, "-X",
                         f"brokers={brokers}", "-X", "topics=closed", *arguments, "-X",
                         "sasl.password=$WEND_TEST_PASSWORD", code=code,
                         WEND_TEST_PASSWORD=password)

    def logins(self, kafka, version):
        kafka.create("closed", 1)
        kafka.produce("closed", [Record(event(0), b"k")])
        login = kafka.login()
        brokers = login.pop("bootstrap.servers")
        password = login.pop("sasl.password")
        plain = {**login, "sasl.mechanism": "PLAIN"}
        self.closed(brokers, plain, "closed", PLAIN_SECRET)
        self.assertEqual(1, self.manifest("closed")["counters"]["accepted"])
        text = self.closed(brokers, plain, "no", WRONG_SECRET, code=3)
        self.assertIn("check security.protocol, sasl.mechanism, sasl.username and sasl.password",
                      text)
        self.assertNotIn(WRONG_SECRET, text)
        # Kafka 4 refuses the SCRAM of an old librdkafka, and wend says so.
        library = re.search(r"librdkafka (\d+)\.(\d+)\.(\d+)", self.wend("--version")).groups()
        if version == "4" and tuple(map(int, library)) < (2, 6, 1):
            text = self.closed(brokers, login, "no", password, code=3)
            self.assertIn("refuses the SCRAM of librdkafka before 2.6.1", text)
        else:
            self.closed(brokers, login, "scram", password)
        kafka.command("acl", "--add", "--deny-principal", "User:wend", "--operation", "All",
                      "--topic", "closed")
        text = self.closed(brokers, plain, "no", PLAIN_SECRET, code=2)
        self.assertIn("there is no topic `closed`", text)
        self.assertIn("or this user may not see it", text)

    def version(self, version):
        try:
            broker.fetch(version)
        except broker.Unavailable as reason:
            self.skipTest(str(reason))
        with Cluster(version, tls=True, settings=PLAIN_LOGIN) as kafka:
            for case in self.generated, self.holes, self.deleted, self.logins:
                with self.subTest(case.__name__):
                    case(kafka, version)

    def test_a_real_kafka(self):
        """Of version 4, and with --full also of 3.9."""
        for version in ("4", "3.9") if suite.full() else ("4",):
            with self.subTest(version=version):
                self.version(version)
                self.tearDown()
                self.setUp()


if __name__ == "__main__":
    suite.main()
