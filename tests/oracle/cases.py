"""Small random cases: a definition file and inputs, made from a seed.

The values are few and close together on purpose: ties, exact limits (a gap of just 30 minutes, a
microsecond more), repeats, absent fields and hostile names must be common, not rare.
"""

import json
import random
from datetime import datetime, timedelta, timezone

import yaml

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = 10**6
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_743_292_800 * SECOND  # 2025-03-30 00:00 UTC: summer time begins in Europe that day
NOW = START + 400 * DAY
EVENTS = ["home", "search", "product", "cart", "buy", "help", "ad", "mail"]
HOSTILE = ["a > b", "(none)", "(exit)", "…", "x\u0301y", "naïve ☃", " blank ", 'q"uote', "a\tb"]
GAPS = [0, 0, 1, SECOND, SECOND, 5 * SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE, 30 * MINUTE + 1,
        HOUR, 6 * HOUR, DAY, DAY + 1, 3 * DAY]
DEVICES = ["mobile", "desktop", "tablet"]
CHANNELS = ["ad", "mail", "search", ""]
URLS = ["https://Shop.example:8080/a/b?x=1&y=%20z", "/cart?step=2#top", "//cdn.example/i?x=",
        "/",
        "https://user@shop.example/buy", "/a/b", "mailto:x", "/search?q=caf%C3%A9&q=2"]


