"""Events of a random case as the bytes of inputs: NDJSON, delimited text and access logs.

A `Layout` says how the inputs of a case are written, and by which name a definition finds each
field; `write` makes one input.
"""

import gzip
import json
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
COLUMNS = ["t", "user", "anon", "event", "device", "channel", "url", "id", "value", "n", "pad"]
LOG_NAMES = {"t": "time", "user": "host", "anon": "ident", "device": "agent", "channel": "user",
             "url": "referer", "id": "ident", "value": "bytes", "n": "status"}
POINTERS = {"device": "/ctx/device/type", "channel": "/a~1b/ch~0", "n": "/items/1/n",
            "user": "/ctx/user", "url": "/urls/0"}
SEPARATORS = {",": ",", ";": ";", "|": "|", "tab": "\t"}
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
BROKEN = {"csv": ["", "a,b", 'x"y', '"open'], "ndjson": ["", "  ", "{broken", "[1]", '{"t":1}x'],
          "access-log": ["", "garbage", 'h - - [bad] "GET / HTTP/1.1" 200 1', "1 2 3 4"]}


class Layout:
    def __init__(self, pick):
        self.random = pick
        self.kind = pick.choice(["ndjson"] * 4 + ["csv"] * 4 + ["access-log"] * 2)
        self.names = {}  # of fields in definitions, where they differ
        self.format = self.kind
        self.header = True
        self.is_small = pick.random() < 0.1  # records of at most 1 KiB
        if self.kind == "access-log":
            self.names = LOG_NAMES
            self.has_vhost = pick.random() < 0.3
            self.is_common = pick.random() < 0.3
        elif self.kind == "ndjson" and pick.random() < 0.3:
            self.names = POINTERS
        elif self.kind == "csv":
            self.choose_csv()
        self.units = [None]
        if self.kind != "access-log" and pick.random() < 0.4:
            self.units = pick.choice([["s"], ["ms"], ["us"], ["ns"], ["s", "ms", "us", "ns"]])
        self.declares_unit = len(self.units) == 1 and self.units[0] and pick.random() < 0.5

    def choose_csv(self):
        pick = self.random
        self.separator = pick.choice([",", ",", ",", ";", "|", "tab"])
        how = pick.choice(["header", "header", "columns", "numbers"])
        if self.separator == "," and how == "header":
            return
        self.format = {"kind": "csv", "separator": self.separator}
        self.header = how == "header"
        if not self.header:
            self.format["header"] = "no"
        if how == "columns":
            self.format["columns"] = COLUMNS
        if how == "numbers":
            self.names = {name: f"column_{i + 1}" for i, name in enumerate(COLUMNS)}

    def name(self, field):
        return self.names.get(field, field)

    def chance(self, share):
        return self.random.random() < share

    def time_text(self, at, unit):
        pick = self.random
        if self.kind == "access-log":
            zone = timezone(timedelta(hours=pick.choice([0, -7, 2])))
            moment = (EPOCH + timedelta(microseconds=at)).astimezone(zone)
            return moment.strftime("%d/%b/%Y:%H:%M:%S %z")
        if unit is not None and self.chance(0.97):
            return self.number(at, PER_SECOND[unit])
        moment = EPOCH + timedelta(microseconds=at)
        form = pick.choice(["us", "us", "T", "zone"])
        if form == "zone":
            local = moment.replace(tzinfo=None) + timedelta(hours=2)
            return local.isoformat(" ", "microseconds") + "+02:00"
        text = moment.replace(tzinfo=None).isoformat("T" if form == "T" else " ", "microseconds")
        return text + ("Z" if form == "T" else "")

    def number(self, at, per_second):
        """A JSON number, or its text: whole where it can be."""
        scaled = at * per_second
        sign, whole, rest = "-" if scaled < 0 else "", *divmod(abs(scaled), 10**6)
        text = sign + str(whole)
        if rest and self.chance(0.8):
            text += f".{rest:06}" + self.random.choice(["", "00"])
        elif whole and whole % 1000 == 0 and self.chance(0.2):
            return f"{sign}{whole // 1000}e3"
        return int(text) if "." not in text and self.chance(0.6) else text

    # -- inputs

    def write(self, number, events):
        """(file name, bytes) of one input."""
        pick = self.random
        unit = pick.choice(self.units)
        lines = []
        if self.kind == "csv" and self.header:
            lines.append(SEPARATORS[self.separator].join(COLUMNS))
        for event in events:
            record = {"t": self.time_text(event["at"], unit)}
            record |= {key: value for key, value in event.items() if key != "at"}
            self.spoil(record)
            lines.append(self.line(record))
            if self.chance(0.04):
                lines.append(pick.choice(BROKEN[self.kind]))
        end = pick.choice(["\n", "\r\n"])
        text = end.join(lines) + (end if self.chance(0.8) else "")
        data = text.encode("utf-8", "surrogateescape")
        if self.chance(0.1):
            data = b"\xef\xbb\xbf" + data
        return self.pack(f"input{number}.{self.kind}", data)

    def pack(self, name, data):
        if not self.chance(0.15):
            return name, data
        half = len(data) // 2
        parts = [data] if self.chance(0.5) else [data[:half], data[half:]]
        return name + ".gz", b"".join(gzip.compress(part, mtime=0) for part in parts)

    def spoil(self, record):
        pick = self.random
        if self.chance(0.03):
            record["t"] = pick.choice(["yesterday", "", 12, "2300-01-01", "1677-12-31", 1.5e8,
                                       1743292800, 1743292800123, "1743292800123456", 99999999,
                                       "2025-02-30", "2025-03-30 24:00", "2025-03-30T7:05Z"])
        if self.chance(0.02):
            record["t"] = pick.choice(["2100-01-01", "1678-01-01", "2261-12-31T23:59:59.999999"])
        if self.is_small and self.chance(0.3):
            record["pad"] = "x" * pick.randint(700, 1100)

    def line(self, record):
        if self.kind == "csv":
            return self.csv_line(record)
        return self.json_line(record) if self.kind == "ndjson" else self.log_line(record)

    def json_line(self, record):
        items = list(nest(record).items() if self.names else record.items())
        if self.chance(0.1):
            self.random.shuffle(items)
        if self.chance(0.05):
            items.append(("event", self.random.choice(["home", "cart"])))  # the last counts
        ascii_only = self.chance(0.5)
        parts = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=ascii_only)}" for k, v in items]
        return "{" + ", ".join(parts) + "}"

    def csv_line(self, record):
        separator = SEPARATORS[self.separator]
        cells = []
        for column in COLUMNS:
            value = record.get(column, "")
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if any(c in text for c in separator + '"\r\n') or self.chance(0.1):
                text = '"' + text.replace('"', '""') + '"'
            cells.append(text)
        return separator.join(cells)

    def log_line(self, record):
        pick = self.random
        host, ident, user = (word(record.get(k)) for k in ("user", "id", "channel"))
        target = "/" + str(record.get("event", "")) + pick.choice(["", "", "?x=1", "#top"])
        request = pick.choice(["GET", "POST"]) + f" {target} HTTP/1.1"
        if self.chance(0.03):
            request = pick.choice(["-", "", "GET /", "\\x16\\x03", "GET /a b HTTP/1.1"])
        status = record.get("n", 200)
        status = 200 + int(status) if isinstance(status, (int, float)) else 404
        value = record.get("value")
        size = str(abs(value)) if isinstance(value, int) else "-"
        line = f'{host} {ident} {user} [{record["t"]}] "{escape(request)}" {status} {size}'
        if self.has_vhost and host != "-":  # `-` behind a host would be an ident
            line = f"www{pick.randint(0, 1)}.example {line}"
        if self.is_common:
            return line
        agent = str(record.get("device", "-")) + record.get("pad", "")
        return line + f' "{escape(record.get("url", "-"))}" "{escape(agent)}"'


def nest(record):
    """The record with the fields of POINTERS where they point."""
    nested = {key: value for key, value in record.items() if key not in POINTERS}
    nested["ctx"] = {"user": record.get("user"), "device": {"type": record.get("device")}}
    nested["a/b"] = {"ch~": record.get("channel")}
    nested["items"] = [0, {"n": record["n"]}] if "n" in record else [{"n": 5}]
    nested["urls"] = [record["url"], "/other"] if "url" in record else "/a/b"
    return nested


def word(value):
    return str(value).replace(" ", "_") if value else "-"


def escape(text):
    """As Apache writes it, with a little more in hexadecimal."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return text.replace("\\\\x", "\\x").replace("☃", "\\xe2\\x98\\x83")
