"""Records of an input, and the scalar values in them, for the oracle.

Reads whole files into lists, byte by byte where that is the plainest way to say the rule. A
record's fields are bytes; an absent field is None. Nothing here knows what a session is.
"""

import bz2
import datetime
import gzip
import json
import lzma
import re
from fractions import Fraction

MICROSECONDS = 1_000_000
TIME_MIN = -9_214_560_000 * MICROSECONDS  # 1678-01-01
TIME_END = 9_214_646_400 * MICROSECONDS  # 2262-01-01
MAX_JSON_DEPTH = 1024


class Shape(Exception):
    """The record cannot be parsed."""


class Record:
    """One record: `get(name)` gives a field's bytes or None; `shape` is True for a reject."""

    def __init__(self, raw, getter=None):
        self.raw = raw
        self.shape = getter is None
        self.get = getter


def read_bytes(path):
    with open(path, "rb") as file:
        return unpack(file.read())


def unpack(data):
    """What is in a compressed file, or `data` itself."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:3] == b"BZh":
        return bz2.decompress(data)
    if data[:6] == b"\xfd7zXZ\x00":
        return lzma.decompress(data)
    return data


def read_records(data, format):
    """The records of one input (bytes), in order."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if format.kind == "csv":
        return list(csv_records(data, format))
    parse = ndjson_getter if format.kind == "ndjson" else access_log_getter
    records = []
    for line in lines(data):
        if line.strip(b" \t\r") == b"":
            continue
        try:
            if len(line) > format.max_record:
                raise Shape
            records.append(Record(line, parse(line)))
        except Shape:
            records.append(Record(line))
    return records


def lines(data):
    """Lines without their LF or CRLF; a last line needs none."""
    parts = data.split(b"\n")
    if parts[-1] == b"":
        parts.pop()
    return [part[:-1] if part.endswith(b"\r") else part for part in parts]


# -- NDJSON ------------------------------------------------------------------------------------


def ndjson_getter(line):
    try:
        text = line.decode("utf-8")
        check_depth(text)
        value = json.loads(
            text,
            parse_int=lambda number: JsonNumber(number),
            parse_float=lambda number: JsonNumber(number),
            parse_constant=not_json,
        )
    except (ValueError, RecursionError) as error:
        raise Shape from error
    if not isinstance(value, dict):
        raise Shape

    def get(name):
        if name.startswith("/"):
            return json_field(json_pointer(value, name))
        return json_field(value.get(name))

    return get


class JsonNumber(str):
    """A number as its text in the record."""


def not_json(name):
    raise ValueError(name)


def check_depth(text):
    depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if mark in "[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise Shape
        elif mark in "]}":
            depth -= 1


def json_field(value):
    if value is None or value == "" or isinstance(value, (dict, list)):
        return None
    if value is True:
        return b"true"
    if value is False:
        return b"false"
    return re.sub("[\ud800-\udfff]", "\ufffd", value).encode("utf-8")


def json_pointer(value, pointer):
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and re.fullmatch("0|[1-9][0-9]*", token):
            value = value[int(token)] if int(token) < len(value) else None
        else:
            return None
    return value


# -- CSV ---------------------------------------------------------------------------------------


def csv_records(data, format):
    names = format.columns
    for line, fields in csv_rows(data, format.separator, format.max_record):
        if names is None:
            if format.header:
                names = [field.decode("utf-8", "replace") for field in fields or []]
                continue
            if fields is not None:
                names = [f"column_{i + 1}" for i in range(len(fields))]
        elif format.header and format.columns is not None:
            raise ValueError("columns and header together")
        if fields is None or len(fields) != len(names) or len(line) > format.max_record:
            yield Record(line)
        else:
            present = {name: field for name, field in zip(names, fields) if field != b""}
            yield Record(line, present.get)


def csv_rows(data, separator, max_record):
    """(raw bytes, fields or None) of each row that is not blank."""
    at = 0
    while at < len(data):
        fields, end, good = csv_row(data, at, separator, max_record)
        if end is None:  # a quoted field that does not close: the first line break ends the row
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            good = False
        raw = data[at:end]
        if raw.endswith(b"\r"):
            raw = raw[:-1]
        at = end + 1
        if raw != b"":
            yield raw, fields if good else None


def csv_row(data, start, separator, max_record):
    """Fields, the position of the LF (or end of data) that ends the row (None: a quote stays
    open), and whether its quotes are right."""
    fields = []
    good = True
    at = start
    while True:
        if data[at : at + 1] == b'"' and at - start < max_record:  # behind it quotes are text
            field = b""
            at += 1
            while True:
                close = data.find(b'"', at)
                if close < 0 or close - start >= max_record:
                    return fields, None, False
                field += data[at:close]
                if data[close + 1 : close + 2] != b'"':
                    break
                field += b'"'
                at = close + 2
            at = close + 1
        else:
            field = None
        stop = at
        while stop < len(data) and data[stop : stop + 1] not in (separator, b"\n"):
            stop += 1
        rest = data[at:stop]
        if data[stop : stop + 1] != separator and rest.endswith(b"\r"):
            rest = rest[:-1]  # part of the line end
        if field is None:
            field = rest
        elif rest != b"":
            good = False  # goes on after its closing quote
        fields.append(field)
        if data[stop : stop + 1] != separator:
            return fields, stop, good
        at = stop + 1


# -- Access logs -------------------------------------------------------------------------------

