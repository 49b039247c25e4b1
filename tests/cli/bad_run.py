"""Runs of `wend` on bad input, and what must hold for each: used by the scripts test_bad_*.py.

Whatever the input is, a replay must end with a known exit code, count every record once, keep
every rejected record in order, and give tables that do not depend on threads and blocks.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import suite  # noqa: E402

WEND = suite.wend_bin()
MIB = 1 << 20
GOOD = range(300)  # events
# Sanitizers keep shadow memory and freed blocks.
PEAK_FACTOR = 8 if os.environ.get("WEND_SANITIZE") else 1
REASONS = ("shape", "time", "customer", "future")
FIELDS = "time: time\ncustomer: user_id\nevent: event\nid: id\nvalue: value\n"
SHOP = "version: 1\nformat: auto\n" + FIELDS + """segments: [device]
journeys:
  - name: purchase
    goal: [purchase]
    timeout: 1h
"""
LOG = "version: 1\nformat: access-log\n"
HEADER = "time,user_id,event,device,id,value\n"


def event(number, **fields):
    """Event `number` of the shop: three minutes apart, of seven customers."""
    record = {
        "time": f"2025-03-{3 + number // 480 % 20:02}T{number // 20 % 24:02}:{number % 20 * 3:02}"
                f":{number // 9600:02}Z",
        "user_id": f"u{number % 7}", "event": ("home", "cart", "purchase")[number % 3],
        "device": ("mobile", "desktop")[number % 2], "id": f"e{number}",
        "value": number % 50 + 0.25}
    record.update(fields)
    return {name: value for name, value in record.items() if value is not None}


def ndjson(*numbers, **fields):
    """Lines of NDJSON, as bytes."""
    return "".join(json.dumps(event(n, **fields)) + "\n" for n in numbers).encode()


def csv(*numbers):
    return "".join(",".join(str(value) for value in event(n).values()) + "\n"
                   for n in numbers).encode()


def access(*numbers):
    return "".join(f'10.0.0.{n % 7} - - [03/Mar/2025:{n // 20 % 24:02}:{n % 20 * 3:02}:00 +0000] '
                   f'"GET /{event(n)["event"]}?n={n} HTTP/1.1" 200 5 "-" "agent"\n'
                   for n in numbers).encode()


class Ended:
    """A process that has ended."""

    def __init__(self, code, out, err, peak):
        self.code, self.out, self.err, self.peak = code, out, err, peak


def finish(process, out, err, timeout=120):
    """Waits for it, and takes its peak of memory, in bytes, from the kernel."""
    timer = threading.Timer(timeout, os.kill, (process.pid, signal.SIGKILL))
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode("utf-8", "replace"))
        file.close()
    return Ended(process.returncode, texts[0], texts[1], usage.ru_maxrss * 1024)


def start(*arguments, stdin=subprocess.DEVNULL, stdout=None, limit=None):
    """`wend ARGUMENT...`: (process, file of its output, file of its errors)."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    process = subprocess.Popen([WEND, *map(str, arguments)], stdin=stdin, stdout=stdout or out,
                               stderr=err, preexec_fn=limit)
    return process, out, err


def wend(*arguments, **options):
    return finish(*start(*arguments, **options))


