#!/usr/bin/env python3
"""`wend serve`: the rows that it gives are those of the Parquet files, and of `wend show`."""
import json
import os
import signal
import subprocess
import tempfile
import threading
import unittest

import duckdb
import server
import suite

TABLES = ("paths", "transitions", "flow", "stages", "abandonment", "touchpoints", "switches",
          "sessions", "journeys")


@suite.needs_wend
class Serve(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="wend-serve-")
        cls.snapshot = server.make_snapshot(cls.folder.name)
        cls.server = server.Server(cls.snapshot, "--rate", "unlimited")
        cls.duck = duckdb.connect()
        for table in TABLES:
            cls.duck.execute(f"create view {table} as select * from "
                             f"read_parquet('{cls.snapshot}/{table}/*.parquet')")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()

    def show(self, table, *arguments):
        """Rows as `wend show` prints them."""
        text = subprocess.run([suite.wend_bin(), "show", self.snapshot, table, "--format", "json",
                               *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=60, check=False).stdout
        return [json.loads(line) for line in text.splitlines()]

    def test_every_table_gives_the_rows_of_show_in_their_order(self):
        for table in TABLES:
            with self.subTest(table):
                served = self.server.rows(table, top=500)
                self.assertEqual(served["table"], table)
                self.assertEqual(served["rows"], self.show(table, "--top", "500"))
                total = self.duck.execute(f"select count(*) from {table}").fetchone()[0]
                self.assertEqual(served["matching"], total)
                self.assertGreater(total, 0)

    def test_without_top_there_are_a_hundred_rows(self):
        self.assertEqual(self.server.rows("paths")["rows"], self.show("paths", "--top", "100"))

    def test_counts_are_those_that_duckdb_finds_in_the_files(self):
        served = self.server.rows("paths", top=10000, scope="checkout", where="device=mobile")
        rows = {(row["window_start"][:10], row["channel"], row["path_id"]):
                (row["units"], row["converted"], row["abandoned"]) for row in served["rows"]}
        found = self.duck.execute(
            "select strftime(window_start, '%Y-%m-%d'), channel, path_id, units, converted, "
            "abandoned from paths where scope = 'checkout' and device = 'mobile'").fetchall()
        self.assertEqual(rows, {tuple(row[:3]): tuple(row[3:]) for row in found})
        self.assertGreater(len(found), 10)
        self.assertEqual(served["matching"], len(found))

    def test_several_conditions_must_all_hold(self):
        served = self.server.rows("abandonment", top=10000,
                                  where=["device=mobile", "channel=mail", "touchpoint=cart_empty"])
        found = self.duck.execute(
            "select sum(abandoned), count(*) from abandonment where device = 'mobile' and "
            "channel = 'mail' and touchpoint = 'cart_empty'").fetchone()
        self.assertEqual((sum(row["abandoned"] for row in served["rows"]), len(served["rows"])),
                         found)
        self.assertGreater(found[1], 0)

    def test_what_matches_nothing_is_an_empty_list(self):
        served = self.server.rows("paths", where="device=abacus")
        self.assertEqual(served, {"table": "paths", "matching": 0, "rows": []})

    def test_tables_are_listed_with_their_rows(self):
        listed = self.server.get("/v1/tables").json()
        self.assertEqual([table["table"] for table in listed["tables"]], list(TABLES))
        for table in listed["tables"]:
            found = self.duck.execute(f"select count(*) from {table['table']}").fetchone()[0]
            self.assertEqual(table["rows"], found)
        self.assertEqual(listed["scopes"][0], "session")
        self.assertEqual(listed["segments"], ["channel", "device"])
        self.assertEqual(listed["window_seconds"], 7 * 86400)

    def test_metrics_are_right(self):
        text = self.server.get("/metrics").body
        found = server.samples(text)
        for table in TABLES:
            rows = self.duck.execute(f"select count(*) from {table}").fetchone()[0]
            self.assertEqual(found["wend_snapshot_rows", (("table", table),)], rows)
        self.assertEqual(found["wend_snapshot_ready", ()], 1)
        self.assertGreaterEqual(found["wend_snapshot_age_seconds", ()], 0)

    @unittest.skipUnless(server.promtool(), "there is no promtool")
    def test_metrics_please_promtool(self):
        checked = subprocess.run(
            f"curl -sf {self.server.url}/metrics | {server.promtool()} check metrics", shell=True,
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_questions_at_the_same_time_all_get_their_answer(self):
        wanted = {table: self.show(table, "--top", "50") for table in TABLES}
        got = []

        def ask(table):
            answer = self.server.get(f"/v1/{table}?top=50")
            while answer.status == 503:  # more than may wait
                answer = self.server.get(f"/v1/{table}?top=50")
            got.append((table, answer.json()["rows"]))
        threads = [threading.Thread(target=ask, args=(table,)) for table in TABLES * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(len(got), 4 * len(TABLES))
        for table, rows in got:
            self.assertEqual(rows, wanted[table])

    def test_the_page_is_sent_once(self):
        """With a tag, by which a client that has it is told so."""
        answer = self.server.get("/")
        tag = answer.headers["ETag"]
        self.assertEqual(200, answer.status)
        self.assertEqual("text/html; charset=utf-8", answer.headers["Content-Type"])
        self.assertRegex(tag, '^"[0-9a-f]{32}"$')
        self.assertIn(f'data-tag={tag}'.encode(), answer.body)
        self.assertEqual("frame-ancestors 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn(b"default-src 'none'; base-uri 'none'; form-action 'none'; "
                      b"connect-src 'self'; style-src 'sha256-", answer.body)
        for known in tag, f'"other", {tag}', f"W/{tag}":
            again = self.server.get("/", headers={"If-None-Match": known})
            self.assertEqual((304, b""), (again.status, again.body))
            self.assertEqual(tag, again.headers["ETag"])
        other = self.server.get("/", headers={"If-None-Match": '"0123"'})
        self.assertEqual((200, answer.body), (other.status, other.body))
        head = self.server.get("/", method="HEAD")
        self.assertEqual((200, b"", tag), (head.status, head.body, head.headers["ETag"]))

    def test_wrong_questions_are_told_what_is_right(self):
        cases = {
            "/v1/path": (404, "did you mean paths"),
            "/v1/": (404, "/v1/TABLE"),
            "/v1/paths/1": (404, "no table"),
            "/index.html": (404, "There is: /, /healthz"),
            "/healthz/": (404, "/healthz"),
            "/v1/../etc/passwd": (404, "no table"),
            "/v1/%2e%2e%2fmanifest.json": (404, "no table"),
            "/v1/paths?top=0": (400, "top"),
            "/v1/paths?top=-1": (400, "top"),
            "/v1/paths?top=x": (400, "top"),
            "/v1/paths?top=": (400, "top"),
            "/v1/paths?top": (400, "no value"),
            "/v1/paths?top=1&top=2": (400, "top"),
            "/v1/paths?top=10001": (400, "10000"),
            "/v1/paths?top=99999999999999999999": (400, "top"),
            "/v1/paths?scope=nosuch": (400, "session"),
            "/v1/paths?scope=": (400, "scope"),
            "/v1/paths?where=device": (400, "FIELD=VALUE"),
            "/v1/paths?where==mobile": (400, "FIELD=VALUE"),
            "/v1/paths?where=devise=mobile": (400, "did you mean device"),
            "/v1/paths?where=units=many": (400, "a number"),
            "/v1/paths?where=device=%00mobile": (400, "zero byte"),
            "/v1/paths?limit=3": (400, "top, scope, where"),
            "/v1/paths?" + "&".join(["where=device=x"] * 17): (400, "16"),
            "/v1/tables?top=3": (400, "no arguments"),
            "/v1/%ff%fe": (404, "no table"),
        }
        for target, (status, part) in cases.items():
            with self.subTest(target):
                answer = self.server.get(target)
                self.assertEqual(answer.status, status, answer.body)
                self.assertEqual(answer.headers["Content-Type"], "application/json")
                self.assertIn(part, " ".join(answer.json().values()))
        self.assertEqual(self.server.get("/healthz").status, 200)


@suite.needs_wend
class Present(unittest.TestCase):
    """Which snapshot is served."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-serve-")
        self.place = os.path.join(self.folder.name, "place")
        os.mkdir(self.place)

    def tearDown(self):
        self.folder.cleanup()

    def path_count(self, snapshot):
        with duckdb.connect() as duck:
            return duck.execute(f"select count(*) from '{snapshot}/paths/*.parquet'").fetchone()[0]

    def switch(self, name):
        """Points `current` at another snapshot, by rename."""
        os.symlink(f"../{name}", os.path.join(self.place, "next"))
        os.rename(os.path.join(self.place, "next"), os.path.join(self.place, "current"))

    def test_current_may_come_later_change_and_go(self):
        rows = {}
        for seed in (1, 2):
            path = server.make_snapshot(self.folder.name, f"s{seed}", 2000, seed)
            rows[seed] = self.path_count(path)
        self.assertNotEqual(rows[1], rows[2])
        with server.Server(self.place) as served:
            answer = served.get("/readyz")
            self.assertEqual(answer.status, 503)
            self.assertIn("no snapshot yet", answer.json()["error"])
            self.assertEqual(served.get("/healthz").status, 200)
            self.assertEqual(served.get("/v1/paths").status, 503)
            self.assertEqual(server.samples(served.get("/metrics").body)["wend_snapshot_ready", ()],
                             0)
            for seed in (1, 2):
                self.switch(f"s{seed}")
                self.assertEqual(served.get("/readyz").status, 200)
                self.assertEqual(served.rows("paths", top=1)["matching"], rows[seed])
            os.unlink(os.path.join(self.place, "current"))
            self.assertEqual(served.get("/readyz").status, 503)
        self.assertIn(b"no snapshot yet", served.errors)

    def test_the_newest_window_of_a_stream_is_served(self):
        windows = ("2025-03-03T09-00-00Z", "2025-03-03T10-00-00Z")
        with server.Server(self.place) as served:
            os.mkdir(os.path.join(self.place, "2025-03-03T11-00-00Z.tmp"))
            self.assertEqual(served.get("/v1/paths").status, 503)
            for seed, window in enumerate(windows, 1):
                path = server.make_snapshot(self.folder.name, f"s{seed}", 2000, seed)
                os.rename(path, os.path.join(self.place, window))
                rows = self.path_count(os.path.join(self.place, window))
                self.assertEqual(served.rows("paths", top=1)["matching"], rows)

    def test_answers_are_of_one_snapshot_while_it_is_replaced(self):
        matching = set()
        for seed in (1, 2):
            path = server.make_snapshot(self.folder.name, f"s{seed}", 2000, seed)
            matching.add(self.path_count(path))
        self.switch("s1")
        with server.Server(self.place, "--rate", "unlimited") as served:
            done = threading.Event()

            def go_on():
                while not done.is_set():
                    for seed in (2, 1):
                        self.switch(f"s{seed}")
            thread = threading.Thread(target=go_on)
            thread.start()
            try:
                answers = [served.get("/v1/paths?top=3") for _ in range(100)]
            finally:
                done.set()
                thread.join()
            good = [answer.json()["matching"] for answer in answers if answer.status == 200]
            self.assertTrue(set(good) <= matching, good)
            for answer in answers:
                self.assertIn(answer.status, (200, 503), answer.body)
            self.switch("s1")
            self.assertEqual(served.get("/v1/paths?top=3").status, 200)

    def test_a_damaged_snapshot_is_no_answer(self):
        path = server.make_snapshot(self.folder.name, "s1", 2000)
        with server.Server(path) as served:
            name = os.path.join(path, "paths", "part-00000.parquet")
            with open(name, "r+b") as file:
                file.truncate(os.path.getsize(name) // 2)
            self.assertEqual(served.get("/v1/paths").status, 503)
            self.assertEqual(served.get("/v1/flow").status, 200)
            with open(os.path.join(path, "manifest.json"), "w", encoding="utf-8") as file:
                file.write("{")
            self.assertEqual(served.get("/readyz").status, 503)
            self.assertEqual(served.get("/v1/flow").status, 503)
            self.assertEqual(served.get("/healthz").status, 200)

    def test_a_signal_ends_it_well(self):
        path = server.make_snapshot(self.folder.name, "s1", 2000)
        for number in (signal.SIGTERM, signal.SIGINT):
            self.assertEqual(server.Server(path).close(number), 0)

    def test_what_cannot_be_served_stops_the_start(self):
        path = server.make_snapshot(self.folder.name, "s1", 2000)
        with server.Server(path) as served:
            port = str(served.address[1])
            cases = [
                ([path, "--listen", f"127.0.0.1:{port}"], 3, "another port"),
                ([path + "x"], 2, "Did you mean"),
                ([path, "--listen", "nonsense"], 2, "ADDRESS:PORT"),
                ([path, "--listen", "localhost"], 2, "ADDRESS:PORT"),
                ([path, "--listen", "0.0.0.0:0"], 2, "--token"),
                ([path, "--listen", "[::]:0"], 2, "--token"),
                ([path, "--token", "sixteen-characters"], 2, "not the token itself"),
                ([path, "--token", "@/nonexistent"], 3, "cannot open"),
                ([path, "--tls-key", "x.key"], 2, "both"),
                ([path, "--tls-certificate", "x.crt", "--tls-key", "x.key"], 3, "cannot open"),
                ([path, "--rate", "0"], 2, "--rate"),
                ([path, "--connections", "3"], 2, "--connections"),
            ]
            for arguments, code, part in cases:
                with self.subTest(arguments):
                    result = subprocess.run([suite.wend_bin(), "serve", *arguments],
                                            capture_output=True, text=True, timeout=60,
                                            cwd=self.folder.name, check=False)
                    self.assertEqual(result.returncode, code, result.stderr)
                    self.assertIn(part, result.stderr)
                    self.assertNotIn("sixteen-characters", result.stderr)
                    self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    suite.main()
