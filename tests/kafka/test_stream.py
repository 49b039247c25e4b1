#!/usr/bin/env python3
"""`wend stream --until-end` of topics gives what `wend replay` of the same events gives.

Usage: test_stream.py MESSAGES_TOOL. The cluster is librdkafka's mock.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../oracle"))
sys.path.insert(0, HERE)
import messages  # noqa: E402
import suite  # noqa: E402
from stream_case import HOUR, PLAIN, T0, StreamCase, event  # noqa: E402


@suite.needs_wend
class Stream(StreamCase):

    def test_a_stream_gives_the_tables_of_a_replay(self):
        lines, definitions = self.generate(20_000)
        self.open(one=1, many=7)
        like_stream = definitions + "\nwindow: 1h\nlateness: 10m\n"
        for topic, count in ("one", 1), ("many", 7):
            parts, files = self.partitions(lines, count, lambda line: line[86:105])
            # Some messages end with a line end, which is no record.
            messages.send(self.cluster.brokers, topic,
                          [(i, line if n % 3 else line[:-1])
                           for i, part in enumerate(parts) for n, line in enumerate(part)])
            expected = self.replay(like_stream, files)
            counters = self.manifest(expected)["counters"]
            for name in "late", "duplicate":
                self.assertGreater(counters[name], 10)
            self.assertEqual(4, sum(n > 10 for n in counters["rejected"].values()))
            for threads in "1", "2", "3":
                out, _ = self.stream(definitions, "-j", threads, topics=topic)
                self.assert_same(expected, out)
                self.wend("verify", out)
            # What is folded early, and what is spilled, changes nothing.
            out, _ = self.stream(definitions, "-j", "2", "--memory", "1MiB", topics=topic)
            self.assert_same(expected, out)

    def test_csv_gives_the_tables_of_a_replay(self):
        lines, definitions = self.generate(5_000, "--format", "csv")
        definitions = definitions.replace(
            "format: csv", "format: {kind: csv, header: no, columns: ["
            + lines[0].decode().strip() + "]}")
        parts, files = self.partitions(lines[1:], 3, lambda line: line[42:48])
        self.open(clicks=3)
        messages.send(self.cluster.brokers, "clicks",
                      [(i, line) for i, part in enumerate(parts) for line in part])
        expected = self.replay(definitions + "\nwindow: 1h\nlateness: 10m\n", files)
        out, _ = self.stream(definitions, "-j", "2")
        self.assert_same(expected, out)

    def test_definitions_and_options_decide_lateness_and_windows(self):
        self.open(clicks=1)
        messages.send(self.cluster.brokers, "clicks",
                      [(0, event(0)), (0, event(HOUR)), (0, event(HOUR - 601, "late"))])
        out, _ = self.stream(PLAIN)
        self.assertEqual(1, self.manifest(out)["counters"]["late"])
        self.assertEqual(3600, self.manifest(out)["window"] // 10**6)
        self.assertEqual(600, self.manifest(out)["lateness"] // 10**6)
        out, _ = self.stream(PLAIN + "lateness: 601s\nwindow: none\n")
        self.assertEqual(0, self.manifest(out)["counters"]["late"])
        self.assertIsNone(self.manifest(out)["window"])
        out, _ = self.stream(PLAIN, "--lateness", "unlimited")
        self.assertEqual("unlimited", self.manifest(out)["lateness"])

    def test_each_partition_has_its_own_mark(self):
        self.open(clicks=2)
        messages.send(self.cluster.brokers, "clicks",
                      [(0, event(5 * HOUR)), (1, event(0, "v")), (1, event(-599, "v"))])
        for threads in "1", "2":
            out, _ = self.stream(PLAIN, "-j", threads)
            self.assertEqual(3, self.manifest(out)["counters"]["accepted"])

    def test_a_messages_time_bounds_the_future_and_the_mark(self):
        self.open(clicks=1)
        sent = T0 * 1000
        messages.send(self.cluster.brokers, "clicks", [
            (0, event(86400), b"k", sent),      # a day later: not of the future yet
            (0, event(86401), b"k", sent),      # of the future
            (0, event(300 - 600), b"k", sent),  # 10 minutes before the mark, which is 5 ahead
            (0, event(299 - 600), b"k", sent),  # late
        ])
        out, _ = self.stream(PLAIN, "--rejects", "rejects", "-j", "1")
        counters = self.manifest(out)["counters"]
        self.assertEqual((2, 1, 1),
                         (counters["accepted"], counters["rejected"]["future"], counters["late"]))
        with open(self.path("rejects"), encoding="utf-8") as file:
            kept = [json.loads(line) for line in file]
        self.assertEqual([("clicks", 0, 1, "future"), ("clicks", 0, 3, "late")],
                         [(k["topic"], k["partition"], k["offset"], k["reason"]) for k in kept])

    def test_a_message_is_a_record(self):
        self.open(clicks=2)
        whole = b'{\r\n "ts": %d,\n "user": "x",\n "name": "b"\n}\n\n' % T0
        messages.send(self.cluster.brokers, "clicks", [
            (1, whole), (1, None), (1, b""), (1, b" \n\t\n"), (1, event(1) + b"\n" + event(2)),
            (1, event(3), None), (1, event(4)[:-1]), (0, b"\xff\xfe"), (1, b"x" * 2_000_000),
            (1, event(5)),
        ])
        out, text = self.stream(PLAIN, "--rejects", "rejects")
        manifest = self.manifest(out)
        self.assertEqual((7, 3, 4), (manifest["counters"]["read"], manifest["counters"]["accepted"],
                                     manifest["counters"]["rejected"]["shape"]))
        self.assertIn("1 messages without a value (tombstones) were skipped", text)
        self.assertIn("1 messages have no key", text)
        with open(self.path("rejects"), encoding="utf-8") as file:
            kept = [json.loads(line) for line in file]
        self.assertEqual([(0, 0), (1, 4), (1, 6), (1, 7)],
                         [(k["partition"], k["offset"]) for k in kept])
        self.assertEqual("//4=", kept[0]["record_base64"])
        self.assertEqual(1 << 20, len(kept[3]["record"]))
        self.assertEqual([("clicks[0]", 0, 1, 0, 0), ("clicks[1]", 0, 9, 1, 1)],
                         [(i["name"], i["begin_offset"], i["end_offset"], i["tombstones"],
                           i["null_keys"]) for i in manifest["inputs"]])

    def test_a_csv_message_is_a_record(self):
        definitions = PLAIN + "format: {kind: csv, header: no, columns: [ts, user, name]}\n"
        self.open(clicks=1)
        line = b"%d,u,%s" % (T0, b"a")
        messages.send(self.cluster.brokers, "clicks", [
            (0, line + b"\r\n"), (0, b"\n"), (0, b'%d,u,"two\nlines"\n' % T0),
            (0, line + b"\n" + line), (0, b"%d,u" % T0), (0, b'%d,u,b\nc' % T0), (0, b"")])
        out, _ = self.stream(definitions)
        counters = self.manifest(out)["counters"]
        self.assertEqual((5, 2, 3), (counters["read"], counters["accepted"],
                                     counters["rejected"]["shape"]))
        _, text = self.stream(PLAIN + "format: csv\n", code=2)
        self.assertIn("messages have no header; name the columns of CSV by", text)

    def test_topics_by_list_and_by_pattern(self):
        self.open(shop_b=2, shop_a=1, other=1)
        for topic in "shop_a", "shop_b", "other":
            messages.send(self.cluster.brokers, topic, [(0, event(0, topic))])

        def read(topics):
            out, _ = self.stream(PLAIN + f"kafka:\n  topics: {topics}\n", "-X", "client.id=x",
                                 topics="")
            return [i["name"] for i in self.manifest(out)["inputs"]]

        definitions = self.write("list.yaml", PLAIN + "kafka:\n  topics: [other, '^shop_[ab]$']\n"
                                 f"  brokers: [{self.cluster.brokers}]\n  start: earliest\n")
        self.wend("stream", "-c", definitions, "--until-end", "-o", "list")
        self.assertEqual(["other[0]", "shop_a[0]", "shop_b[0]", "shop_b[1]"],
                         [i["name"] for i in self.manifest(self.path("list"))["inputs"]])
        text = self.stream(PLAIN, topics="^shop_c", code=2)[1]
        self.assertIn("wend: -X topics: no topic matches `^shop_c`", text)
        text = self.stream(PLAIN, topics="shop_aa", code=2)[1]
        self.assertIn("there is no topic `shop_aa` on 127.0.0.1:", text)
        self.assertIn("; did you mean `shop_a`?", text)

    def test_the_end_of_an_empty_or_latest_topic_is_at_once(self):
        self.open(clicks=2)
        _, text = self.stream(PLAIN, code=1)
        self.assertIn("there is no record in the input", text)
        messages.send(self.cluster.brokers, "clicks", [(0, event(0))])
        _, text = self.stream(PLAIN, "-X", "start=latest", code=1)
        self.assertIn("there is no record in the input", text)

    def test_wrong_settings_are_told_with_their_place(self):
        cases = {
            "  fetch.min.byts: 1\n":
                "bad.yaml:7:3: `fetch.min.byts` is neither brokers, topics, group, start or "
                "outcomes nor a property of librdkafka; did you mean `fetch.min.bytes`?",
            "  fetch.min.bytes: many\n": "bad.yaml:7:3: Invalid value",
            "  auto.offset.reset: latest\n": "bad.yaml:7:3: `auto.offset.reset` is not for the",
            "  start: middle\n": "bad.yaml:7:3: `start` is earliest or latest",
            "  topic: a\n": "; did you mean `topics`?",
            "  sasl.username: {a: b}\n": "bad.yaml:7:18: `sasl.username` of `kafka` takes one",
        }
        for lines, expected in cases.items():
            path = self.write("bad.yaml", PLAIN + "kafka:\n  brokers: x:1\n" + lines)
            for command in ("check", path), ("stream", "-c", path, "--until-end"):
                self.assertIn(expected, self.wend(*command, code=2))
        path = self.write("good.yaml", PLAIN)
        text = self.wend("stream", "-c", path, "--until-end", code=2)
        self.assertIn("no Kafka broker is named", text)
        text = self.wend("stream", "-c", path, "--until-end", "-X", "brokers=x", code=2)
        self.assertIn("no Kafka topic is named", text)
        text = self.wend("stream", "-c", path, code=2)
        self.assertIn("a stream without end keeps its results in a state", text)
        text = self.wend("stream", "--until-end", code=2)
        self.assertIn("a stream needs definitions", text)

    def test_secrets_stand_elsewhere_and_are_never_shown(self):
        path = self.write("secret.yaml", PLAIN + "kafka:\n  sasl.password: hunter2\n")
        text = self.wend("check", path, code=2)
        self.assertNotIn("hunter2", text)
        self.assertIn("write @FILE for the content of a file, or $NAME", text)
        path = self.write("good.yaml", PLAIN)
        text = self.wend("stream", "-c", path, "--until-end", "-X", "sasl.password=hunter2", code=2)
        self.assertNotIn("hunter2", text)
        self.open(clicks=1)
        self.write("password", "hunter2\n")
        login = ["-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=PLAIN", "-X",
                 "sasl.username=wend", "-X", f"brokers={self.cluster.brokers}", "-X",
                 "topics=clicks"]
        for value in "@password", "$WEND_TEST_PASSWORD":
            text = self.wend("stream", "-c", path, "--until-end", *login, "-X",
                             "sasl.password=" + value, code=3,
                             environment={"WEND_TEST_PASSWORD": "hunter2"})
            self.assertNotIn("hunter2", text)
            self.assertRegex(text, "check .*security.protocol")
        text = self.wend("stream", "-c", path, "--until-end", *login, "-X",
                         "sasl.password=$WEND_TEST_NOTHING", code=2)
        self.assertIn("the environment has no WEND_TEST_NOTHING", text)

    def test_generated_events_go_by_customer_to_partitions(self):
        self.open(made=4)
        brokers = self.cluster.brokers
        for kind in "ndjson", "csv":
            topic = "made" if kind == "ndjson" else "made_csv"
            if kind == "csv":
                self.cluster.close()
                brokers = self.open(made_csv=4)
            self.wend("generate", "--events", "3000", "--days", "2", "--bad-lines", "2%",
                      "--format", kind, "--to-kafka", f"{brokers}/{topic}", "--partitions", "4",
                      "--definitions", "made.yaml", "--answers", "answers.json")
            parts = [[] for _ in range(4)]
            for partition, key, value in messages.dump(brokers, topic, 4):
                self.assertEqual(messages.murmur2(key) % 4, partition)
                self.assertFalse(value.endswith(b"\n"))
                parts[partition].append(value + b"\n")
            with open(self.path("answers.json"), "rb") as file:
                self.assertEqual(json.load(file)["read"], sum(map(len, parts)))
            files = [self.write(f"made-{i}", b"".join(part)) for i, part in enumerate(parts)]
            self.wend("stream", "-c", "made.yaml", "--until-end", "-o", f"out-{kind}", "--tables",
                      "all")
            with open(self.path("made.yaml"), encoding="utf-8") as file:
                expected = self.replay(file.read() + "lateness: 10m\n", files)
            self.assert_same(expected, self.path(f"out-{kind}"))
        text = self.wend("generate", "--to-kafka", f"{brokers}/made_csv", "--partitions", "3",
                         code=2)
        self.assertIn("is there, with 4 partitions; leave --partitions out", text)
        text = self.wend("generate", "--to-kafka", "nothing", code=2)
        self.assertIn("is not HOST:PORT/TOPIC", text)
        text = self.wend("generate", "--to-kafka", "a:1/b", "--output", "x", code=2)
        self.assertIn("--output does not go with --to-kafka", text)
        text = self.wend("generate", "--partitions", "2", code=2)
        self.assertIn("--partitions is for --to-kafka", text)


if __name__ == "__main__":
    suite.main()