QUOTED = rb'"((?:[^"\\]|\\.)*)"'
ACCESS_LOG = re.compile(
    rb"(?P<prefix>(?:(?! \[).)+) \[(?P<time>[^\]]*)\] "
    + QUOTED.replace(b"(", b"(?P<request>", 1)
    + rb" (?P<status>\d+|-) (?P<bytes>\d+|-)(?: "
    + QUOTED.replace(b"(", b"(?P<referer>", 1)
    + rb" "
    + QUOTED.replace(b"(", b"(?P<agent>", 1)
    + rb"(?: (?:(?!\")[^ ]*|"
    + QUOTED
    + rb"))*)?",
    re.DOTALL,
)
METHOD = rb"(?P<method>[A-Z_-]{1,32}) "
REQUEST = re.compile(METHOD + rb"(?P<target>.+) (?P<protocol>HTTP/[^ ]*)", re.DOTALL)
OLD_REQUEST = re.compile(METHOD + rb"(?P<target>[/*][^ ]*|[^ ]*:[^ ]*)", re.DOTALL)
LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v"}


def unescape(text):
    def replace(match):
        return bytes([int(match[1], 16)]) if match[1] else LETTERS.get(match[2], match[2])

    return re.sub(rb'\\(?:x([0-9a-fA-F]{2})|([ntrbv"\\]))', replace, text)


def log_prefix(prefix):
    """host ident user, or vhost host ident user. A user may hold blanks; the ident behind the host,
    which is nearly always `-`, then tells the two apart."""
    words = prefix.split(b" ")
    fields = {}
    if len(words) > 3 and words[1] != b"-":
        fields["vhost"] = words.pop(0)
        if len(words) > 3 and words[1] != b"-":
            raise Shape
    if len(words) < 3 or b"" in words:
        raise Shape
    fields |= {"host": words[0], "ident": words[1], "user": b" ".join(words[2:])}
    return fields


def access_log_getter(line):
    match = ACCESS_LOG.fullmatch(line.rstrip(b" "))
    if not match:
        raise Shape
    fields = {name: value for name, value in match.groupdict().items() if value is not None}
    fields |= log_prefix(fields.pop("prefix"))
    for name in ("request", "referer", "agent"):
        if name in fields:
            fields[name] = unescape(fields[name])
    request = REQUEST.fullmatch(fields["request"]) or OLD_REQUEST.fullmatch(fields["request"])
    if request:
        fields |= request.groupdict()
        fields["path"] = re.split(rb"[?#]", fields["target"], maxsplit=1)[0]
    present = {name: value for name, value in fields.items() if value not in (b"", b"-")}
    return present.get


# -- Numbers and times -------------------------------------------------------------------------

NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?")


def parse_number(text):
    """The exact number of a JSON number's text, else None. Exponents beyond any use are cut."""
    match = NUMBER.fullmatch(text)
    if not match:
        return None
    mantissa = re.split(rb"[eE]", text)[0].decode()
    exponent = max(-1000, min(1000, int(match[1] or 0)))
    return Fraction(mantissa) * Fraction(10) ** exponent


def parse_value(text):
    """SEMANTICS "value": an integer of 1/10000, or None for a bad one."""
    number = parse_number(text)
    if number is None:
        return None
    scaled = round(number * 10000)  # half to even
    return scaled if abs(scaled) < 10**18 else None


UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # a second has so many
UNIT_SIZES = [("s", 10**8, 10**11), ("ms", 10**11, 10**14), ("us", 10**14, 10**17)]


def unit_of(number):
    """The unit that a number of this size suggests; None below 10^8."""
    if number < 10**8:
        return None
    for unit, low, high in UNIT_SIZES:
        if low <= number < high:
            return unit
    return "ns"


ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)"
    rb"(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: UTC|Z|([+-])(\d\d)(?::?(\d\d))?)?)?"
)
LOG = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
MONTHS = [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun",
          b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"]  # fmt: skip


class TimeReader:
    """Times of one input: the unit of its numbers is declared, or inferred once."""

    def __init__(self, unit="auto"):
        self.unit = unit

    def parse(self, text):
        """Microseconds since 1970, or None when unreadable."""
        number = parse_number(text)
        time = parse_calendar(text) if number is None else self.parse_epoch(number)
        return time if time is not None and TIME_MIN <= time < TIME_END else None

    def parse_epoch(self, number):
        if self.unit == "auto" and unit_of(number) is not None:
            self.unit = "auto " + unit_of(number)
        if self.unit.startswith("auto") and self.unit != f"auto {unit_of(number)}":
            return None
        return int(number * MICROSECONDS / UNITS[self.unit.split()[-1]])  # towards zero


def parse_calendar(text):
    match = ISO.fullmatch(text)
    if match:
        year, month, day, hour, minute, second, fraction, sign, zone_h, zone_m = match.groups()
    else:
        match = LOG.fullmatch(text)
        if not match or match[2] not in MONTHS:
            return None
        day, month, year, hour, minute, second, sign, zone_h, zone_m = match.groups()
        month = MONTHS.index(month) + 1
        fraction = None
    hour, minute, second = int(hour or 0), int(minute or 0), int(second or 0)
    zone_h, zone_m = int(zone_h or 0), int(zone_m or 0)
    if hour > 23 or minute > 59 or second > 60 or zone_h > 23 or zone_m > 59:
        return None
    try:
        days = datetime.date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    days -= datetime.date(1970, 1, 1).toordinal()
    offset = (zone_h * 3600 + zone_m * 60) * (-1 if sign == b"-" else 1)
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return seconds * MICROSECONDS + int((fraction or b"").ljust(6, b"0")[:6])
