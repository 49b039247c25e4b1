"""Small random cases: a definition file and inputs, made from a seed.

The values are few and close together on purpose: ties, exact limits (a gap of just 30 minutes, a
microsecond more), repeats, absent fields and hostile names must be common, not rare.
"""

import random

import yaml

from case_inputs import Layout

SECOND = 10**6
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_743_292_800 * SECOND  # 2025-03-30 00:00 UTC: summer time begins in Europe that day
STARTS = [START] * 10 + [
    1_761_436_800 * SECOND,  # 2025-10-26, when it ends
    -DAY,
    -9_214_560_000 * SECOND,  # 1678-01-01, the first day of all
    9_214_646_400 * SECOND - 3 * DAY,  # 2262-01-01, behind the last one
]
LAST_NOW = 9_214_646_400 * SECOND - HOUR
EVENTS = ["home", "search", "product", "cart", "buy", "help", "ad", "mail"]
HOSTILE = ["a > b", "(none)", "(exit)", "…", "x\u0301y", "naïve ☃", " blank ", 'q"uote', "a\tb",
           "(more)", "(entry)", ">", "bad\udcff", "\udcc3(", "\udce2\udc98"]
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
        self.layout = Layout(pick)
        self.is_log = self.layout.kind == "access-log"
        self.events = ["/" + name for name in EVENTS] if self.is_log else EVENTS
        self.start = pick.choice(STARTS)
        self.now = min(self.start + 400 * DAY, LAST_NOW)
        self.close_all = pick.random() < 0.2
        self.lateness = pick.choice([None] * 5 + ["0s", "10s", "2m", "1d", "36500d"])
        self.document = self.make_document()
        self.definition = yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True)
        events = self.make_events()
        self.inputs = self.write_inputs(events)

    def chance(self, share):
        return self.random.random() < share

    # -- definitions

    def make_document(self):
        pick = self.random
        name = self.layout.name
        document = {"format": self.layout.format}
        self.map_event(document)
        if self.layout.is_small:
            document["max_record"] = "1KiB"
        if self.chance(0.4):
            document["id"] = name("id")
        if self.chance(0.5):
            document["value"] = name("value")
        self.fields = {}
        if self.chance(0.3):
            part = pick.choice(["path", "host", "query.x", "query.q"])
            self.fields = {"page": {"url": name("url"), "part": part},
                           "who": {"first": [name("anon"), name("user")]},
                           "again": {"field": "who"}}
            document["fields"] = self.fields
        if self.chance(0.3):
            document["where"] = self.condition(2)
        names = self.make_touchpoints(document)
        document["sessions"] = self.make_sessions()
        journeys = [self.make_journey(f"j{i}", names) for i in range(pick.choice([0, 1, 1, 2, 3]))]
        if journeys:
            document["journeys"] = journeys
            if self.chance(0.3):
                document["sessions"]["goal"] = journeys[0]["name"]
        segments = pick.choice([[], [], ["device"], ["device", "channel"], ["n"], ["url"]])
        if self.fields and self.chance(0.5):
            segments = segments + [pick.choice(list(self.fields))]
        if segments:
            document["segments"] = [{"by_" + field: name(field)} for field in segments]
        if self.chance(0.4):
            document["window"] = pick.choice(["1h", "1d", "7d", "5h", "1us", "365000d"])
        if self.chance(0.3):
            document["collapse"] = "false"
        if self.chance(0.5):
            document["max_steps"] = pick.choice([3, 4, 5])
        if self.chance(0.5):
            document["flow_depth"] = pick.choice([1, 2, 3])
        return document

    def map_event(self, document):
        """Who it was, when it was, and what."""
        pick = self.random
        user, anon, device = map(self.layout.name, ("user", "anon", "device"))
        if not self.is_log or self.chance(0.2):
            document["time"] = self.layout.name("t")
        if self.layout.declares_unit:
            document["time"] = {"field": self.layout.name("t"), "unit": self.layout.units[0]}
        if not self.is_log or self.chance(0.5):
            joined = "{%s}|{%s}" % (user, device)
            document["customer"] = pick.choice([user, [user, anon], [joined, user]])
        event = "path" if self.is_log else self.layout.name("event")
        if not self.is_log or self.chance(0.3):
            joined = "{%s}/{%s}" % (event, device)
            document["event"] = pick.choice([event, event, event, joined])

    def make_touchpoints(self, document):
        """Adds a touchpoint list, or none; returns names that goals and stages may use."""
        pick = self.random
        if self.chance(0.45):
            return self.events
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
            device, url = self.layout.name("device"), self.layout.name("url")
            forms = ["{event}", "{event} on {%s}" % device, "{%s}" % url, "{{{event}}}"]
            rules.append({"name": pick.choice(forms)})
            names = names + self.events
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
            field = pick.choice(["event", "device", "channel", "url", "n", "user", "value"]
                                + list(self.fields))
            key = field if field == "event" else self.layout.name(field)
            found[key] = self.test(field)
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
            return {pick.choice(["lt", "le", "gt", "ge"]): pick.choice([0, 1, 2.5, -1, 201])}
        values = {"event": self.events, "device": DEVICES, "channel": CHANNELS[:3],
                  "user": ["u0", "u1"], "who": ["u0", "u2"], "again": ["u0", "u2"],
                  "page": ["/a/b", "/cart", "shop.example", "1", "caf\u00e9"]}
        value = pick.choice(values[field])
        return pick.choice([
            value, value, [value, pick.choice(values[field])], None, {"present": "true"},
            {"prefix": value[:2]}, {"glob": value[:1] + "*"}, {"glob": "?" * len(value)},
            {"regex": "^" + value[:2]}, {"not": value}, {"one_of": [value, "x"]},
            {"regex": "[ae]r?$"}, {"equals": value, "present": "true"},
        ])

    def make_sessions(self):
        pick = self.random
        name = self.layout.name
        rule = {"gap": pick.choice(["30m", "30m", "1h", "1s", "none", "365000d"])}
        if self.chance(0.2):
            rule["max_duration"] = pick.choice(["1h", "10m"])
        if self.chance(0.2):
            rule["cut_on"] = pick.choice([name("channel"), [name("channel"), name("device")]])
        if self.chance(0.2):
            rule["cut_at_midnight"] = "true"
            rule["timezone"] = pick.choice(["UTC", "Europe/Berlin", "+05:30", "America/New_York",
                                            "America/Sao_Paulo", "Australia/Lord_Howe"])
        if self.chance(0.2):
            rule["key"] = name(pick.choice(["device", "n"]))
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
        journey["timeout"] = pick.choice(["30d", "1d", "1h", "30m", "none", "365000d"])
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
            at = self.start + pick.choice([0, 0, HOUR, 22 * HOUR, 23 * HOUR + 30 * MINUTE])
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
        if self.chance(0.02):
            event["device"] = pick.choice(HOSTILE)
        if self.chance(0.6):
            event["channel"] = pick.choice(CHANNELS)
        if self.chance(0.4):
            event["url"] = pick.choice(URLS)
        if self.chance(0.5):
            event["id"] = f"i{pick.randint(0, 2)}"
        if self.chance(0.6):
            event["value"] = pick.choice([1, 2.5, -3, "7.00005", 0.00015, "1e3", "many", 10**14,
                                          -99999999999999.9999, 0, "99999999999999.9999",
                                          "99999999999999.99995", "-0.00005", "1E2", "1e-5", ".5",
                                          "+1", "1.", "1e400", "0x1", 12345678901234])
        if self.chance(0.5):
            event["n"] = pick.choice([0, 1, 2, 2.5, True, "two", ""])
        return event

    def write_inputs(self, events):
        count = self.random.choice([1, 1, 2, 3])
        parts = [events[number::count] for number in range(count)]
        return [self.layout.write(number, part) for number, part in enumerate(parts)]
