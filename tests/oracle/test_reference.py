#!/usr/bin/env python3
"""The data sets: every number of their reference.json, and what their README says, from the tables.

Each check runs on the oracle, and on the command line where that is built. A set's definitions are
definitions/SET.yaml; a test adds lines to them (another session rule, paths not collapsed).
"""

import csv
import glob
import gzip
import io
import json
import os
import re
import tempfile
import unittest
from collections import Counter
from datetime import datetime
from decimal import Decimal

import oracle
import readers
import rules
import snapshot
import suite

GAP = "sessions: {gap: 30m}\n"
WHOLE = "sessions: {gap: none}\n"
PLAIN = "collapse: false\n"


class Result:
    """Tables and counters of one run, with sums over segments and windows."""

    def __init__(self, tables, counters):
        self.tables, self.counters = tables, counters

    def sums(self, table, key, column, scope="session"):
        """Counter of `column` by `key`, over segments and windows."""
        found = Counter()
        for row in self.tables[table]:
            if row["scope"] == scope:
                found[row[key]] += row[column]
        return found

    def stages(self, column, scope):
        return self.sums("stages", "stage", column, scope)


def by_oracle(definition, inputs, **options):
    data = [readers.read_bytes(path) for path in inputs]
    result = oracle.replay(rules.load(definition), data, **options)
    return Result(result["tables"], result["counters"])


