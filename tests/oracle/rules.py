"""The definition file, for the oracle: YAML to a Definition with Python closures.

It takes a valid file for granted: telling mistakes is the engine's business. A condition is a
function of `get`, which gives a field's bytes or None.
"""

import re
from types import SimpleNamespace

import yaml

from readers import parse_number

DURATION_UNITS = {
    "us": 1,
    "ms": 10**3,
    "s": 10**6,
    "m": 60 * 10**6,
    "h": 3600 * 10**6,
    "d": 86400 * 10**6,
    "w": 7 * 86400 * 10**6,
}
SIZE_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "K": 1000, "M": 10**6, "G": 10**9}
RESERVED = ("(none)", "(entry)", "(exit)", "(more)", "…")
CHECKS = ("lt", "le", "gt", "ge")


class TextLoader(yaml.SafeLoader):
    """Scalars stay as written, but for a plain ~ or null."""


def _construct_scalar(loader, node):
    if node.style is None and node.value in ("", "~", "null", "Null", "NULL"):
        return None
    return node.value


for _tag in ("bool", "int", "float", "timestamp", "null", "str"):
    TextLoader.add_constructor("tag:yaml.org,2002:" + _tag, _construct_scalar)


def load(text):
    """A Definition from the text of a definition file."""
    document = yaml.load(text, Loader=TextLoader) or {}
    definition = SimpleNamespace()
    definition.format = parse_format(document.get("format"), document.get("max_record"))
    is_log = definition.format.kind == "access-log"
    definition.derived = document.get("fields") or {}
    time = document.get("time") or ("time" if is_log else None)
    time = time if isinstance(time, dict) else {"field": time}
    definition.time_field = time["field"]
    definition.time_unit = time.get("unit", "auto")
    customer = document.get("customer") or (["{host}|{agent}", "host"] if is_log else [])
    definition.customer = [template(text) for text in as_list(customer)]
    event = document.get("event") or ("path" if is_log else None)
    definition.event = None if event is None else template(event)
    definition.id_field = document.get("id")
    definition.value_field = document.get("value")
    definition.where = conditions(document.get("where") or {})
    definition.lateness = duration(document.get("lateness", "unlimited"))
    definition.touchpoints = None
    if "touchpoints" in document:
        definition.touchpoints = [
            (conditions(rule.get("when") or {}), name_template(rule["name"]))
            for rule in document["touchpoints"]
        ]
    definition.sessions = parse_sessions(document.get("sessions") or {})
    definition.journeys = [parse_journey(item) for item in document.get("journeys") or []]
    definition.segments = [
        next(iter(item.items())) if isinstance(item, dict) else (item, item)
        for item in as_list(document.get("segments") or [])
    ]
    definition.window = duration(document.get("window", "none"))
    definition.collapse = flag(document.get("collapse", "true"))
    definition.max_steps = int(document.get("max_steps", 64))
    definition.flow_depth = int(document.get("flow_depth", 20))
    return definition


def as_list(value):
    return value if isinstance(value, list) else [value]


def flag(text):
    return {"true": True, "yes": True, "false": False, "no": False}[text]


def duration(text):
    """Microseconds; None for `none` and `unlimited`."""
    if text is None or text in ("none", "unlimited"):
        return None
    parts = re.findall(r"(\d+)(us|ms|s|m|h|d|w)", text)
    assert parts and "".join(number + unit for number, unit in parts) == text, text
    return sum(int(number) * DURATION_UNITS[unit] for number, unit in parts)


def size(text):
    number, unit = re.fullmatch(r"(\d+)([A-Za-z]*)", text).groups()
    return int(number) * SIZE_UNITS[unit or "B"]


def parse_format(item, max_record):
    item = item or {}
    if isinstance(item, str):
        item = {"kind": item}
    separator = item.get("separator", ",")
    return SimpleNamespace(
        kind=item.get("kind", "ndjson").replace("auto", "ndjson"),
        separator=b"\t" if separator == "tab" else separator.encode(),
        header=item.get("header", "auto") in ("auto", "yes", "true"),
        columns=item.get("columns"),
        max_record=size(max_record or "1MiB"),
    )


def parse_sessions(item):
    return SimpleNamespace(
        gap=duration(item.get("gap", "30m")),
        max_duration=duration(item.get("max_duration")),
        cut_on=as_list(item.get("cut_on") or []),
        cut_at_midnight=flag(item.get("cut_at_midnight", "false")),
        timezone=item.get("timezone", "UTC"),
        key=item.get("key"),
        goal=item.get("goal"),
    )


def parse_journey(item):
    stages = []
    for stage in item.get("stages") or []:
        if "touchpoints" in stage:
            stages.append((stage["name"], as_list(stage["touchpoints"])))
        else:
            name, touchpoints = next(iter(stage.items()))
            stages.append((name, as_list(touchpoints)))
    return SimpleNamespace(
        name=item["name"],
        start=as_list(item.get("start") or []),
        goal=as_list(item.get("goal") or []),
        stages=stages,
        funnel=item.get("funnel", "ordered"),
        timeout=duration(item.get("timeout", "30d")),
        within=duration(item.get("within")),
        goes_on=item.get("after_goal", "end") == "continue",
        per_session=item.get("per", "customer") == "session",
    )


