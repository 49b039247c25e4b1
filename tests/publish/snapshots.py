"""Snapshots to publish, and `wend` called with them."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../oracle"))
import suite  # noqa: E402

FIXTURES = os.path.join(HERE, "../cli/fixtures")
NOW = "2025-06-01"
# Whoever writes to a log chooses these.
HOSTILE_NAMES = ["'; DROP TABLE wend.paths; --", '"quoted"', "back\\slash\\", "tab\tline\nend\r",
                 "zero\x00byte", "\x00", "{array,of}", "NULL", "\\N", "$$", "%s %n", " ",
                 "\u202eright to left", "\U0001f600 emoji", "e\u0301", "`tick`", "x" * 5000,
                 "</script><script>alert(1)</script>", "-- comment", "/* comment"]
HOSTILE_JOURNEY = "it's \"a\" \\ journey; --"
HOSTILE_DEFINITIONS = """
version: 1
time: time
customer: user
event: event
value: value
journeys:
  - name: %s
    goal: [buy]
    stages:
      - name: "st'age \\"1\\""
        touchpoints: [look]
      - name: "2"
        touchpoints: [buy]
segments: [{order: device}, {SELECT: channel}]
""" % json.dumps(HOSTILE_JOURNEY)


def wend(*arguments, check=True, environment=None, **more):
    """Runs the command line; the finished process."""
    # Nothing of the caller's may show through.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    result = subprocess.run([suite.wend_bin(), *arguments], capture_output=True, text=True,
                            env={**variables, **(environment or {})}, **more)
    if check and result.returncode:
        raise AssertionError(f"wend {arguments}: {result.returncode}\n{result.stderr}")
    return result


def generated(place, name, events, *more, seed=1, tables="all"):
    """A snapshot of `wend generate`: two journeys, two segments, windows of a week."""
    data, definitions = f"{place}/{name}.ndjson", f"{place}/{name}.yaml"
    wend("generate", "--events", str(events), "--seed", str(seed), "--output", data,
         "--definitions", definitions, "-q")
    wend("replay", data, "-c", definitions, "-o", f"{place}/{name}", "--tables", tables,
         "--now", NOW, "-q", *more)
    os.remove(data)
    return f"{place}/{name}"


def shop(place, name, *more):
    """The small shop of the command line's golden cases."""
    wend("replay", f"{FIXTURES}/shop.ndjson", "-c", f"{FIXTURES}/shop.yaml", "-o",
         f"{place}/{name}", "--now", NOW, "-q", *more)
    return f"{place}/{name}"


def hostile(place, name):
    """Names, values and customers as only an attacker, or a broken tracker, writes them."""
    with open(f"{place}/{name}.ndjson", "w", encoding="utf-8") as file:
        for i, text in enumerate(HOSTILE_NAMES):
            for event in ("look", text, "buy" if i % 2 else text + "!"):
                file.write(json.dumps({
                    "time": f"2025-03-03T10:{i:02}:00Z", "user": f"{i}{text}", "event": event,
                    "device": text, "channel": None if i % 3 else "",
                    "value": ["-0.0001", "99999999999999.9999", "-12345678901234.5", "0"][i % 4],
                }) + "\n")
    with open(f"{place}/{name}.yaml", "w", encoding="utf-8") as file:
        file.write(HOSTILE_DEFINITIONS)
    wend("replay", f"{place}/{name}.ndjson", "-c", f"{place}/{name}.yaml", "-o",
         f"{place}/{name}", "--tables", "all", "--now", NOW, "-q")
    return f"{place}/{name}"
