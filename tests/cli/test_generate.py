#!/usr/bin/env python3
"""`wend generate`: the same bytes again, and answers that an independent count confirms.

The counting follows the definition file that the generator writes; it reads the lines as text and
shares nothing with the generator.
"""
import collections
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

WEND = os.environ.get("WEND_BIN") or os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                  "../../build/dev/wend")
GAP_MS = 30 * 60000
TIMEOUT_MS = 7 * 86400000
NOISE = ["--disorder", "90s", "--late", "1%", "--duplicates", "2%", "--bad-lines", "2%",
         "--lateness", "2m"]


def generate(*arguments):
    return subprocess.run([WEND, "generate", *arguments], check=True, capture_output=True).stdout


def time_ms(text):
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    delta = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return delta.days * 86400000 + delta.seconds * 1000 + delta.microseconds // 1000


def json_records(data):
    for line in data.split(b"\n")[:-1]:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict):
            device = record["context"]["device"]
            record["device"] = device["type"] if device else None
        yield record


def csv_records(data):
    lines = data.split(b"\n")[:-1]
    header = lines[0].decode().split(",")
    for line in lines[1:]:
        row = next(csv.reader(io.StringIO(line.decode("utf-8", "replace"))), [])
        yield dict(zip(header, row)) if len(row) == len(header) else None


def stages(definitions):
    """{journey: {touchpoint: stage}}, read without a YAML library from the generator's layout."""
    found, journey, stage = {}, None, 0
    for line in definitions.splitlines():
        text = line.strip()
        if line.startswith("  - name: ") and journey is not None or text == "journeys:":
            journey, stage = (text[8:] if text != "journeys:" else ""), 0
            found[journey] = {}
        elif text.startswith("touchpoints: [") and journey:
            stage += 1
            for name in text[14:-1].split(", "):
                found[journey][name] = stage
    return found


class Counter:
    """Counts one data set by the rules; `answers` has the generator's keys."""

    def __init__(self, records, stages_of, lateness_ms):
        self.rejected = collections.Counter(shape=0, time=0, customer=0, future=0)
        self.lines, self.events, mark = [], {}, 0
        self.late = self.late_copies = self.duplicates = 0
        for record in records:
            reason, at = self.classify(record)
            self.lines.append(reason)
            if reason:
                self.rejected[reason] += 1
                continue
            copy = record["event_id"] in self.events
            self.duplicates += copy
            if mark and at < mark - lateness_ms:
                self.late += 1
                self.late_copies += copy
            mark = max(mark, at)
            self.events.setdefault(record["event_id"], (at, record))
        self.stages_of = stages_of
        self.walk()

    @staticmethod
    def classify(record):
        if record is None:
            return "shape", None
        at = time_ms(record["time"])
        if at is None:
            return "time", None
        if not record["user_id"]:
            return "customer", None
        return ("future" if at > time_ms("2100-01-01T00:00:00Z") else None), at

    def walk(self):
        customers = collections.defaultdict(list)
        for at, record in self.events.values():
            customers[record["user_id"]].append((at, record))
        self.customers = customers
        last = max(at for at, _ in self.events.values())
        self.sessions = self.sessions_converted = 0
        self.journeys = {name: collections.Counter() for name in self.stages_of}
        self.reached = {name: collections.Counter() for name in self.stages_of}
        for events in customers.values():
            events.sort(key=lambda item: item[0])
            sessions = split(events, GAP_MS)
            self.sessions += len(sessions)
            self.sessions_converted += sum(ordered(session) for session in sessions)
            for life in split(events, TIMEOUT_MS):
                still = last <= life[-1][0] + TIMEOUT_MS
                self.unit("lifecycle", life, ordered(life), still)
            for session in sessions:
                start = None
                for i, (_, record) in enumerate(session):
                    if start is None and record["event"] == "add_to_cart":
                        start = i
                    if start is not None and record["event"] == "order_completed":
                        self.unit("checkout", session[start:i + 1], True, False)
                        start = None
                if start is not None:
                    self.unit("checkout", session[start:], False, False)

    def unit(self, journey, events, converted, still_open):
        counts, reached = self.journeys[journey], 0
        counts["units"] += 1
        counts["converted" if converted else "still_open" if still_open else "abandoned"] += 1
        for _, record in events:
            if self.stages_of[journey].get(record["event"]) == reached + 1:
                reached += 1
                self.reached[journey][reached] += 1

    def answers(self):
        kinds = collections.Counter(record["event"] for _, record in self.events.values())
        value = sum(round(float(record.get("value") or 0) * 100)
                    for _, record in self.events.values())
        on_time_copies = self.duplicates - self.late_copies
        return {
            "read": len(self.lines), "accepted": len(self.events),
            "rejected": dict(self.rejected), "duplicate": self.duplicates,
            "unmatched": kinds["scroll"] + kinds["heartbeat"],
            "with_lateness": (len(self.events) + self.duplicates - self.late - on_time_copies,
                              self.late, on_time_copies),
            "customers": len(self.customers), "sessions": self.sessions,
            "sessions_converted": self.sessions_converted,
            "value_sum": f"{value // 100}.{value % 100:02}",
            "journeys": {name: [counts[key] for key in ("units", "converted", "abandoned",
                                                        "still_open")] +
                         [self.reached[name][i + 1] for i in range(5)]
                         for name, counts in self.journeys.items() if name},
            "events": dict(kinds),
        }