# -- Templates and fields ----------------------------------------------------------------------


def template(text):
    """A function of `get`: the field `text`, or the join of "{a}|{b}"; None where one is absent."""
    if "{" not in text:
        return lambda get: get(text)
    parts = re.findall(r"\{\{|\}\}|\{[^{}]+\}|[^{}]+", text)

    def join(get):
        joined = b""
        for part in parts:
            if part in ("{{", "}}"):
                value = part[:1].encode()
            elif part.startswith("{"):
                value = get(part[1:-1])
            else:
                value = part.encode()
            if value is None:
                return None
            joined += value
        return joined or None

    return join


def name_template(text):
    return template(text) if "{" in text else lambda get: text.encode()


def clean_name(raw):
    """A touchpoint name from data, as SEMANTICS wants it."""
    name = raw.decode("utf-8", "replace").replace(">", "›")
    return name + "_" if name in RESERVED else name


def url_part(url, part):
    match = re.match(rb"(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*))?([^?#]*)(?:\?([^#]*))?", url)
    authority, path, query = match.groups()
    if part == "path":
        return path or None
    if part == "host":
        host = re.sub(rb":\d*$", b"", (authority or b"").rsplit(b"@", 1)[-1])
        return host.lower() or None
    wanted = part.removeprefix("query.").encode()
    for pair in (query or b"").split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == wanted:
            return percent_decode(value) or None
    return None


def percent_decode(text):
    return re.sub(rb"%([0-9a-fA-F]{2})", lambda match: bytes([int(match[1], 16)]), text)


def field_getter(definition, record):
    """`get` for conditions and templates: derived fields, `event` as mapped, plain fields."""

    def plain(name):
        rule = definition.derived.get(name)
        if rule is None:
            return record.get(name)
        if "url" in rule:
            url = plain(rule["url"])
            return None if url is None else url_part(url, rule["part"])
        if "first" in rule:
            present = (plain(source) for source in as_list(rule["first"]))
            return next((value for value in present if value is not None), None)
        return record.get(rule["field"]) if rule["field"] == name else plain(rule["field"])

    def get(name):
        if name == "event" and definition.event is not None:
            return definition.event(plain)
        return plain(name)

    return plain, get


# -- Conditions --------------------------------------------------------------------------------


def conditions(item):
    """All entries of the mapping hold."""
    checks = []
    for key, value in item.items():
        if key == "all":
            checks.append(all_of([conditions(part) for part in as_list(value)]))
        elif key == "any":
            checks.append(any_of([conditions(part) for part in as_list(value)]))
        elif key == "not":
            checks.append(negated(conditions(value)))
        else:
            checks.append(on_field(key, matcher(value)))
    return all_of(checks)


def all_of(checks):
    return lambda get: all(check(get) for check in checks)


def any_of(checks):
    return lambda get: any(check(get) for check in checks)


def negated(check):
    return lambda get: not check(get)


def on_field(name, match):
    return lambda get: match(get(name))


def matcher(item):
    """A function of a field's value (bytes or None)."""
    if item is None:
        return lambda value: value is None
    if isinstance(item, list):
        options = [matcher(option) for option in item]
        return lambda value: any(option(value) for option in options)
    if isinstance(item, str):
        return lambda value: value == item.encode()
    operators = [operator(name, operand) for name, operand in item.items()]
    return lambda value: all(holds(value) for holds in operators)


def operator(name, operand):
    if name == "equals":
        return matcher(operand)
    if name == "one_of":
        return matcher(as_list(operand))
    if name == "not":
        inner = matcher(operand)
        return lambda value: not inner(value)
    if name == "present":
        return lambda value: (value is not None) == flag(operand)
    if name in ("host", "path") or name.startswith("query."):
        inner = matcher(operand)
        return lambda value: inner(None if value is None else url_part(value, name))
    if name in CHECKS:
        return comparison(name, operand)
    return text_test(name, operand)


def comparison(name, operand):
    limit = parse_number(operand.encode())

    def holds(value):
        number = None if value is None else parse_number(value)
        if number is None:
            return False
        return {
            "lt": number < limit,
            "le": number <= limit,
            "gt": number > limit,
            "ge": number >= limit,
        }[name]

    return holds


def text_test(name, operand):
    if name == "prefix":
        return lambda value: value is not None and value.startswith(operand.encode())
    if name == "regex":
        pattern = re.compile(operand)
        search = pattern.search
    else:
        assert name == "glob", name
        search = re.compile(glob_regex(operand), re.DOTALL).fullmatch
    return lambda value: value is not None and bool(search(value.decode("utf-8", "replace")))


def glob_regex(glob):
    return "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in glob)
