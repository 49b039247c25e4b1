#!/usr/bin/env python3
"""The cases of deploy/examples: their READMEs are followed to the letter, the story is there in
the tables, and every number that a README tells is one that was found.

test_examples.py --accept writes what the commands of the console blocks print into the READMEs.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import suite  # noqa: E402

EXAMPLES = os.path.join(suite.ROOT, "deploy/examples")
BLOCK = re.compile(r"```(\w*)\n(.*?)```\n", re.DOTALL)
EVENTS = (20_000, 50_000)


def names():
    return sorted(name for name in os.listdir(EXAMPLES)
                  if os.path.isdir(os.path.join(EXAMPLES, name)))


def summed(rows, key, count):
    """One count of a table by one column, the rows of all its other columns added up."""
    sums = {}
    for row in rows:
        sums[row[key]] = sums.get(row[key], 0) + row[count]
    return sums


def percent(part, total):
    return f"{100 * part / total:.1f} %"


class Case:
    """One folder of the examples, copied, and its commands run there."""

    def __init__(self, name):
        self.name = name
        self.place = tempfile.TemporaryDirectory(prefix="wend-example-")
        self.folder = os.path.join(self.place.name, name)
        shutil.copytree(os.path.join(EXAMPLES, name), self.folder)
        os.symlink(suite.wend_bin(), os.path.join(self.place.name, "wend"))
        with open(os.path.join(self.folder, "README.md"), encoding="utf-8") as file:
            self.readme = file.read()
        self.blocks = BLOCK.findall(self.readme)
        # What is said outside of blocks, without links, on one line.
        prose = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", BLOCK.sub("", self.readme))
        self.prose = " ".join(prose.split())
        self.unproven = self.prose

    def close(self):
        self.place.cleanup()

    def run(self, script):
        """What a script prints in the folder, with the wend under test."""
        environment = dict(os.environ, PATH=f"{self.place.name}:{os.environ['PATH']}",
                           NO_COLOR="1")
        environment.pop("COLUMNS", None)
        done = subprocess.run(["bash", "-euc", script], cwd=self.folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{script}\nended with {done.returncode}: {done.stderr}")
        return done.stdout

    def prepare(self):
        for language, text in self.blocks:
            if language == "sh":
                self.run(text)

    def consoles(self):
        """(block as written, block as the commands of it answer now) of each console block."""
        for language, text in self.blocks:
            if language == "console":
                commands = [line for line in text.splitlines() if line.startswith("$ ")]
                now = "".join(f"{command}\n{self.run(command[2:])}" for command in commands)
                yield text, re.sub(r" +$", "", now, flags=re.MULTILINE)

    def rows(self, table, scope, **where):
        """Rows of a table, as `wend show --format json` prints them."""
        command = ["wend", "show", "out", table, "--scope", scope, "--format", "json"]
        for field, value in where.items():
            command += ["--where", f"'{field}={value}'"]
        return [json.loads(line) for line in self.run(" ".join(command)).splitlines()]

    def view(self, value):
        """The text of one view of the map, such as that of `device: mobile`."""
        with open(os.path.join(self.folder, "map.html"), encoding="utf-8") as file:
            page = file.read()
        found = re.search(rf'<article [^>]*data-value="{value}".*?</article>', page, re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found.group(0))).split())


class Example(unittest.TestCase):
    """What holds for every case. The subclasses name theirs."""
    name = None

    @classmethod
    def setUpClass(cls):
        cls.case = Case(cls.name)
        cls.addClassCleanup(cls.case.close)
        cls.case.prepare()

    def says(self, sentence):
        """The README holds this, whose numbers were found."""
        self.assertIn(sentence, self.case.prose)
        self.case.unproven = self.case.unproven.replace(sentence, "")

    def shows(self, view, label):
        """The map shows this in one of its views."""
        self.assertTrue(label in self.case.view(view), f"the view {view} does not show {label}")

    def check_all(self):
        with open(os.path.join(self.case.folder, "events.ndjson"), "rb") as file:
            first = file.read()
        self.assertTrue(EVENTS[0] <= first.count(b"\n") <= EVENTS[1], first.count(b"\n"))
        self.case.run("./generate again.ndjson")
        with open(os.path.join(self.case.folder, "again.ndjson"), "rb") as file:
            self.assertEqual(first, file.read(), "the generator is not deterministic")
        self.case.run("wend verify out")
        consoles = list(self.case.consoles())
        self.assertGreater(len(consoles), 1)
        for written, now in consoles:
            self.assertEqual(written, now, "run tests/examples/test_examples.py --accept")

    def check_no_other_number(self):
        prose = re.sub(r"`[a-z]+_[a-z0-9_]+`", "", self.case.unproven)  # names of columns
        left = re.findall(r".{0,30}\d.{0,30}", prose)
        self.assertEqual(left, [], "numbers that no assertion stands behind")


@suite.needs_wend
class MobileCheckout(Example):
    name = "mobile-checkout"
    RELEASE = "2025-05-15"

    def weeks(self, device):
        """(visited, abandoned) at the payment, week by week."""
        rows = self.case.rows("abandonment", "purchase", touchpoint="payment", device=device)
        rows.sort(key=lambda row: row["window_start"])
        return [(row["visited"], row["abandoned"]) for row in rows]

    def test_readme(self):
        self.check_all()
        mobile, desktop = self.weeks("mobile"), self.weeks("desktop")
        self.assertEqual((len(mobile), len(desktop)), (4, 4))
        rates = [abandoned / visited for visited, abandoned in mobile]
        usual = max(abandoned / visited for visited, abandoned in desktop)
        self.assertLess(max(rates[:2]), 0.15)
        self.assertLess(usual, 0.15)
        self.assertGreater(min(rates[2:]), 4 * usual)
        self.says(f"On mobile devices {percent(*mobile[1][::-1])} of those who came to the payment "
                  f"gave up there in the week before {self.RELEASE}, and "
                  f"{percent(*mobile[2][::-1])} in the week from then on.")
        self.says(f"On the desktop it is {percent(*desktop[1][::-1])} and "
                  f"{percent(*desktop[2][::-1])}.")
        self.check_ways_out()
        before, since = ([sum(pair) for pair in zip(*weeks)] for weeks in (mobile[:2], mobile[2:]))
        expected = round(since[0] * before[1] / before[0])
        self.says(f"{since[1]} mobile journeys ended there; at the rate of the two weeks before it "
                  f"would have been {expected}. The fault costs about "
                  f"{since[1] - expected} orders.")
        self.check_map(mobile, desktop)
        self.check_no_other_number()

    def check_ways_out(self):
        back = self.case.rows("transitions", "purchase", from_touchpoint="payment",
                              to_touchpoint="address")
        self.assertTrue(all(row["device"] == "mobile" and row["window_start"] >= self.RELEASE
                            for row in back), back)
        self.says(f"This step was taken {sum(row['transitions'] for row in back)} times")
        switches = self.case.rows("switches", "purchase", from_value="mobile", to_value="desktop")
        units, converted = (sum(row[column] for row in switches) for column in
                            ("units", "converted"))
        self.assertTrue(all(row["from_touchpoint"] == "payment" and row["seconds_p50"] > 3600
                            for row in switches), switches)
        self.says(f"{units} journeys went on on a desktop, hours later, and {converted} of them "
                  "converted.")

    def check_map(self, mobile, desktop):
        lost = summed(self.case.rows("abandonment", "purchase"), "touchpoint", "abandoned")
        self.assertEqual(sorted(lost, key=lost.get)[-3], "payment")
        for device, weeks in (("mobile", mobile), ("desktop", desktop)):
            visited, abandoned = (sum(pair) for pair in zip(*weeks))
            units = sum(row["units"] for row in self.case.rows("paths", "purchase", device=device))
            rate = f"{100 * abandoned / visited:.2g} %"
            label = (f"{visited:,} journeys ({100 * visited / units:.0f} %), "
                     f"{100 * (visited - abandoned) / visited:.0f} % convert, "
                     f"{abandoned:,} ({rate}) lost here")
            self.shows(f"device: {device}", f"payment: {label}")
            self.says(f"`{label}`")
        self.shows("device: mobile", "payment → address")
        self.assertFalse("payment → address" in self.case.view("device: desktop"))


@suite.needs_wend
class LateChannel(Example):
    name = "late-channel"

    def test_readme(self):
        self.check_all()
        week, month = ({row["channel"]: row for row in
                        self.case.rows("stages", scope, stage="look")}
                       for scope in ("week", "month"))
        self.assertEqual(set(month), {"ad", "search", "podcast"})
        rates = {scope: {channel: row["advanced"] / row["reached"] for channel, row in rows.items()}
                 for scope, rows in (("week", week), ("month", month))}
        self.assertEqual(min(rates["week"], key=rates["week"].get), "podcast")
        self.assertEqual(max(rates["month"], key=rates["month"].get), "podcast")
        shown = {channel: f"{100 * rate:.1f} %" for channel, rate in rates["week"].items()}
        self.says(f"Of the podcast's journeys {shown['podcast']} convert, of those by an ad "
                  f"{shown['ad']}, by search {shown['search']}, and of the direct ones "
                  f"{shown['direct']}.")
        self.says(f"The podcast converts {100 * rates['month']['podcast']:.1f} % of its journeys")
        days = {channel: [row[f"seconds_to_next_{at}"] / 86400 for at in ("p50", "p90")]
                for channel, row in month.items()}
        self.assertGreater(days["podcast"][0], 5 * max(days["ad"][0], days["search"][0]))
        self.says(f"half of its buyers need more than {days['podcast'][0]:.1f} days "
                  f"(`seconds_to_next_p50`), those of ads {days['ad'][0]:.1f} days.")
        for channel in ("podcast", "ad"):
            label = " – ".join(f"{value:.2g} d" for value in days[channel])
            self.shows(f"channel: {channel}", label)
            self.says(f"`{label}`")
        self.check_money()
        self.shows("channel: podcast", "podcast → direct")
        self.check_no_other_number()

    def check_money(self):
        units, value = ({scope: {row["channel"]: row[column] for row in self.case.rows(
            "touchpoints", scope, touchpoint="order")} for scope in ("week", "month")}
            for column in ("units", "value_sum"))
        self.assertEqual(units["week"]["direct"] + units["week"]["podcast"],
                         units["month"]["podcast"])
        self.assertAlmostEqual(sum(map(float, value["week"].values())),
                               sum(map(float, value["month"].values())), places=2)
        self.says(f"All {units['week']['direct']} orders that the week gave to `direct` are the "
                  f"podcast's: it brought {units['month']['podcast']} orders, not "
                  f"{units['week']['podcast']}.")


@suite.needs_wend
class FormLoop(Example):
    name = "form-loop"
    ERROR = "error: postcode"

    def test_readme(self):
        self.check_all()
        stage, into, back, lost = ({row["country"]: row for row in rows} for rows in (
            self.case.rows("stages", "application", stage="address"),
            self.case.rows("transitions", "application", to_touchpoint=self.ERROR),
            self.case.rows("transitions", "application", from_touchpoint=self.ERROR,
                           to_touchpoint="address"),
            self.case.rows("abandonment", "application", touchpoint=self.ERROR)))
        passed = {country: row["advanced"] / row["reached"] for country, row in stage.items()}
        self.assertGreater(passed["DE"], 2 * passed["AT"])
        self.says(f"In Germany {100 * passed['DE']:.1f} % of those who reached the address came "
                  f"past it, in Austria {100 * passed['AT']:.1f} %, and it took them "
                  f"{stage['AT']['seconds_to_next_p50']:.1f} seconds rather than "
                  f"{stage['DE']['seconds_to_next_p50']:.1f}")
        rounds = {country: row["transitions"] / row["units"] for country, row in into.items()}
        self.assertGreater(rounds["AT"], 2.5)
        self.assertLess(rounds["DE"], 1.5)
        self.says(f"{into['AT']['units']} Austrian journeys meet the error, "
                  f"{into['AT']['transitions']:,} times in all: {rounds['AT']:.1f} times each, "
                  f"where a German one that meets it does so {rounds['DE']:.1f} times. "
                  f"{back['AT']['transitions']:,} times they come back and try again.")
        hours = (into["AT"]["seconds_sum"] + back["AT"]["seconds_sum"]) / 3600
        self.says(f"more than {into['AT']['seconds_p50']:.1f} seconds to the error and "
                  f"{back['AT']['seconds_p50']:.1f} seconds back; together Austrians lost "
                  f"{hours:.1f} hours.")
        self.check_lost(lost, stage, passed)
        self.check_map(back, lost)
        self.check_no_other_number()

    def check_lost(self, lost, stage, passed):
        points = {row["touchpoint"]: row for row in
                  self.case.rows("abandonment", "application", country="AT")}
        self.assertEqual(max(points, key=lambda name: points[name]["abandon_rate"]), self.ERROR)
        at, de = lost["AT"], lost["DE"]
        self.says(f"{at['abandoned']} of the {at['visited']} gave up there, "
                  f"{percent(at['abandoned'], at['visited'])}: more than at the offer. In Germany "
                  f"it is {percent(de['abandoned'], de['visited'])}.")
        reached = stage["AT"]["reached"]
        self.says(f"At the rate of Germany {round(reached * passed['DE'])} of the {reached} would "
                  f"have come past the address, not {stage['AT']['advanced']}.")

    def check_map(self, back, lost):
        errors = [row for row in self.case.rows("transitions", "application")
                  if row["from_touchpoint"].startswith("error:") and row["seconds_p50"] is not None]
        ways = summed(errors, "from_touchpoint", "transitions")
        self.assertEqual(max(ways, key=ways.get), self.ERROR)
        times = sum(row["transitions"] for row in back.values())
        hours = sum(row["seconds_sum"] for row in back.values()) / 3600
        label = f"{times:,} times, taking {hours:.1f} h"
        self.shows("all", f"{self.ERROR} → address: {label}")
        self.says(f"`{label}`")
        units = summed(self.case.rows("paths", "application"), "country", "units")
        visited = sum(row["visited"] for row in lost.values())
        self.says(f"although only {100 * visited / sum(units.values()):.0f} % of the journeys "
                  "ever see it")
        at = lost["AT"]
        won = sum(row["converted_units"] for row in self.case.rows(
            "touchpoints", "application", touchpoint=self.ERROR, country="AT"))
        label = (f"{self.ERROR}: {at['visited']} journeys "
                 f"({100 * at['visited'] / units['AT']:.0f} %), "
                 f"{100 * won / at['visited']:.0f} % convert, "
                 f"{at['abandoned']} ({100 * at['abandoned'] / at['visited']:.0f} %) lost here")
        self.shows("country: AT", label)
        self.says(f"`{label}`")


class List(unittest.TestCase):
    def test_every_case_is_listed_and_tested(self):
        with open(os.path.join(EXAMPLES, "README.md"), encoding="utf-8") as file:
            listed = re.findall(r"\(([\w-]+)/README\.md\)", file.read())
        self.assertEqual(sorted(listed), names())
        self.assertEqual(sorted(case.name for case in Example.__subclasses__()), names())


def accept():
    for name in names():
        case = Case(name)
        try:
            case.prepare()
            text = case.readme
            for written, now in case.consoles():
                text = text.replace(f"```console\n{written}```", f"```console\n{now}```")
        finally:
            case.close()
        with open(os.path.join(EXAMPLES, name, "README.md"), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--accept"]:
        accept()
    else:
        suite.main()