def split(events, gap_ms):
    parts, before = [], None
    for event in events:
        if before is None or event[0] - before > gap_ms:
            parts.append([])
        parts[-1].append(event)
        before = event[0]
    return parts


def ordered(events):
    return any(record["event"] == "order_completed" for _, record in events)


def normalised(answers):
    """The generator's file in the shape of Counter.answers."""
    bound = answers["with_lateness"]
    out = {key: answers[key] for key in ("read", "accepted", "rejected", "duplicate", "unmatched",
                                         "customers", "sessions", "sessions_converted",
                                         "value_sum")}
    out["with_lateness"] = (bound["accepted"], bound["late"], bound["duplicate"])
    out["journeys"] = {}
    for name, counts in answers["journeys"].items():
        reached = list(counts["reached"].values())
        out["journeys"][name] = [counts[key] for key in ("units", "converted", "abandoned",
                                                         "still_open")]
        out["journeys"][name] += reached + [0] * (5 - len(reached))
    out["events"] = {name: count for name, count in answers["events"].items() if count}
    return out


def check_answers(folder, extra):
    """The answers are what an independent count of the lines finds."""
    paths = [os.path.join(folder, name) for name in ("data", "answers", "definitions")]
    generate("--events", "30000", "--output", paths[0], "--answers", paths[1], "-c", paths[2],
             *extra)
    with open(paths[0], "rb") as file:
        data = file.read()
    with open(paths[1], encoding="utf-8") as file:
        expected = normalised(json.load(file))
    with open(paths[2], encoding="utf-8") as file:
        stages_of = stages(file.read())
    records = csv_records(data) if "csv" in extra else json_records(data)
    lateness = 120000 if "--lateness" in extra else 600000
    actual = Counter(records, stages_of, lateness).answers()
    for key, value in expected.items():
        if actual[key] != value:
            return f"{' '.join(extra)}: {key} is {actual[key]}, the answers say {value}"
    return ""


def check_determinism(_):
    """The same arguments give the same bytes, other seeds others, in any container."""
    plain = generate("--events", "5000", *NOISE)
    if generate("--events", "5000", *NOISE) != plain:
        return "a second run differs"
    if generate("--events", "5000", "--seed", "2", *NOISE) == plain:
        return "another seed gives the same"
    if gzip.decompress(generate("--events", "5000", "--compress", "gz", *NOISE)) != plain:
        return "gz holds something else"
    if shutil.which("zstd"):
        packed = generate("--events", "5000", "--compress", "zst", *NOISE)
        if subprocess.run(["zstd", "-dc"], input=packed, check=True,
                          capture_output=True).stdout != plain:
            return "zst holds something else"
    # Measured once; changes only together with the story, never with machine or compiler.
    digest = hashlib.sha256(generate("--events", "20000", *NOISE)).hexdigest()
    expected = "1a6b4fdb82aa97a2f809516df84ae7627b0fceeaebbf88b368107699f2fdc02f"
    return "" if digest == expected else f"sha256 is {digest}"


