"""Real Kafka clusters for tests: deploy/local/kafka in a temporary folder, on free ports.

    with broker.Cluster(version="4") as kafka:
        kafka.create("clicks", partitions=2, retention_ms=60000)
        kafka.produce("clicks", [Record(b"value", b"key", partition=1, timestamp=1700000000000)])
        kafka.offsets("clicks")        # {0: (0, 0), 1: (0, 1)}
        kafka.kill(1); kafka.restart(1)

Leaving the block ends the cluster and deletes its folder; so does a guard when the process dies in
whatever way. `bootstrap` is the plain listener, `login()` what the TLS one needs.
"""

import dataclasses
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import confluent_kafka
import confluent_kafka.admin

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "deploy/local/kafka")
UNAVAILABLE, PORT_TAKEN = 69, 75  # exit statuses of the script
# Small, and quick to start rather than quick in the long run.
TEST_JVM = "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
PORT_SPAN = 23  # of three brokers with TLS
SECONDS = 60
QUIET = {"log_level": 2}  # what matters comes as an exception


class Unavailable(Exception):
    """There is no Java, no Maven, or no way to Maven Central."""


class Failed(Exception):
    """What the script said when it failed."""


@dataclasses.dataclass
class Record:
    value: bytes | None
    key: bytes | None = None
    partition: int | None = None  # None: by the key, as Java producers choose it
    timestamp: int | None = None  # milliseconds
    headers: list = dataclasses.field(default_factory=list)  # of (name, bytes)
    offset: int | None = None  # set when it was produced or read


def fetch(version):
    """Has the jars of a version fetched; raises Unavailable where they cannot be had."""
    done = subprocess.run([SCRIPT, "fetch", "--version", version], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=1000)
    if done.returncode == UNAVAILABLE:
        raise Unavailable(done.stderr.strip().splitlines()[-1])
    if done.returncode:
        raise Failed(done.stderr.strip())


def free_ports():
    """The first of PORT_SPAN ports that are free now, below those that the system hands out."""
    for _ in range(200):
        first = random.randrange(20000, 32000)
        try:
            for port in range(first, first + PORT_SPAN):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise Failed("no free ports")


