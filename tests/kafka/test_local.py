#!/usr/bin/env python3
"""deploy/local/kafka: each version starts, takes and gives records, survives kills, leaves nothing.

Quick: one broker of each version, and three with TLS. Full: also three of the other version, every
command, what users do wrong, and a test that dies.
"""

import os
import signal
import subprocess
import sys
import time
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

VERSIONS = ("3.9", "4")
START = 1_700_000_000_000


def processes(folder):
    """Who has the folder in their command line."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if folder.encode() in file.read():
                        found.append(int(name))
            except OSError:
                pass
    return found


def some_records(count, partitions=None):
    return [Record(f"value {i}".encode(), key=f"customer {i % 50}".encode(),
                   partition=None if partitions is None else i % partitions,
                   timestamp=START + i, headers=[("n", str(i).encode())]) for i in range(count)]


class Cases:
    """What is done with a cluster, whatever its version."""

    def there_and_back(self, kafka, topic, partitions, **login):
        kafka.create(topic, partitions)
        sent = kafka.produce(topic, some_records(2000), **{"compression.type": "zstd", **login})
        self.assertEqual({r.partition for r in sent}, set(range(partitions)))
        got = kafka.read(topic, **login)
        self.assertEqual(sorted(sent, key=lambda r: (r.partition, r.offset)), got)
        ends = kafka.offsets(topic)
        self.assertEqual(sum(next_ for _, next_ in ends.values()), 2000)

    def gone(self, kafka, folder):
        self.assertFalse(os.path.exists(folder))
        broker.wait_until(lambda: not processes(folder), "no process is left", 10)

    def one_broker(self, version):
        with Cluster(version) as kafka:
            folder = kafka.folder
            self.there_and_back(kafka, "clicks", 3)
            # A partition that is chosen, records that are deleted, partitions that are added.
            kafka.create("chosen", 2)
            kafka.produce("chosen", some_records(10, partitions=2))
            kafka.delete_records("chosen", {1: 3})
            self.assertEqual(kafka.offsets("chosen"), {0: (0, 5), 1: (3, 5)})
            kafka.grow("chosen", 4)
            self.assertEqual(kafka.offsets("chosen"), {0: (0, 5), 1: (3, 5), 2: (0, 0), 3: (0, 0)})
            # Old records go within seconds once retention asks for it.
            kafka.set_config("chosen", retention_ms=1000)
            broker.wait_until(lambda: kafka.offsets("chosen")[0] == (5, 5), "retention came")
            kafka.kill(1)
            kafka.restart(1)
            self.assertEqual(len(kafka.read("clicks")), 2000)
            self.assertIn("up", kafka.command("status"))
        self.gone(kafka, folder)

    def three_brokers(self, version):
        with Cluster(version, brokers=3, tls=True) as kafka:
            folder = kafka.folder
            login = kafka.login()
            self.there_and_back(kafka, "clicks", 3, **login)
            self.refused_logins(kafka)
            # The leader dies: another leads, and no record is lost.
            leader = kafka.leader("clicks", 0)
            kafka.kill(leader)
            more = kafka.produce("clicks", some_records(300, partitions=3), **login)
            self.assertEqual(len(more), 300)
            self.assertNotEqual(kafka.leader("clicks", 0), leader)
            self.assertEqual(len(kafka.read("clicks", **login)), 2300)
            kafka.restart(leader)
            if suite.full():
                kafka.pause("controller")
                self.assertEqual(len(kafka.read("clicks", **login)), 2300)
                kafka.resume("controller")
                kafka.restart()
                self.assertEqual(len(kafka.read("clicks", **login)), 2300)
        self.gone(kafka, folder)

    def refused_logins(self, kafka):
        """Wrong password, untrusted authority, plain client on the TLS port, denied topic."""
        login = kafka.login()
        error = confluent_kafka.KafkaError
        self.refused(error._AUTHENTICATION, {**login, "sasl.password": "wrong"})
        self.refused(error._SSL, {**{k: v for k, v in login.items() if k != "ssl.ca.location"},
                                  "ssl.ca.location": self.other_authority(kafka)})
        self.refused(error._TRANSPORT, {"bootstrap.servers": login["bootstrap.servers"]})
        if suite.full():
            kafka.command("acl", "--add", "--deny-principal", "User:wend", "--operation", "Read",
                          "--topic", "clicks")
            # A consumer that was assigned partitions hears nothing of it; the metadata tell.
            metadata = confluent_kafka.Producer(login).list_topics("clicks", timeout=10)
            self.assertEqual(metadata.topics["clicks"].error.code(),
                             error.TOPIC_AUTHORIZATION_FAILED)
            self.assertEqual(len(kafka.read("clicks", **kafka.login("admin"))), 2000)
            kafka.command("acl", "--remove", "--force", "--deny-principal", "User:wend",
                          "--operation", "Read", "--topic", "clicks")

    def refused(self, code, login):
        errors = []
        client = confluent_kafka.Producer(
            {**login, "error_cb": errors.append, "log_level": 0, "api.version.request.timeout.ms":
             2000})
        broker.wait_until(lambda: client.poll(0.1) or any(e.code() == code for e in errors),
                          f"error {code}, got {errors}", 20)
        self.assertNotIn(login.get("sasl.password", "no password"), str(errors))

    def other_authority(self, kafka):
        path = os.path.join(kafka.folder, "tls", "other.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-subj", "/CN=local Kafka test authority", "-keyout", "/dev/null",
             "-out", path], check=True, capture_output=True)
        return path

    def commands(self, version):
        with Cluster(version, tls=True) as kafka:
            run = kafka.command
            run("topic", "create", "a.b", "--partitions", "2", "--config", "retention.ms=-1")
            run("topic", "create", "a.b", "--partitions", "2")
            self.assertEqual(run("topic", "list"), "a.b\n")
            self.assertIn("retention.ms=-1", run("topic", "describe", "a.b"))
            run("produce", "a.b", "--keys", text="k\tone\nk\ttwo\n")
            run("produce", "a.b", "--tls", "--keys", text="k\tthree\n")
            self.assertEqual(run("consume", "a.b", "--end"), "one\ntwo\nthree\n")
            self.assertEqual(run("consume", "a.b", "--keys", "--tls", "--count", "2"),
                             "k\tone\nk\ttwo\n")
            run("consume", "a.b", "--end", "--group", "readers")
            self.assertIn("readers", run("groups"))
            self.assertEqual(sum(kafka.committed("readers").values()), 3)
            self.assertIn("a.b", run("groups", "readers"))
            partition = kafka.read("a.b")[0].partition
            run("topic", "delete-records", "a.b", str(partition), "2")
            self.assertIn(f"{partition} 2 3", " ".join(run("topic", "offsets", "a.b").split()))
            run("topic", "grow", "a.b", "3")
            self.assertEqual(len(kafka.offsets("a.b")), 3)
            run("topic", "delete", "a.b")
            self.assertEqual(run("topic", "list").strip(), "")
            self.assertIn("min.insync", run("config", "--describe", "--entity-type", "brokers",
                                            "--entity-name", "1", "--all"))
            self.assertIn("Kafka Server started", run("logs"))
            self.assertEqual(run("address").strip(), kafka.bootstrap)
            # Once more what is done already, and a stop in between.
            run("start")
            run("stop")
            run("stop")
            with self.assertRaisesRegex(broker.Failed, "no broker runs"):
                run("topic", "list")
            with self.assertRaisesRegex(broker.Failed, "has tls true|has brokers 1"):
                run("start", "--brokers", "3")
            run("start")
            run("status")


class Local(Cases, unittest.TestCase):
    def test_one_broker_of_the_old_version(self):
        self.one_broker("3.9")

    def test_one_broker_of_the_new_version(self):
        self.one_broker("4")

    def test_three_brokers_with_tls(self):
        self.three_brokers("4")

    def test_usage(self):
        for arguments, status, words in (
                ([], 2, "no command"), (["start", "--brokers", "2"], 2, "1 or 3"),
                (["start", "--version", "2"], 2, "3.9 or 4"), (["start", "--set", "x"], 2, "KEY="),
                (["status"], 3, "makes one"), (["topic", "list"], 3, "makes one"),
                (["start", "--dir", HERE], 1, "holds other files"), (["stop"], 0, "no cluster"),
                (["clean"], 0, "no cluster")):
            with self.subTest(arguments):
                done = subprocess.run([broker.SCRIPT, *arguments], capture_output=True, text=True,
                                      env={**os.environ, "WEND_KAFKA_DIR": "/nonexistent/kafka"})
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(words, done.stdout + done.stderr)


if suite.full():
    class Full(Cases, unittest.TestCase):
        def test_three_brokers_of_the_old_version(self):
            self.three_brokers("3.9")

        def test_commands_of_the_old_version(self):
            self.commands("3.9")

        def test_commands_of_the_new_version(self):
            self.commands("4")

        def test_a_port_is_taken(self):
            with Cluster() as kafka, self.assertRaisesRegex(broker.Failed, "listens on port"):
                kafka.command("start", "--port", str(kafka.port), "--dir", kafka.folder + "-other")
            self.assertTrue(kafka.command("clean", "--dir", kafka.folder + "-other"))

        def test_nothing_is_left_when_a_test_dies(self):
            program = ("import sys, time; sys.path.insert(0, sys.argv[1]); import broker\n"
                       "with broker.Cluster() as kafka:\n"
                       "    print(kafka.folder, flush=True); time.sleep(600)\n")
            with subprocess.Popen([sys.executable, "-c", program, HERE], stdout=subprocess.PIPE,
                                  text=True) as child:
                folder = child.stdout.readline().strip()
                self.assertTrue(processes(folder))
                child.send_signal(signal.SIGKILL)
            broker.wait_until(lambda: not os.path.exists(folder) and not processes(folder),
                              "the guard ended the cluster")


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        for version in VERSIONS:
            broker.fetch(version)
    except broker.Unavailable as reason:
        print(f"Kafka cannot be had here: {reason}")
        sys.exit(77)
    print(f"the jars are there after {time.monotonic() - begun:.1f} s")
    suite.main()
