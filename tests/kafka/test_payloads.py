#!/usr/bin/env python3
"""The same events in each form that messages may have give the same tables.

Usage: test_payloads.py MESSAGES_TOOL. The cluster is librdkafka's mock.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../oracle"))
sys.path.insert(0, HERE)
import messages  # noqa: E402
import suite  # noqa: E402
from stream_case import T0, StreamCase  # noqa: E402

CLOUD = """
format: cloudevents
segments: [plan: /data/plan]
journeys:
  - {name: buy, goal: shop.paid}
"""


def cloud_event(n):
    """An event as (attributes, data)."""
    attributes = {"specversion": "1.0", "id": f"e{n}", "source": "/shop", "subject": f"s{n % 3}",
                  "type": ("shop.seen", "shop.chosen", "shop.paid")[n % 3],
                  "time": f"2025-06-15T1{n // 60}:{n % 60:02d}:40Z",
                  "datacontenttype": "application/json"}
    data = {"user_id": f"user \u00fc{n % 4}", "plan": ("a", "b\"c")[n % 2], "value": n / 4}
    return attributes, data


def headers(attributes, **more):
    """Of an event in binary mode."""
    return [(b"content-type" if name == "datacontenttype" else b"ce_" + name.encode(),
             text.encode()) for name, text in {**attributes, **more}.items()]


@suite.needs_wend
class CloudEvents(StreamCase):

    def kept(self):
        with open(self.path("rejects"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_both_modes_give_the_same_tables(self):
        events = [cloud_event(n) for n in range(300)]
        self.open(plain=1, binary=1, mixed=1)
        plain = [(0, json.dumps({**attributes, "data": data}).encode())
                 for attributes, data in events]
        binary = [(0, json.dumps(data).encode(), b"k", 0, headers(attributes))
                  for attributes, data in events]
        mixed = [(plain, binary)[n % 2][n] for n in range(300)]
        for topic, values in ("plain", plain), ("binary", binary), ("mixed", mixed):
            messages.send(self.cluster.brokers, topic, values)
        file = self.write("events", b"".join(value + b"\n" for _, value in plain))
        expected = self.replay(CLOUD + "window: 1h\nlateness: 10m\n", [file])
        self.assertEqual(300, self.manifest(expected)["counters"]["accepted"])
        for topic in "plain", "binary", "mixed":
            out, _ = self.stream(CLOUD, topics=topic)
            self.assert_same(expected, out)

    def test_data_of_a_binary_event_may_be_anything(self):
        self.open(clicks=1)
        attributes, data = cloud_event(1)
        whole = json.dumps(data).encode()
        del attributes["datacontenttype"]
        messages.send(self.cluster.brokers, "clicks", [
            (0, value, b"k", 0, headers({**attributes, "id": str(n)}, **more))
            for n, (value, more) in enumerate([
                (b" " + whole + b"\n", {}),                            # good
                (whole, {"datacontenttype": "Application/JSON; charset=utf-8"}),  # good
                (b"", {}),                                             # no data: by its subject
                (b"[1, 2]", {}), (b'"text"', {}), (b"12", {}),         # the same
                (b"<a/>", {"datacontenttype": "text/xml"}),            # the same
                (b"\xff", {"datacontenttype": "image/png"}),           # the same
                (b"{", {}), (whole + b"}", {}), (b'{},"subject":"x"', {}), (b"<a/>", {}),
            ])] + [(0, b"{}", b"k", 0, headers(attributes)[:-1] + [(b"ce_x", b"\xff")])])
        out, _ = self.stream(CLOUD.replace("[plan: /data/plan]", "[who: person]"), "--rejects",
                             "rejects")
        counters = self.manifest(out)["counters"]
        self.assertEqual((13, 8, 5), (counters["read"], counters["accepted"],
                                      counters["rejected"]["shape"]))
        self.assertEqual([None] * 4 + ["a header of the event is no UTF-8"],
                         [k.get("detail") for k in self.kept()])
        rows = self.wend("show", out, "touchpoints", "--format", "json")
        self.assertEqual({"user \u00fc1": 2, "s1": 6}, {
            row["who"]: row["events"] for row in map(json.loads, rows.splitlines())})

    def test_what_messages_say_beside_their_values_are_fields(self):
        definitions = """
time: kafka.timestamp
customer: kafka.key
event: "{kafka.topic}/{kafka.partition}/{kafka.offset}/{kafka.header.page}"
fields: {page: {first: [kafka.header.none, kafka.header.page, nothing]}}
segments: [page]
"""
        self.open(clicks=2)
        messages.send(self.cluster.brokers, "clicks", [
            (1, b"{}", b"ann", T0 * 1000, [(b"page", b"old"), (b"page", b"cart")]),
            (1, b'{"kafka.key": "other"}', b"bob", T0 * 1000 + 7, [(b"page", b"home")]),
            (1, b"{}", None, T0 * 1000, [(b"page", b"x")]),
            (1, b"{}", b"ann", T0 * 1000 + 9, [(b"page", None)]),
        ])
        out, _ = self.stream(definitions, "--lateness", "unlimited")
        counters = self.manifest(out)["counters"]
        self.assertEqual((3, 1), (counters["accepted"], counters["rejected"]["customer"]))
        rows = self.wend("show", out, "touchpoints", "--format", "json")
        self.assertEqual([("clicks/1/0/cart", "cart"), ("clicks/1/1/home", "home")], sorted(
            (row["touchpoint"], row["page"]) for row in map(json.loads, rows.splitlines())))


if __name__ == "__main__":
    suite.main()