class Case:
    """`definition`: YAML text; `inputs`: [(file name, bytes)]; options of the run."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        pick = self.random
        self.is_csv = pick.random() < 0.35
        self.has_numbers = pick.random() < 0.25  # times as epoch milliseconds
        self.close_all = pick.random() < 0.2
        self.lateness = pick.choice([None, None, None, "0s", "10s", "2m"])
        self.document = self.make_document()
        self.definition = yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True)
        events = self.make_events()
        self.inputs = self.write_inputs(events)

    def chance(self, share):
        return self.random.random() < share

    # -- definitions

    def make_document(self):
        pick = self.random
        document = {"format": "csv" if self.is_csv else "ndjson", "time": "t"}
        document["customer"] = pick.choice(["user", ["user", "anon"], ["{user}|{device}", "user"]])
        document["event"] = pick.choice(["event", "event", "event", "{event}/{device}"])
        if self.chance(0.4):
            document["id"] = "id"
        if self.chance(0.5):
            document["value"] = "value"
        if self.chance(0.3):
            document["where"] = self.condition(2)
        if self.chance(0.3):
            document["fields"] = {"page": {"url": "url", "part": pick.choice(["path", "host"])},
                                  "who": {"first": ["anon", "user"]}}
            self.fields = ["page", "who"]
        else:
            self.fields = []
        names = self.make_touchpoints(document)
        document["sessions"] = self.make_sessions()
        journeys = [self.make_journey(f"j{i}", names) for i in range(pick.choice([0, 1, 1, 2, 3]))]
        if journeys:
            document["journeys"] = journeys
            if self.chance(0.3):
                document["sessions"]["goal"] = journeys[0]["name"]
        segments = pick.choice([[], [], ["device"], ["device", {"ch": "channel"}], ["n"]])
        if segments:
            document["segments"] = segments
        if self.chance(0.4):
            document["window"] = pick.choice(["1h", "1d", "7d"])
        if self.chance(0.3):
            document["collapse"] = "false"
        if self.chance(0.5):
            document["max_steps"] = pick.choice([3, 4, 5])
        if self.chance(0.5):
            document["flow_depth"] = pick.choice([1, 2, 3])
        return document

    def make_touchpoints(self, document):
        """Adds a touchpoint list, or none; returns names that goals and stages may use."""
        pick = self.random
        if self.chance(0.45):
            return EVENTS
        rules = []
        names = []
        for number in range(pick.randint(1, 6)):
            name = f"t{number}"
            rule = {"name": name}
            if self.chance(0.9):
                rule["when"] = self.condition(2)
            names.append(name)
            rules.append(rule)
        if self.chance(0.5):
            rules.append({"name": pick.choice(["{event}", "{event} on {device}", "{url}"])})
            names = names + EVENTS
        document["touchpoints"] = rules
        return names

    def condition(self, depth):
        pick = self.random
        if depth > 0 and self.chance(0.3):
            kind = pick.choice(["all", "any", "not"])
            if kind == "not":
                return {"not": self.condition(depth - 1)}
            return {kind: [self.condition(depth - 1) for _ in range(pick.randint(1, 3))]}
        found = {}
        for _ in range(pick.choice([1, 1, 2])):
            field = pick.choice(["event", "device", "channel", "url", "n", "user", "value"])
            found[field] = self.test(field)
        return found

    def test(self, field):
        pick = self.random
        if field == "url":
            part = pick.choice(["host", "path", "query.x", "query.q", "prefix", "regex"])
            value = {"host": "shop.example", "path": pick.choice(["/a/b", {"glob": "/a*"}, "/"]),
                     "query.x": pick.choice(["1", {"present": "true"}]),
                     "query.q": {"prefix": "caf"}, "prefix": "/", "regex": "a.b"}[part]
            return {part: value}
        if field in ("n", "value"):
            return {pick.choice(["lt", "le", "gt", "ge"]): pick.choice([0, 1, 2.5, -1])}
        values = {"event": EVENTS, "device": DEVICES, "channel": CHANNELS[:3], "user": ["u0", "u1"]}
        value = pick.choice(values[field])
        return pick.choice([
            value, value, [value, pick.choice(values[field])], None, {"present": "true"},
            {"prefix": value[:2]}, {"glob": value[:1] + "*"}, {"glob": "?" * len(value)},
            {"regex": "^" + value[:2]}, {"not": value}, {"one_of": [value, "x"]},
            {"regex": "[ae]r?$"}, {"equals": value, "present": "true"},
        ])

    def make_sessions(self):
        pick = self.random
        rule = {"gap": pick.choice(["30m", "30m", "1h", "1s", "none"])}
        if self.chance(0.2):
            rule["max_duration"] = pick.choice(["1h", "10m"])
        if self.chance(0.2):
            rule["cut_on"] = pick.choice(["channel", ["channel", "device"]])
        if self.chance(0.2):
            rule["cut_at_midnight"] = "true"
            rule["timezone"] = pick.choice(["UTC", "Europe/Berlin", "+05:30", "America/New_York"])
        if self.chance(0.2):
            rule["key"] = pick.choice(["device", "n"])
        return rule

    def make_journey(self, name, names):
        pick = self.random
        names = list(dict.fromkeys(names))
        pick.shuffle(names)
        journey = {"name": name}
        if self.chance(0.4):
            journey["start"] = names[:2]
        if self.chance(0.8):
            journey["goal"] = pick.sample(names, min(len(names), pick.choice([1, 1, 2])))
        stages = []
        left = list(names)
        for number in range(pick.choice([0, 1, 2, 3, 4])):
            own = [left.pop() for _ in range(pick.choice([1, 1, 2])) if left]
            if own:
                stages.append({"name": f"s{number}", "touchpoints": own})
        if stages:
            journey["stages"] = stages
            journey["funnel"] = pick.choice(["ordered", "any", "strict"])
        journey["timeout"] = pick.choice(["30d", "1d", "1h", "30m", "none"])
        if self.chance(0.3):
            journey["within"] = pick.choice(["1h", "1d", "5s"])
        if self.chance(0.4):
            journey["after_goal"] = "continue"
        if self.chance(0.3):
            journey["per"] = "session"
        return journey

    # -- events

    def make_events(self):
        pick = self.random
        events = []
        for customer in range(pick.randint(1, 4)):
            at = START + pick.choice([0, 0, HOUR, 22 * HOUR, 23 * HOUR + 30 * MINUTE])
            for _ in range(pick.choice([1, 2, 5, 9, 16])):
                at += pick.choice(GAPS)
                events.append(self.make_event(customer, at))
                if self.chance(0.05):
                    events.append(dict(events[-1]))
        pick.shuffle(events) if self.chance(0.3) else events.sort(key=lambda e: e["at"])
        if self.chance(0.3):  # a little out of order
            events.sort(key=lambda e: e["at"] + pick.choice([0, 0, 5 * SECOND, 20 * SECOND]))
        return events

    def make_event(self, customer, at):
        pick = self.random
        event = {"at": at, "user": f"u{customer}", "event": pick.choice(EVENTS)}
        if self.chance(0.05):
            event["event"] = pick.choice(HOSTILE)
        if self.chance(0.05):
            del event["event"]
        if self.chance(0.05):
            event["user"] = ""
        if self.chance(0.2):
            event["anon"] = f"u{pick.randint(0, 3)}"
        if self.chance(0.8):
            event["device"] = pick.choice(DEVICES)
        if self.chance(0.6):
            event["channel"] = pick.choice(CHANNELS)
        if self.chance(0.4):
            event["url"] = pick.choice(URLS)
        if self.chance(0.5):
            event["id"] = f"i{pick.randint(0, 2)}"
        if self.chance(0.6):
            event["value"] = pick.choice([1, 2.5, -3, "7.00005", 0.00015, "1e3", "many", 10**14,
                                          -99999999999999.9999, 0])
        if self.chance(0.5):
            event["n"] = pick.choice([0, 1, 2, 2.5, True, "two", ""])
        return event

    def time_text(self, at):
        pick = self.random
        if self.has_numbers:
            return at // 1000 if self.chance(0.7) else str(at // 1000)
        moment = EPOCH + timedelta(microseconds=at)
        form = pick.choice(["us", "us", "T", "zone"])
        if form == "zone":
            local = moment.astimezone(timezone(timedelta(hours=2)))
            return local.strftime("%Y-%m-%d %H:%M:%S.%f+02:00")
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if form == "T" else "%Y-%m-%d %H:%M:%S.%f")

    def write_inputs(self, events):
        pick = self.random
        count = pick.choice([1, 1, 2, 3])
        parts = [events[number::count] for number in range(count)]
        return [self.write_input(number, part) for number, part in enumerate(parts)]

    def write_input(self, number, events):
        lines = []
        columns = ["t", "user", "anon", "event", "device", "channel", "url", "id", "value", "n"]
        if self.is_csv:
            lines.append(",".join(columns))
        for event in events:
            record = {"t": self.time_text(event["at"])}
            record |= {key: value for key, value in event.items() if key != "at"}
            if self.chance(0.03):
                record["t"] = self.random.choice(["yesterday", "", 12, "2300-01-01"])
            if self.chance(0.02):
                record["t"] = "2100-01-01"
            lines.append(self.csv_line(record, columns) if self.is_csv else self.json_line(record))
            if self.chance(0.04):
                lines.append(self.random.choice(["", "{broken", "a,b", "[1]", '{"t":1}x']))
        end = self.random.choice(["\n", "\r\n"])
        text = end.join(lines) + (end if self.chance(0.8) else "")
        return f"input{number}.{'csv' if self.is_csv else 'ndjson'}", text.encode()

    def json_line(self, record):
        items = list(record.items())
        if self.chance(0.1):
            self.random.shuffle(items)
        if self.chance(0.05):
            items.append(("event", self.random.choice(EVENTS)))  # a repeated key: the last counts
        ascii_only = self.chance(0.5)
        parts = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=ascii_only)}" for k, v in items]
        return "{" + ", ".join(parts) + "}"

    def csv_line(self, record, columns):
        cells = []
        for column in columns:
            value = record.get(column, "")
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if any(c in text for c in ',"\r\n') or self.chance(0.1):
                text = '"' + text.replace('"', '""') + '"'
            cells.append(text)
        return ",".join(cells)
