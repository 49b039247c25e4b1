#!/usr/bin/env python3
"""Values and times out of range, or not there: absent, rejected, or exactly what they are worth."""
import json

from bad_run import GOOD, SHOP, BadCase, event, main, ndjson, wend


class Numbers(BadCase):
    def test_values(self):
        good = ["-0", "-0.0", "0", "1e-999", "0e999", "99999999999999.9999", "-99999999999999",
                "1.5e2", "1E+2", "0." + "0" * 300 + "1", "1e-99999999999999999999", "0.00005"]
        bad = ["1e999", "-1e999", "1e14", "1e99999999999999999999", "99999999999999.99995",
               "9" * 400]
        no_json = ["NaN", "Infinity", "+1", ".5", "1.", "0x10", "1_000", "--1"]
        lines = []
        for n, text in enumerate(good + bad):
            lines.append(json.dumps(event(n, value=None))[:-1] + f',"value":{text}}}')
            lines.append(json.dumps(event(100 + n, value=text)))
        lines += [json.dumps(event(200 + n, value=text)) for n, text in enumerate(no_json)]
        self.write("bad", "\n".join(lines) + "\n")
        accepted = len(lines)
        found = self.replay("bad")
        self.counts(found, accepted, accepted, bad_value=2 * len(bad) + len(no_json))
        self.write("bad", "".join(f'{{"value":{text}}}\n' for text in no_json))
        self.counts(self.replay("bad"), len(no_json), 0, shape=len(no_json))

    def test_a_sum_that_has_no_room_is_null_and_told(self):
        """Each value is right, and so is what paths and touchpoints add up."""
        self.write("shop.yaml", SHOP.replace("goal: [purchase]", "goal: [purchase]\n"
                                             "    after_goal: continue"))
        at = ["2025-03-03T00:00:00Z", "2025-03-03T00:01:00Z"]
        for value, wanted in (("5e13", None), ("-5e13", None), ("4.9e13", "98000000000000")):
            both = [event(2, time=time, id=None, value=value) for time in at]
            self.write("bad", "".join(json.dumps(record) + "\n" for record in both))
            found = self.replay("bad", "--tables", "all")
            self.counts(found, 2, 2)
            notes = "table journeys: in 1 row the value" in "".join(found.report["notes"])
            self.assertEqual(notes, wanted is None, found.report["notes"])
            self.ends(wend("merge", "out", "-o", "merged", "--replace"), 0)
            for folder in ("out", "merged"):
                self.ends(wend("verify", folder), 0)
                for table in ("sessions", "journeys"):
                    row = json.loads(wend("show", folder, table, "--format", "json").out,
                                     parse_int=str)
                    self.assertEqual(row["value"], wanted)
                rows = wend("show", folder, "paths", "--format", "json").out.splitlines()
                for row in rows:
                    self.assertEqual(float(json.loads(row)["value_sum"]), 2 * float(value))

    def check_times(self, good, bad, future):
        lines = [json.dumps(event(n, time=time)) for n, time in enumerate(good + bad + future)]
        self.write("bad", "\n".join(lines) + "\n")
        found = self.replay("bad")
        self.counts(found, len(lines), len(good), time=len(bad), future=len(future))
        return found

    def test_times_of_the_calendar(self):
        self.check_times(
            ["1678-01-01T00:00:00Z", "1970-01-01", "2024-02-29", "2025-03-03T10:00:60Z",
             "2024-12-31T23:59:60Z", "2025-03-03 1:02", "2025-03-03T10:00:00.123456789+14:00"],
            ["0001-01-01T00:00:00Z", "0000-00-00", "1677-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
             "2262-01-01T00:00:00Z", "2025-02-29", "2025-13-01", "2025-00-10", "2025-03-32",
             "2025-03-03T24:00:01Z", "2025-03-03T10:60:00Z", "2025-03-03T10:00:61Z", "now", "",
             "2025-03-03T10:00:00+99:00", "12025-03-03", "-2025-03-03", "2025-03-03T", " "],
            ["2261-12-31T23:59:59Z", "2025-04-02T00:00:01Z"])

    def test_second_60_is_the_next_minute(self):
        for name, second in (("leap", "10:00:60"), ("minute", "10:01:00")):
            self.write(name, ndjson(1, time=f"2025-03-03T{second}Z") + ndjson(*GOOD))
        self.is_same(self.replay("leap"), self.replay("minute"))

    def test_epoch_times(self):
        self.check_times(
            [1740996000, "1740996001", 1740996002.5, "1.740996003e9", 200000000],
            [-0.0, -1, 1, 99999999, "1e999", "-1e999", 1740996000000, 1e300,
             "1e99999999999999999999", "9" * 400, "-0", -1740996000], [9000000000])


if __name__ == "__main__":
    main()