def wait_until(condition, what, seconds=SECONDS):
    """Polls until the condition gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(f"not in {seconds} s: {what}")
        time.sleep(0.05)


def patiently(call, seconds=SECONDS):
    """What the call returns; while leaders or coordinators move it is repeated."""
    passing = {getattr(confluent_kafka.KafkaError, name) for name in (
        "NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE", "BROKER_NOT_AVAILABLE",
        "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR",
        "_TRANSPORT", "_TIMED_OUT")}
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except confluent_kafka.KafkaException as failure:
            if failure.args[0].code() not in passing or time.monotonic() > end:
                raise
        time.sleep(0.1)


class Cluster:
    """One to three brokers, from the beginning of a `with` block to its end."""

    def __init__(self, version="4", brokers=1, tls=False, settings=None, jvm=TEST_JVM):
        self.options = ["--version", version, "--brokers", str(brokers), "--jvm", jvm]
        self.options += ["--tls"] if tls else []
        for key, value in (settings or {}).items():
            self.options += ["--set", f"{key}={value}"]
        self.brokers = brokers
        self.tls = tls
        self.folder = None
        self.port = None
        self._guard = None
        self._admin = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="wend-kafka-")
        self._start_guard()
        try:
            for attempt in range(5):
                self.port = free_ports()
                try:
                    self.command("start", *self.options, "--port", str(self.port))
                    return self
                except Failed as failure:  # somebody was faster
                    if failure.args[1] != PORT_TAKEN or attempt == 4:
                        raise
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def _start_guard(self):
        """A process that ends the cluster when the pipe from this one closes. It is nobody's
        child, so that whoever kills this process and its children does not get it."""
        script = '{ read -r word; [ "$word" = done ] || "$0" clean; rm -rf "$1"; } <&0 &'
        self._guard = subprocess.Popen(
            ["bash", "-c", script, SCRIPT, self.folder], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "WEND_KAFKA_DIR": self.folder})
        self._guard.wait(SECONDS)

    def command(self, *arguments, check=True, text=None):
        """Runs deploy/local/kafka for this cluster; returns what it printed."""
        environment = {**os.environ, "WEND_KAFKA_DIR": self.folder}
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                text=True, env=environment, start_new_session=True)
            try:
                printed, _ = process.communicate(text or "", timeout=400)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(SECONDS)
                raise
            said.seek(0)
            errors = said.read()
        if check and process.returncode == UNAVAILABLE:
            raise Unavailable(errors.strip())
        if check and process.returncode:
            raise Failed(f"{' '.join(arguments)}: {errors.strip()}", process.returncode)
        return printed

    def stop(self):
        """Ends it all, and deletes the folder; may be repeated."""
        if self.folder and os.path.isdir(self.folder):
            self.command("clean", check=False)
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._guard and self._guard.stdin:
            try:
                self._guard.stdin.write(b"done\n")
                self._guard.stdin.close()
            except BrokenPipeError:
                pass
        self._guard = self._admin = None

    # Faults.

    def kill(self, *nodes):
        self.command("kill", *map(str, nodes))

    def restart(self, *nodes):
        self.command("restart", *map(str, nodes))

    def pause(self, *nodes):
        self.command("pause", *map(str, nodes))

    def resume(self, *nodes):
        self.command("resume", *map(str, nodes))

    # Clients.

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{self.port + 10 * i}" for i in range(self.brokers))

    def login(self, user="wend"):
        """What librdkafka needs for the TLS listener. Users: wend, and admin, who may do all."""
        with open(os.path.join(self.folder, f"{user}.conf"), encoding="utf-8") as file:
            return dict(line.rstrip("\n").split("=", 1) for line in file)

    def login_file(self, user="wend"):
        return os.path.join(self.folder, f"{user}.conf")

    def admin(self):
        if self._admin is None:
            self._admin = confluent_kafka.admin.AdminClient(
                {**QUIET, "bootstrap.servers": self.bootstrap, "socket.timeout.ms": 10000})
        return self._admin

    # Topics.

    def create(self, topic, partitions=1, replicas=-1, **config):
        """Creates a topic, and waits until all brokers know it. A setting's dots are written _."""
        new = confluent_kafka.admin.NewTopic(
            topic, partitions, replicas,
            config={key.replace("_", "."): str(value) for key, value in config.items()})
        self.admin().create_topics([new], operation_timeout=SECONDS)[topic].result(SECONDS)
        self._await_partitions(topic, partitions)

    def delete(self, topic):
        self.admin().delete_topics([topic], operation_timeout=SECONDS)[topic].result(SECONDS)
        wait_until(lambda: topic not in self.admin().list_topics(timeout=10).topics,
                   f"{topic} is deleted")

    def grow(self, topic, partitions):
        new = confluent_kafka.admin.NewPartitions(topic, partitions)
        self.admin().create_partitions([new], operation_timeout=SECONDS)[topic].result(SECONDS)
        self._await_partitions(topic, partitions)

    def _await_partitions(self, topic, count):
        for address in self.bootstrap.split(","):
            client = confluent_kafka.admin.AdminClient(
                {**QUIET, "bootstrap.servers": address})

            def all_led(client=client):
                found = client.list_topics(topic, timeout=10).topics[topic]
                return found.error is None and len(found.partitions) >= count and all(
                    p.leader >= 0 for p in found.partitions.values())
            wait_until(all_led, f"all {count} partitions of {topic} have a leader")

    def leader(self, topic, partition):
        """The number of the leading broker, or -1 while there is none."""
        topics = self.admin().list_topics(topic, timeout=10).topics
        return topics[topic].partitions[partition].leader

    def set_config(self, topic, **config):
        """Changes settings of a topic: set_config("clicks", retention_ms=1000)."""
        resource = confluent_kafka.admin.ConfigResource("TOPIC", topic)
        operation = confluent_kafka.admin.AlterConfigOpType.SET
        for key, value in config.items():
            resource.add_incremental_config(confluent_kafka.admin.ConfigEntry(
                key.replace("_", "."), str(value), incremental_operation=operation))
        self.admin().incremental_alter_configs([resource])[resource].result(SECONDS)

    def delete_records(self, topic, before):
        """before: {partition: offset}; everything in front of the offset goes."""
        parts = [confluent_kafka.TopicPartition(topic, p, offset) for p, offset in before.items()]
        patiently(lambda: [done.result(SECONDS)
                           for done in self.admin().delete_records(parts).values()])

    def offsets(self, topic):
        """{partition: (first offset, next offset)}"""
        return patiently(lambda: self._offsets(topic))

    def _offsets(self, topic):
        latest = confluent_kafka.admin.OffsetSpec.latest()
        earliest = confluent_kafka.admin.OffsetSpec.earliest()
        partitions = sorted(self.admin().list_topics(topic, timeout=10).topics[topic].partitions)
        ends = []
        for spec in (earliest, latest):
            asked = {confluent_kafka.TopicPartition(topic, p): spec for p in partitions}
            found = self.admin().list_offsets(asked, request_timeout=30)
            ends.append({p.partition: done.result(SECONDS).offset for p, done in found.items()})
        return {p: (ends[0][p], ends[1][p]) for p in partitions}

    def committed(self, group):
        """{(topic, partition): offset} of a consumer group."""
        asked = confluent_kafka.ConsumerGroupTopicPartitions(group)
        found = patiently(lambda: self.admin().list_consumer_group_offsets([asked])[group]
                          .result(SECONDS))
        return {(p.topic, p.partition): p.offset for p in found.topic_partitions}

    # Records.

    def produce(self, topic, records, **config):
        """Sends them all, and returns them with partition and offset as the broker put them."""
        producer = confluent_kafka.Producer({
            **QUIET, "bootstrap.servers": self.bootstrap, "partitioner": "murmur2_random",
            "enable.idempotence": True, "linger.ms": 5, "delivery.timeout.ms": 1000 * SECONDS,
            **config})
        errors = []

        def sender(record):
            def sent(error, message):
                if error:
                    errors.append(error)
                else:
                    record.partition, record.offset = message.partition(), message.offset()
            return sent

        records = list(records)
        for record in records:
            arguments = {"key": record.key, "value": record.value, "headers": record.headers,
                         "on_delivery": sender(record)}
            if record.partition is not None:
                arguments["partition"] = record.partition
            if record.timestamp is not None:
                arguments["timestamp"] = record.timestamp
            while True:
                try:
                    producer.produce(topic, **arguments)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        if producer.flush(2 * SECONDS) or errors:
            raise Failed(f"not all records were taken: {errors[:3]}")
        return records

    def read(self, topic, **config):
        """All records that the topic holds now, by partition and offset; leaves no group."""
        ends = self.offsets(topic)
        consumer = confluent_kafka.Consumer({
            **QUIET, "bootstrap.servers": self.bootstrap, "group.id": "wend-test-read",
            "enable.auto.commit": False, "auto.offset.reset": "error",
            "enable.partition.eof": True, **config})
        try:
            consumer.assign([confluent_kafka.TopicPartition(topic, p, first)
                             for p, (first, next_) in ends.items() if next_ > first])
            left = {p for p, (first, next_) in ends.items() if next_ > first}
            found = []
            end = time.monotonic() + 2 * SECONDS
            while left:
                if time.monotonic() > end:
                    raise Failed(f"{topic} could not be read to its end")
                for message in consumer.consume(10000, timeout=0.2):
                    error = message.error()
                    if error and error.code() == confluent_kafka.KafkaError._PARTITION_EOF:
                        left.discard(message.partition())
                    elif error:
                        raise confluent_kafka.KafkaException(error)
                    else:
                        found.append(Record(message.value(), message.key(), message.partition(),
                                            message.timestamp()[1], message.headers() or [],
                                            message.offset()))
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            consumer.close()
