#!/usr/bin/env python3
"""`wend publish postgres` of a stream's folder: each window is added once, whatever happens.

Usage: test_windows.py [PUBLISH_TOOL]
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import publish_case  # noqa: E402
import proxy  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK) else None
DEFINITIONS = """
time: time
customer: user
event: event
value: value
window: 1h
journeys:
  - name: buy
    goal: [pay]
    per: session
"""
SEGMENTS = DEFINITIONS + "segments: {%s}\n"
HOURS = (9, 10, 12)


def window(place, hour, customers=30, definitions=DEFINITIONS, tables="all"):
    """A window as a stream writes it: everything begins and ends in one hour."""
    name = f"2025-06-15T{hour:02}-00-00Z"
    os.makedirs(place, exist_ok=True)
    with open(f"{place}/events.ndjson", "w", encoding="utf-8") as file:
        for i in range(customers):
            for minute, event in enumerate(("look", "cart", "pay")[:1 + i % 3]):
                file.write(json.dumps({
                    "time": f"2025-06-15T{hour:02}:{minute:02}:{i % 60:02}Z", "user": f"{hour}-{i}",
                    "event": event, "value": i, "device": ["phone", "desk", None][i % 3],
                    "shop": "north"}) + "\n")
    with open(f"{place}/definitions.yaml", "w", encoding="utf-8") as file:
        file.write(definitions)
    snapshots.wend("replay", f"{place}/events.ndjson", "-c", f"{place}/definitions.yaml", "-o",
                   f"{place}/{name}", "--tables", tables, "--now", "2025-06-16", "--close-all",
                   "-q")
    return f"{place}/{name}"


class Windows(publish_case.PublishCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for hour in HOURS:
            window(f"{cls.place}/made", hour)
        cls.shop = snapshots.shop(cls.place, "shop")

    def setUp(self):
        super().setUp()
        self.live = f"{self.place}/{self.database}"
        shutil.copytree(f"{self.place}/made", self.live)
        self.windows = [f"{self.live}/2025-06-15T{hour:02}-00-00Z" for hour in HOURS]

    def log(self, what="count(*)"):
        return self.sql(f"SELECT {what} FROM wend.publish_log")

    def test_the_tables_hold_the_rows_of_all_windows_and_later_ones_are_added(self):
        later = self.windows.pop()
        os.rename(later, f"{self.live}/away")
        said = self.publish(self.live)
        rows = self.assert_equal(self.windows)
        self.assertIn(f": 2 windows, {rows} rows published to database", said.stdout)
        self.sql("CREATE ROLE analyst; GRANT SELECT ON wend.paths TO analyst;"
                 "CREATE VIEW public.hours AS SELECT window_start, sum(units) AS n "
                 "FROM wend.paths WHERE scope = 'session' GROUP BY 1")
        os.rename(f"{self.live}/away", later)
        self.windows.append(later)
        said = self.publish(self.live)
        self.assertIn("1 window, ", said.stdout)
        self.assertIn("; 2 were there already", said.stdout)
        self.assert_equal(self.windows)
        self.assertEqual(self.sql("SELECT window_start AT TIME ZONE 'UTC', n FROM public.hours "
                                  "ORDER BY 1").split("\n"),
                         [f"2025-06-15 {hour:02}:00:00|30" for hour in HOURS])
        self.assertEqual(
            self.sql("SELECT has_table_privilege('analyst', 'wend.paths', 'SELECT')"), "t")
        self.sql("DROP OWNED BY analyst; DROP ROLE analyst")
        # One row of the log for each, with its rows.
        self.assertEqual(self.log("count(window_start), count(DISTINCT snapshot_id), "
                                  "sum(row_count) = (SELECT count(*) FROM wend.journeys) + "
                                  "(SELECT count(*) FROM wend.sessions) + "
                                  "(SELECT count(*) FROM wend.paths) + "
                                  "(SELECT count(*) FROM wend.transitions) + "
                                  "(SELECT count(*) FROM wend.flow) + "
                                  "(SELECT count(*) FROM wend.stages) + "
                                  "(SELECT count(*) FROM wend.abandonment) + "
                                  "(SELECT count(*) FROM wend.touchpoints) + "
                                  "(SELECT count(*) FROM wend.switches)"), "3|3|t")
        self.assertEqual(self.parts(), "9")

    def test_twice_does_nothing(self):
        self.publish(self.live)
        said = self.publish(self.live)
        self.assertIn("0 windows, 0 rows", said.stdout)
        self.assertEqual(self.log(), "3")
        self.assert_equal(self.windows)

    def test_what_the_folder_has_no_more_stays(self):
        self.publish(self.live)
        kept = f"{self.place}/kept-{self.database}"
        os.rename(self.windows[0], kept)
        self.publish(self.live)
        self.assert_equal([kept, *self.windows[1:]])

    def test_a_window_that_was_made_anew_takes_the_place_of_the_old_one(self):
        self.publish(self.live)
        shutil.rmtree(self.windows[1])
        window(self.live, HOURS[1], customers=7)
        said = self.publish(self.live)
        self.assertIn("1 window, ", said.stdout)
        self.assert_equal(self.windows)
        self.assertEqual(self.log(), "4")

    def test_again_mends_what_was_changed_by_hand(self):
        self.publish(self.live)
        self.sql("DELETE FROM wend.paths WHERE units = 10; UPDATE wend.stages SET visited = 1")
        self.assertIn("0 windows", self.publish(self.live).stdout)
        self.assertIn("3 windows", self.publish(self.live, "--again").stdout)
        self.assert_equal(self.windows)

    def test_a_dropped_table_comes_back_whole_and_unasked(self):
        self.publish(self.live)
        self.sql("DROP TABLE wend.paths")
        self.assertIn("3 windows", self.publish(self.live).stdout)
        self.assert_equal(self.windows)
        self.sql("DROP SCHEMA wend_store CASCADE")
        self.assertIn("3 windows", self.publish(self.live).stdout)
        self.assert_equal(self.windows)

    def test_a_snapshot_and_windows_do_not_mix(self):
        self.publish(self.shop)
        said = self.publish(self.live, code=2)
        self.assertIn("holds the tables of a whole snapshot", said.stderr)
        self.assertIn("--again", said.stderr)
        self.assert_equal(self.shop)
        self.publish(self.live, "--again")
        self.assert_equal(self.windows)
        said = self.publish(self.shop, code=2)
        self.assertIn("holds the windows of a stream", said.stderr)
        self.assert_equal(self.windows)
        self.publish(self.shop, "--again")
        self.assert_equal(self.shop)
        self.publish(self.live, "--again")
        self.assert_equal(self.windows)

    def test_segments_may_come_and_go(self):
        self.publish(self.live)
        self.sql("CREATE VIEW public.mine AS SELECT path FROM wend.paths")
        self.windows.append(window(self.live, 13, definitions=SEGMENTS % "device: device"))
        self.publish(self.live)
        self.assert_equal(self.windows)
        self.windows.append(window(self.live, 14, definitions=SEGMENTS % "shop: shop"))
        self.windows.append(window(self.live, 15))
        self.publish(self.live)
        self.assert_equal(self.windows)
        self.assertEqual(self.sql("SELECT DISTINCT device FROM wend.journeys ORDER BY 1"),
                         "desk\nphone")
        self.assertEqual(self.sql("SELECT col_description('wend.paths'::regclass, attnum) <> '' "
                                  "FROM pg_attribute WHERE attrelid = 'wend.paths'::regclass "
                                  "AND attname = 'shop'"), "t")

    def test_tables_may_come_later(self):
        few = f"{self.place}/few"
        windows = [window(few, 9, tables="paths")]
        self.publish(few)
        windows.append(window(few, 10))
        self.publish(few)
        self.assert_equal(windows)

    def test_a_log_without_windows_gets_them(self):
        self.publish(self.shop)
        self.sql("ALTER TABLE wend.publish_log DROP COLUMN window_start")
        self.publish(self.live, "--again")
        self.assert_equal(self.windows)

    def test_a_folder_of_another_name_is_refused(self):
        os.rename(self.windows[1], f"{self.live}/2025-06-15T11-00-00Z")
        said = self.publish(self.live, code=3)
        self.assertIn("window 2025-06-15T11-00-00Z: a row is of another window", said.stderr)
        self.assertIn("Windows that were published before it: 1", said.stderr)
        self.assert_equal(self.windows[:1])
        os.rename(f"{self.live}/2025-06-15T11-00-00Z", self.windows[1])
        os.makedirs(f"{self.live}/2025-06-31T00-00-00Z")  # no day, no window
        self.publish(self.live)
        self.assert_equal(self.windows)
        self.assertEqual(self.log(), "3")

    def test_no_window_at_all(self):
        os.makedirs(f"{self.place}/empty")
        self.assertIn("no snapshot", self.publish(f"{self.place}/empty", code=2).stderr)

    def test_the_shipped_publisher_is_enough(self):
        with open(publish_case.ROLES, encoding="utf-8") as file:
            self.sql(file.read())
        later = self.windows.pop()
        os.rename(later, f"{self.live}/away")
        self.publish(self.live, user="wend_publisher")
        os.rename(f"{self.live}/away", later)
        self.windows.append(later)
        self.publish(self.live, user="wend_publisher")
        self.assert_equal(self.windows)

    def test_killed_at_any_point_nothing_is_doubled(self):
        fired = 0
        for limit in (2_000, 20_000, 40_000, 60_000, 80_000):
            for how in ("network", "session", "wend"):
                with self.subTest(limit=limit, how=how):
                    runs = []
                    then = {"session": lambda: self.pg.sql(
                                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                f"WHERE {publish_case.SESSIONS}"),
                            "wend": lambda: runs[0].send_signal(signal.SIGKILL)}.get(how)
                    with proxy.Proxy(self.pg.port, limit=limit, drop=how == "network",
                                     then=then) as network:
                        runs.append(subprocess.Popen(
                            [suite.wend_bin(), *self.command(self.live, "--schema", how,
                                                             port=network.port)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
                        _, errors = runs[0].communicate(timeout=60)
                        if not network.fired.is_set():
                            continue
                    fired += 1
                    self.assertNotEqual(runs[0].returncode, 0, errors)
                    self.wait_for_sessions()
                    self.publish(self.live, "--schema", how)
                    self.assert_equal(self.windows, how)
                    self.assertEqual(self.sql(f"SELECT count(*) FROM {how}.publish_log"), "3")
                    self.sql(f"DROP SCHEMA {how}, {how}_store CASCADE")
        self.assertGreater(fired, 9)

    def test_readers_wait_for_nothing(self):
        later = self.windows.pop()
        os.rename(later, f"{self.live}/away")
        self.publish(self.live)
        reader = subprocess.Popen(
            [os.path.join(self.pg.bin, "psql"), "-XqAt", "-d", self.pg.conninfo(self.database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(reader.kill)
        reader.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; "
                           "SELECT sum(units) FROM wend.paths;\n")
        reader.stdin.flush()
        before = reader.stdout.readline()
        os.rename(f"{self.live}/away", later)
        self.publish(self.live)
        # What has begun sees what was there, and held nobody up.
        output, _ = reader.communicate("SELECT sum(units) FROM wend.paths;\nCOMMIT;\n", timeout=30)
        self.assertEqual(output, before)
        self.assert_equal([*self.windows, later])

    def test_two_at_once_add_each_window_once(self):
        runs = [subprocess.Popen([suite.wend_bin(), *self.command(self.live)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for _ in range(3)]
        for run in runs:
            _, errors = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 0, errors)
        self.assert_equal(self.windows)
        self.assertEqual(self.log(), "3")

    @unittest.skipUnless(TOOL, "publish_tool was not given")
    def test_each_allocation_fails_once(self):
        result = subprocess.run([TOOL, self.live, self.pg.conninfo(self.database)],
                                capture_output=True, text=True, timeout=500)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(int(result.stdout), 50)
        self.assert_equal(self.windows)
        self.assertEqual(self.log(), "3")


if __name__ == "__main__":
    publish_case.main()