def tables(directory):
    """Every table file of a snapshot, by its name."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".parquet"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, directory)] = file.read()
    return found


class Replay(Ended):
    """A replay that has ended, with its report, its rejected records and its tables."""

    def __init__(self, ended, report, rejects, found):
        super().__init__(ended.code, ended.out, ended.err, ended.peak)
        self.report, self.rejects, self.tables = report, rejects, found


@unittest.skipUnless(WEND, "the command line is not built; set WEND_BIN")
class BadCase(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wend-bad-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.write("shop.yaml", SHOP)
        self.write("log.yaml", LOG)
        self.write("csv.yaml", SHOP.replace("auto", "{kind: csv, separator: ',', header: yes}"))

    @staticmethod
    def write(name, data):
        with open(name, "wb") as file:
            for part in [data] if isinstance(data, (bytes, str)) else data:
                file.write(part.encode() if isinstance(part, str) else part)
        return name

    def ends(self, ended, code, *texts):
        """It ended with this code, and said each of the texts on standard error."""
        self.assertEqual(ended.code, code, ended.err[-2000:])
        for text in texts:
            self.assertIn(text, ended.err)
        self.assertTrue(code == 0 or ended.err, "no message")

    def stays_below(self, ended, mebibytes):
        self.assertLess(ended.peak, mebibytes * MIB * PEAK_FACTOR)

    def replay_once(self, inputs, *arguments, definitions="shop.yaml", form="ndjson"):
        for name in ("out", "rejects"):
            shutil.rmtree(name, ignore_errors=True)
        inputs = [inputs] if isinstance(inputs, str) else inputs
        ended = wend("replay", *inputs, *(["-c", definitions] if definitions else []),
                     *(["-f", form] if form else []), "--now", "2025-04-01", "--json", "-q", "-o",
                     "out", "--rejects", "rejects", "--tables", "all", *arguments)
        if ended.code not in (0, 1):
            self.assertFalse(os.path.exists("out"), "published in spite of a failure")
            return Replay(ended, None, None, {})
        report = json.loads(ended.out) if ended.out else None
        rejects = []
        if report:
            with open("rejects", encoding="utf-8") as file:
                rejects = [json.loads(line) for line in file]
            os.remove("rejects")
            self.is_balanced(report, rejects)
        self.assertEqual(os.path.exists("out"), ended.code == 0)
        if ended.code == 0:
            self.ends(wend("verify", "out"), 0)
        return Replay(ended, report, rejects, tables("out"))

    def replay(self, inputs, *arguments, **options):
        """Twice, which must give the same: on one thread, and on three with small blocks."""
        first = self.replay_once(inputs, "-j", "1", *arguments, **options)
        again = self.replay_once(inputs, "-j", "3", "--block-size", "4KiB", *arguments, **options)
        self.assertEqual((again.code, again.err), (first.code, first.err))
        self.assertEqual(again.rejects, first.rejects)
        self.is_same(again, first)
        return first

    def is_balanced(self, report, rejects):
        """read = accepted + filtered + rejected + late + duplicate; all rejects in their order."""
        rejected = sum(report["rejected"].values())
        self.assertEqual(report["read"],
                         report["accepted"] + report["filtered"] + rejected + report["late"] +
                         report["duplicate"])
        self.assertEqual(len(rejects), rejected + report["late"])
        for reason in (*REASONS, "late"):
            counted = report["late"] if reason == "late" else report["rejected"][reason]
            self.assertEqual(sum(r["reason"] == reason for r in rejects), counted, reason)
        order = {entry["path"]: i for i, entry in enumerate(report["inputs"])}
        places = [(order[r["input"]], r["offset"]) for r in rejects]
        if len(order) == len(report["inputs"]):
            self.assertEqual(places, sorted(set(places)))

    def is_same(self, one, other):
        self.assertEqual(sorted(one.tables), sorted(other.tables))
        for name, data in one.tables.items():
            self.assertEqual(data == other.tables[name], True, f"{name} differs")

    def counts(self, replay, read, accepted, **others):
        """Exactly these counters; all that are not named are 0."""
        self.assertIn(replay.code, (0, 1), replay.err)
        report = replay.report
        expected = {"read": read, "accepted": accepted}
        for name in ("filtered", "late", "duplicate", "bad_value", *REASONS):
            expected[name] = others.get(name, 0)
        found = {name: report["rejected"][name] if name in REASONS else report[name]
                 for name in expected}
        self.assertEqual(found, expected)

    def nothing_is_left(self, *kept):
        """Nothing in the folder but what the test has put there, and `kept`."""
        found = [n for n in os.listdir(".") if n.startswith((".", "out", "rejects"))]
        self.assertEqual(sorted(found), sorted(kept))


def stop(process, number=signal.SIGINT):
    """Not by Popen, which would take the status that `finish` waits for."""
    os.kill(process.pid, number)


main = suite.main