def by_wend(definition, inputs, **options):
    with tempfile.TemporaryDirectory(prefix="wend-reference-") as folder:
        path = os.path.join(folder, "definition.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(definition)
        out = os.path.join(folder, "out")
        snapshot.run(suite.wend_bin(), inputs, path, out, **options)
        counters = snapshot.read_manifest(out)["counters"]
        return Result(snapshot.read_snapshot(out), counters)


def definition(name, *lines, **replaced):
    """The text of a definition file with lines added, and top-level keys replaced."""
    path = os.path.join(suite.HERE, "definitions", name + ".yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for key, value in replaced.items():
        text, count = re.subn(rf"(?m)^{key}:.*$", lambda _: f"{key}: {value}", text)
        assert count == 1, key
    return text + "".join(lines)


def files(pattern):
    found = sorted(glob.glob(os.path.join(suite.data_folder(), pattern)))
    assert found, pattern
    return found


def microseconds(text):
    return readers.parse_calendar(text.encode())


class Sets:
    """The tests; `replay` is by_oracle or by_wend."""

    def reference(self, name):
        with open(os.path.join(suite.data_folder(), name, "reference.json")) as file:
            return json.load(file)

    # -- blocks of reference.json

    def check_profile(self, result, profile):
        self.assertEqual(result.counters["accepted"], profile["events_used"])
        self.assertEqual(result.counters["rejected"]["shape"], profile["bad_lines"])
        self.assertEqual(result.counters["rejected"]["customer"], profile["events_without_user"])
        self.assertEqual(result.counters["rejected"]["time"], 0)
        self.assertEqual(result.counters["unmatched"], 0)
        rows = result.tables["sessions"]
        self.assertEqual(len({row["customer_id"] for row in rows}), profile["users"])
        first, last = profile["first_time"], profile["last_time"]
        self.assertEqual(min(row["started_at"] for row in rows), microseconds(first))
        self.assertEqual(max(row["ended_at"] for row in rows), microseconds(last))
        names = result.sums("touchpoints", "touchpoint", "events")
        self.assertEqual(len(names), profile["distinct_names"])
        if "top10" in profile["names"]:
            wanted = profile["names"]["top10"]
            self.assertEqual(dict(names.most_common(len(wanted))), wanted)
        else:
            self.assertEqual(dict(names), profile["names"])

    def check_ties(self, inputs, text, id_field, profile):
        """The customer as id: the duplicates are the records with user and time of an earlier."""
        result = self.replay(text + f"id: {id_field}\n", inputs)
        wanted = profile["events_with_same_user_and_time_as_an_earlier_line"]
        self.assertEqual(result.counters["duplicate"], wanted)
        if profile["events_earlier_than_the_line_before"] == 0:
            result = self.replay(text, inputs, lateness=self.no_lateness)
            self.assertEqual(result.counters["late"], 0)

    def check_block(self, block, inputs, *lines, name, **replaced):
        """Sessions, plain and collapsed."""
        result = self.replay(definition(name, *lines, PLAIN, **replaced), inputs)
        collapsed = self.replay(definition(name, *lines, **replaced), inputs)
        rows = result.tables["sessions"]
        self.assertEqual(len(rows), block["sessions"])
        self.assertEqual(result.counters["sessions"], block["sessions"])
        counts = [row["event_count"] for row in rows]
        self.assertEqual(sum(counts), block["events"])
        self.assertEqual(counts.count(1), block["single_event_sessions"])
        self.assertEqual(max(counts), block["longest_session_events"])
        for one, suffix in ((result, ""), (collapsed, "_collapsed")):
            paths = one.sums("paths", "path", "units")
            self.assertEqual(sum(paths.values()), block["sessions"])
            self.assertEqual(len(paths), block["distinct_paths" + suffix])
            self.check_top(paths, "path", block["top10_paths" + suffix])
            for end, column in (("last", "exits"), ("first", "entries")):
                names = one.sums("touchpoints", "touchpoint", column)
                names = +names  # without zeros
                self.assertEqual(len(names), block[f"distinct_{end}_events"])
                self.check_top(names, "name", block[f"{end}_events"])
        return result

    def check_top(self, counts, key, wanted):
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0].encode()))
        expected = [(item[key], item["count"]) for item in wanted]
        self.assertEqual(ranked[: len(expected)], expected)

    def check_gap_edges(self, block, inputs, name):
        """No gap is exactly 1800 s: one microsecond less makes no session more."""
        result = self.replay(definition(name, "sessions: {gap: 1799999999us}\n"), inputs)
        self.assertEqual(
            len(result.tables["sessions"]), block["sessions"] + block["gaps_equal_1800s"]
        )

    def check_funnel(self, block, result):
        view, cart, purchase = block["view"][0], block["cart"][0], block["purchase"][0]
        reached = result.stages("reached", "shop")
        visited = result.stages("visited", "shop")
        advanced = result.stages("advanced", "shop")
        units = result.sums("paths", "scope", "units", scope="shop")["shop"]
        holders = result.sums("touchpoints", "touchpoint", "units", scope="shop")
        converted = result.sums("touchpoints", "touchpoint", "converted_units", scope="shop")
        self.assertEqual(
            {
                "sessions": units,
                "step1_view": reached["view"],
                "step2_view_cart": reached["cart"],
                "step3_view_cart_purchase": reached["purchase"],
                "any_view": visited["view"],
                "any_cart": visited["cart"],
                "any_purchase": visited["purchase"],
                "any_cart_no_purchase": holders[cart] - converted[cart],
                "abandoned_after_view": reached["view"] - advanced["view"],
                "abandoned_after_cart": reached["cart"] - advanced["cart"],
            },
            {name: value for name, value in block.items() if isinstance(value, int)},
        )
        self.assertEqual(holders[view], block["any_view"])
        self.assertEqual(holders[purchase], block["any_purchase"])
        self.assertEqual(converted[purchase], block["any_purchase"])

    # -- the sets

    def check_shop(self, name, file, session_field, customer_field):
        reference = self.reference(name)
        inputs = files(f"{name}/{file}")
        given = f"sessions: {{gap: none, key: {session_field}}}\n"
        profile = reference["profile"]
        self.check_ties(inputs, definition(name), customer_field, profile)
        gap = self.check_block(reference["gap_sessions"], inputs, GAP, name=name)
        self.check_profile(gap, profile)
        self.check_gap_edges(reference["gap_sessions"], inputs, name)
        self.check_block(reference["given_sessions"], inputs, given, name=name)
        self.check_block(reference["journeys"], inputs, WHOLE, name=name)
        per_session = "    per: session\n"  # the journey ends the file
        for block, lines in (
            ("funnel_gap_sessions", (per_session, GAP)),
            ("funnel_given_sessions", (per_session, given)),
            ("funnel_journeys", ()),
        ):
            if block in reference:
                result = self.replay(definition(name, *lines), inputs)
                self.check_funnel(reference[block], result)

    def test_rees46_equals_its_reference(self):
        self.check_shop("rees46-2019-10", "2019-Oct.csv", "user_session", "user_id")

    def test_retentioneering_equals_its_reference(self):
        self.check_shop("retentioneering-ecom", "ecom.csv.gz", "session_id", "user_id")

    def test_receipt_equals_its_reference(self):
        name = "receipt"
        reference = self.reference(name)
        inputs = files("receipt/receipt.csv")
        activity, lifecycle = reference["activity"], reference["activity_lifecycle"]
        both = '"{concept:name}+{lifecycle:transition}"'
        self.check_ties(inputs, definition(name), "case:concept:name", reference["profile"])
        gap = self.check_block(activity["gap_sessions"], inputs, GAP, name=name)
        self.check_profile(gap, reference["profile"])
        self.check_gap_edges(activity["gap_sessions"], inputs, name)
        whole = self.check_block(activity["journeys"], inputs, WHOLE, name=name)
        whole_both = self.check_block(lifecycle["journeys"], inputs, WHOLE, name=name, event=both)
        self.assertEqual(reference["cases"], len(whole.tables["sessions"]))
        self.assertEqual(reference["activities"], len(whole.tables["touchpoints"]))
        self.assertEqual(
            reference["activity_lifecycle_classes"], len(whole_both.tables["touchpoints"])
        )
        for order in ("variants_file_order", "variants_time_order"):
            variants = reference[order]
            self.assertEqual(variants["activity"], len(whole.tables["paths"]))
            self.assertEqual(variants["activity_lifecycle"], len(whole_both.tables["paths"]))
        self.assertEqual(reference["published"]["variants_activity"], len(whole.tables["paths"]))

    def test_apache_equals_its_reference(self):
        name, pages = "apache-semicomplete", "apache-semicomplete-pages"
        reference = self.reference(name)
        inputs = files("apache-semicomplete/apache_logs")
        profile = reference["profile"]
        self.check_ties(inputs, definition(name), "host", profile)
        result = self.check_block(reference["all"]["gap_sessions"], inputs, GAP, name=name)
        self.check_profile(result, profile)
        self.check_gap_edges(reference["all"]["gap_sessions"], inputs, name)
        result = self.check_block(reference["pages"]["gap_sessions"], inputs, GAP, name=pages)
        self.assertEqual(result.counters["accepted"], reference["pages"]["events_used"])
        block = reference["pages_by_host_and_agent"]
        by_agent = '["{host}|{agent}", host]'
        result = self.check_block(block["gap_sessions"], inputs, GAP, name=pages, customer=by_agent)
        rows = result.tables["sessions"]
        self.assertEqual(len({row["customer_id"] for row in rows}), block["users"])
        for field in ("status", "method"):
            result = self.replay(definition(name, f"event: {field}\n"), inputs)
            counts = result.sums("touchpoints", "touchpoint", "events")
            self.assertEqual(dict(counts), reference[field + "_counts"])

    def test_eventsim_equals_its_reference(self):
        name = "eventsim-2018-11"
        reference = self.reference(name)
        inputs = files("eventsim-2018-11/*-events.json")
        profile = reference["profile"]
        self.check_ties(inputs, definition(name), "userId", profile)
        result = self.check_block(reference["gap_sessions"], inputs, GAP, name=name)
        self.check_profile(result, profile)
        self.assertEqual(result.counters["read"], reference["lines"])
        self.check_gap_edges(reference["gap_sessions"], inputs, name)
        self.check_block(reference["journeys"], inputs, WHOLE, name=name)
        given = "sessions: {gap: none, key: sessionId}\n"
        self.check_block(reference["given_sessions"], inputs, given, name=name)

    def test_bpic2013_has_its_known_counts(self):
        name = "bpic2013-incidents"
        inputs = files("bpic2013-incidents/events.csv.gz")
        whole = self.replay(definition(name, WHOLE, PLAIN), inputs)
        names = whole.sums("touchpoints", "touchpoint", "events")
        self.assertEqual(
            names, {"Accepted": 40117, "Completed": 13867, "Queued": 11544, "Unmatched": 5}
        )
        self.assertEqual(len(whole.tables["sessions"]), 7554)
        self.assertEqual(len(whole.tables["paths"]), 1511)
        text = definition(name, WHOLE, PLAIN, event='"{activity}+{lifecycle}"')
        both = self.replay(text, inputs)
        self.assertEqual(len(both.tables["paths"]), 2278)
        self.assertEqual(len(both.tables["touchpoints"]), 13)
        gap = self.replay(definition(name, GAP), inputs)
        self.assertEqual(gap.counters["sessions"], 30595)
        self.assertEqual(gap.counters["accepted"], 65533)

    def test_touchpoints_has_its_known_counts(self):
        inputs = files("touchpoints-2018-07/attribution_data.csv")
        result = self.replay(definition("touchpoints-2018-07"), inputs)
        self.assertEqual(result.counters["accepted"], 62483)
        self.assertEqual(result.counters["sessions"], 61928)
        rows = result.tables["journeys"]
        self.assertEqual(len({row["customer_id"] for row in rows}), 7896)
        converted = [row for row in rows if row["outcome"] == "converted"]
        self.assertEqual(len(converted), 1838)
        customers = Counter(row["customer_id"] for row in converted)
        self.assertEqual(len(customers), 1642)
        self.assertEqual(sum(count > 1 for count in customers.values()), 181)
        values = result.sums("paths", "scope", "value_sum", scope="buy")
        self.assertEqual(values["buy"], Decimal("11423.5"))
        events = result.sums("touchpoints", "touchpoint", "events")
        self.assertEqual(events["conversion"], 1838)
        self.assertEqual(sum(events.values()), 62483)
        credits = [
            result.sums("touchpoints", "scope", c, "buy") for c in ("first_touch", "last_touch")
        ]
        self.assertEqual([credit["buy"] for credit in credits], [1838, 1838])
        channels = "format: {kind: csv, header: yes}\ntime: time\ncustomer: customer_id\n"
        result = self.replay(channels + "event: channel\n", inputs)
        self.assertEqual(
            result.sums("touchpoints", "touchpoint", "events"),
            {
                "Facebook": 18676,
                "Paid Search": 16388,
                "Online Video": 11694,
                "Instagram": 8037,
                "Online Display": 7688,
            },
        )

    def test_wikiticker_has_its_known_counts(self):
        inputs = files("wikiticker/*.json.gz")
        result = self.replay(definition("wikiticker"), inputs)
        rows = result.tables["sessions"]
        self.assertEqual(result.counters["accepted"], 39244)
        self.assertEqual(len(rows), 16119)
        self.assertEqual(len({row["customer_id"] for row in rows}), 10531)
        self.assertEqual(max(row["event_count"] for row in rows), 3385)
        self.assertEqual(len(result.tables["touchpoints"]), 265)
        people = self.replay(definition("wikiticker", "where: {isRobot: false}\n"), inputs)
        rows = people.tables["sessions"]
        self.assertEqual(people.counters["filtered"], 15420)
        self.assertEqual(people.counters["accepted"], 23824)
        self.assertEqual(len(rows), 15468)
        self.assertEqual(len({row["customer_id"] for row in rows}), 10367)

    def test_snowplow_has_its_expected_sessions_and_conversions(self):
        name = "snowplow-fractribution"
        inputs = files("snowplow-fractribution/snowplow_fractribution_events.csv")
        result = self.replay(definition(name), inputs)
        self.assertEqual(result.counters["accepted"], 98)

        def expected(name):
            path = f"snowplow-fractribution/expected/snowplow_fractribution_{name}_expected.csv"
            with open(files(path)[0], encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        # That package counts sessions of page views only, and writes "f" before a customer.
        views = self.replay(definition(name, "where: {event_name: page_view}\n"), inputs)
        starts = Counter(
            ("f" + row["customer_id"], row["started_at"]) for row in views.tables["sessions"]
        )
        wanted = Counter(
            (row["customer_id"], microseconds(row["visit_start_tstamp"]))
            for row in expected("sessions_by_customer_id")
        )
        self.assertEqual(starts, wanted)
        self.assertEqual(len({row["customer_id"] for row in result.tables["sessions"]}), 67)
        journeys = [row for row in result.tables["journeys"] if row["outcome"] == "converted"]
        self.assertEqual(
            sorted(
                ("f" + row["customer_id"], row["converted_at"], row["value"]) for row in journeys
            ),
            sorted(
                (
                    row["customer_id"],
                    microseconds(row["conversion_tstamp"]),
                    Decimal(row["revenue"]),
                )
                for row in expected("conversions_by_customer_id")
            ),
        )

    def test_channel_paths_come_back_as_they_are(self):
        with gzip.open(files("channel-paths/data.csv.gz")[0], "rt", newline="") as file:
            rows = list(csv.DictReader(file))
        if not self.quick_enough:
            rows = rows[::20]
        units, converted, events, value = Counter(), Counter(), Counter(), Decimal(0)
        firsts, lasts = Counter(), Counter()
        text = io.StringIO()
        text.write("journey,time,channel,value\n")
        journey = 0
        for row in rows:
            steps = row["path"].split(" > ")
            wins, losses = int(row["total_conversions"]), int(row["total_null"])
            worth = (
                Decimal(row["total_conversion_value"]).quantize(Decimal("0.0001")) if wins else 0
            )
            value += worth
            units[row["path"]] += losses
            units[row["path"] + " > (conversion)"] += wins
            converted[row["path"] + " > (conversion)"] += wins
            firsts[steps[0]] += wins
            lasts[steps[-1]] += wins
            for number in range(wins + losses):
                journey += 1
                names = steps + ["(conversion)"] if number < wins else steps
                for index, name in enumerate(names):
                    paid = worth if number == 0 and name == "(conversion)" else ""
                    text.write(f"{journey},{1600000000 + index},{name},{paid}\n")
                    events[name] += 1
        with tempfile.TemporaryDirectory(prefix="wend-paths-") as folder:
            path = os.path.join(folder, "events.csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.getvalue())
            result = self.replay(definition("channel-paths"), [path])
        self.assertEqual(result.sums("paths", "path", "units", "buy"), +units)
        self.assertEqual(+result.sums("paths", "path", "converted", "buy"), +converted)
        self.assertEqual(result.sums("paths", "scope", "value_sum", "buy")["buy"], value)
        self.assertEqual(result.sums("touchpoints", "touchpoint", "events", "buy"), events)
        self.assertEqual(+result.sums("touchpoints", "touchpoint", "first_touch", "buy"), +firsts)
        self.assertEqual(+result.sums("touchpoints", "touchpoint", "last_touch", "buy"), +lasts)
        if len(rows) == 10000:
            self.assertEqual(sum(units.values()), 88387)
            self.assertEqual(sum(converted.values()), 19785)
            self.assertEqual(round(value, 2), Decimal("74802.97"))


@suite.needs_data
class OracleOnSets(Sets, unittest.TestCase):
    quick_enough = False
    no_lateness = 0
    replay = staticmethod(by_oracle)


@suite.needs_data
@suite.needs_wend
class WendOnSets(Sets, unittest.TestCase):
    quick_enough = True
    no_lateness = "0s"
    replay = staticmethod(by_wend)


if __name__ == "__main__":
    suite.main()