def check_noise_keeps_story(_):
    """Without its noise the data is the same, event for event, and in the order of time."""
    plain = generate("--events", "5000").splitlines()
    noisy = generate("--events", "5000", *NOISE).splitlines()
    if not set(plain) <= set(noisy):
        return "an event is missing"
    times = [json.loads(line)["time"] for line in plain]
    if times != sorted(times):
        return "the lines are not in the order of time"
    keys = {(json.loads(line)["user_id"], json.loads(line)["time"]) for line in plain}
    return "" if len(keys) == len(plain) else "a customer has two events at one time"


def check_small(_):
    """Tiny worlds work, and have exactly the events that were asked for."""
    for events in (1, 2, 3, 10, 100):
        for more in ([], ["--customers", "1"], ["--days", "1"], ["--days", "30000"],
                     ["--devices", "tablet", "--channels", "call"], ["--ties"]):
            lines = generate("--events", str(events), *more).splitlines()
            if len(lines) != events:
                return f"{events} events {more}: {len(lines)} lines"
    return ""


def check_story(_):
    """The four parts of the story show."""
    data = list(json_records(generate("--events", "200000")))
    counter = Counter(data, {"lifecycle": {}, "checkout": {}}, 600000)
    week = [time_ms("2025-03-20T00:00:00Z"), time_ms("2025-03-27T00:00:00Z")]
    failed, bought, gap = (collections.defaultdict(lambda: [0, 0]) for _ in range(3))
    circles = 0
    for events in counter.customers.values():
        names = [record["event"] for _, record in events]
        bought[events[0][1]["channel"]][0] += 1
        bought[events[0][1]["channel"]][1] += "order_completed" in names
        circles += " ".join(names).count("search no_results filter_applied search no_results") > 0
        for (at, first), (_, second) in zip(events, events[1:]):
            if first["event"] == "payment_started":
                key = first["device"] == "mobile" and week[0] <= at < week[1]
                failed[key][0] += 1
                failed[key][1] += second["event"] == "payment_failed"
            if first["device"] and second["device"] and first["device"] != second["device"]:
                key = (first["device"], second["device"])
                gap[key][0] += 1
                gap[key][1] += second["event"] == "cart_empty"
    def rate(table, key):
        return table[key][1] / table[key][0]
    if not (rate(failed, True) > 0.6 and rate(failed, False) < 0.15):
        return "payments on mobile do not stand out"
    if max(bought, key=lambda key: rate(bought, key)) != "mail" or \
            min(bought, key=lambda key: rate(bought, key)) != "ad":
        return f"conversion by channel is {dict(bought)}"
    if not (rate(gap, ("desktop", "mobile")) > 0.4 and rate(gap, ("mobile", "desktop")) == 0):
        return "there is no gap from desktop to mobile"
    share = circles / len(counter.customers)
    return "" if 0.05 < share < 0.12 else f"{share:.3f} of the customers click in circles"


CHECKS = [(check_answers, extra) for extra in (
    [], NOISE, ["--format", "csv"], ["--format", "csv", *NOISE], ["--ties", *NOISE],
    ["--customers", "500"], ["--customers", "25000", "--days", "3"], ["--seed", "7", *NOISE])]
CHECKS += [(check, None) for check in (check_determinism, check_noise_keeps_story, check_small,
                                       check_story)]


def main():
    failures = 0
    for check, extra in CHECKS:
        with tempfile.TemporaryDirectory(prefix="wend-generate-") as folder:
            problem = check(folder, extra) if extra is not None else check(folder)
        failures += bool(problem)
        label = check.__doc__ + (f" ({' '.join(extra)})" if extra else "")
        print(f"{'FAIL' if problem else 'ok  '}  {label}{': ' + problem if problem else ''}")
    print(f"{len(CHECKS) - failures} passed, {failures} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
