"""Snapshots to map, and a browser to look at the maps, for the tests of this folder."""
import json
import os
import random
import shutil
import subprocess
import sys

WEND = os.environ.get("WEND_BIN", "wend")
PICTURES = os.path.join(os.environ.get("WEND_BUILD_DIR", "build/dev"), "map")
SHOP = ["ad", "home", "search", "product", "cart", "payment", "order", "review"]
HOSTILE = [
    "</script><script>window.broken = 1</script>",
    "\"><img src=x onerror=\"window.broken = 1\">",
    "' onmouseover='window.broken = 1' x='",
    "</title></style></svg><svg onload=window.broken=1>",
    "<!--", "]]>", "&amp;&lt;&#0;", "javascript:window.broken=1",
    "\u202eevil\u2066 \u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\U0001f6d2\U0001f469\u200d\U0001f469\u200d\U0001f467 cart", "line\u2028separator",
    "https://example.org/?q=" + "a%3Cb%3E" * 640,
]
DEFINITIONS = """version: 1
format: ndjson
time: t
customer: c
event: e
journeys:
  - name: {journey}
    goal: [{goal}]
    timeout: 7d
    stages:
      - {first}: [{one}]
      - {second}: [{goal}]
segments: [d]
"""


def wend(*arguments, **options):
    return subprocess.run([WEND, *arguments], capture_output=True, text=True, check=True,
                          **options).stdout


def replay(folder, name, events, definitions):
    """A snapshot of events (time in seconds, customer, name, device)."""
    log = os.path.join(folder, name + ".ndjson")
    rules = os.path.join(folder, name + ".yaml")
    out = os.path.join(folder, name)
    with open(log, "w", encoding="utf-8") as file:
        for time, customer, event, device in events:
            file.write(json.dumps({"t": 1700000000 + time, "c": customer, "e": event,
                                   "d": device}) + "\n")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(definitions)
    wend("replay", log, "-c", rules, "-o", out, "-q", "--now", "2025-01-01", "--close-all")
    return out


def made_up(folder):
    log, rules = os.path.join(folder, "shop.ndjson"), os.path.join(folder, "shop.yaml")
    out = os.path.join(folder, "shop")
    wend("generate", "--events", "60000", "-o", log, "-c", rules, "-q")
    wend("replay", log, "-c", rules, "-o", out, "-q", "--now", "2026-01-01", "--close-all")
    return out


def hostile(folder):
    """Every name that may be hostile is: touchpoints, stages, journey, segment values."""
    chance = random.Random(7)
    events = []
    for customer in range(400):
        time = customer * 10
        for _ in range(chance.randint(1, 6)):
            events.append((time, str(customer), chance.choice(HOSTILE), chance.choice(HOSTILE)))
            time += chance.randint(1, 100)
        if chance.random() < 0.4:
            events.append((time, str(customer), "bought", chance.choice(HOSTILE)))
    quoted = [json.dumps(text, ensure_ascii=True) for text in HOSTILE]
    # What stands in YAML is quoted as JSON; a > is written as wend shows it in names from data.
    shown = [text.replace(">", "\u203a") for text in quoted]
    definitions = DEFINITIONS.format(journey=json.dumps(HOSTILE[2]), goal="bought",
                                     first=shown[3], second=shown[6], one=shown[5])
    return replay(folder, "hostile", events, definitions)


def large(folder):
    """1,000 touchpoints and 100,000 paths."""
    chance = random.Random(11)
    events = []
    for customer in range(100_000):
        for step in range(4):
            name = f"/page/{int(1000 * chance.random() ** 1.3):03d}"
            events.append((customer + step * 7, str(customer), name, f"d{customer % 5}"))
    definitions = DEFINITIONS.format(journey="visit", goal="/page/007", first="seen",
                                     second="bought", one="/page/000, /page/001, /page/002")
    return replay(folder, "large", events, definitions)


class Browser:
    """Chromium without any network for files; `Unavailable` tells why there is none."""

    class Unavailable(Exception):
        pass

    def __init__(self):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise self.Unavailable("playwright is not installed (tests/run installs it)") from None
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            raise self.Unavailable("chromium is not installed (apt install chromium)")
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path=program,
                                                        args=["--no-sandbox"])
        self.complaints = []
        self.asked = []

    def open(self, path, width=1440, scripts=True, scheme="light"):
        """A page; what it complains of is added to `complaints`, what it fetches to `asked`."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900},
                                            java_script_enabled=scripts, color_scheme=scheme,
                                            offline=not path.startswith("http://"))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path if path.startswith("http://") else "file://" + os.path.abspath(path))
        return page

    def close(self):
        self.chromium.close()
        self.playwright.stop()


def open_browser():
    """A browser, and a folder for pictures; where there is none the script is skipped."""
    try:
        browser = Browser()
    except Browser.Unavailable as reason:
        print(reason)
        sys.exit(77)
    os.makedirs(PICTURES, exist_ok=True)
    return browser


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, title, condition, shown=""):
        self.passed += bool(condition)
        self.failed += not condition
        print(f"{'ok  ' if condition else 'FAIL'}  {title}")
        if not condition and shown != "":
            print(f"      {str(shown)[:3000]}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        sys.exit(1 if self.failed else 0)
