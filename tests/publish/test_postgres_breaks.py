#!/usr/bin/env python3
"""`wend publish postgres` when something breaks: nothing doubled, nothing half, and a next step.

Usage: test_postgres_breaks.py [PUBLISH_TOOL]
"""
import os
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import publish_case  # noqa: E402
import compare  # noqa: E402
import proxy  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK) else None
SESSIONS = publish_case.SESSIONS
RUN_AGAIN = "run the same command again"


class Breaks(publish_case.PublishCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = snapshots.generated(cls.place, "old", 2000)
        cls.new = snapshots.generated(cls.place, "new", 20000, seed=2)

    def setUp(self):
        super().setUp()
        self.publish(self.old)

    def start(self, snapshot, port=None):
        return subprocess.Popen([suite.wend_bin(), *self.command(snapshot, port=port)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def assert_holds(self, snapshot, publishings):
        """Just this snapshot, nothing beside it, and the log says so."""
        self.wait_for_sessions()
        found, rows = compare.differences(self.pg, snapshot, self.database)
        self.assertEqual(found, [])
        self.assertGreater(rows, 1000)
        self.assertEqual(self.sql("SELECT count(*) FROM wend.publish_log"), str(publishings))
        self.assertEqual(self.sql("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND "
                                  "relnamespace = 'wend_store'::regnamespace"), "9")

    def assert_recovers(self):
        """The old one is still there; then the same command does it."""
        self.assert_holds(self.old, 1)
        self.publish(self.new)
        self.assert_holds(self.new, 2)

    def kill_sessions(self):
        self.pg.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {SESSIONS}")

    def test_a_session_killed_in_the_middle_of_the_rows(self):
        with proxy.Proxy(self.pg.port, limit=1_000_000, then=self.kill_sessions) as network:
            said = self.publish(self.new, code=3, port=network.port)
            self.assertTrue(network.fired.is_set())
        self.assertIn(RUN_AGAIN, said.stderr)
        self.assertIn("othing was published", said.stderr)
        self.assert_recovers()

    def test_a_network_that_goes_away_at_any_point(self):
        for limit in (1, 100, 2_000, 20_000, 200_000, 2_000_000):
            with self.subTest(limit=limit):
                with proxy.Proxy(self.pg.port, limit=limit, drop=True) as network:
                    said = self.publish(self.new, code=3, port=network.port)
                    self.assertTrue(network.fired.is_set())
                self.assertIn("Nothing was published", said.stderr)
                self.assert_holds(self.old, 1)
        self.assert_recovers()

    def test_a_network_that_goes_away_while_the_server_commits(self):
        with proxy.Proxy(self.pg.port, word=b"COMMIT", hold=True) as network:
            said = self.publish(self.new, code=3, port=network.port)
            self.assertTrue(network.fired.is_set())
        self.assertIn("may be published or not", said.stderr)
        self.assertIn("un the same command again", said.stderr)
        self.assert_holds(self.new, 2)
        self.assertIn("is there already", self.publish(self.new).stdout)
        self.assert_holds(self.new, 2)

    def test_a_server_that_stops_and_comes_back(self):
        with proxy.Proxy(self.pg.port, limit=1_000_000, then=self.pg.stop) as network:
            said = self.publish(self.new, code=3, port=network.port)
        self.assertIn(RUN_AGAIN, said.stderr)
        said = self.publish(self.new, code=3)
        self.assertIn("that the server runs", said.stderr)
        self.pg.start()
        self.assert_recovers()

    def test_wend_itself_killed_in_the_middle(self):
        for number, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)):
            with self.subTest(signal=number):
                runs = []
                with proxy.Proxy(self.pg.port, limit=1_000_000,
                                 then=lambda: runs[0].send_signal(number)) as network:
                    runs.append(self.start(self.new, port=network.port))
                    output, errors = runs[0].communicate(timeout=60)
                self.assertEqual((runs[0].returncode, output), (code, ""), errors)
                if number != signal.SIGKILL:
                    self.assertIn("stopped; nothing was published", errors)
                self.assert_holds(self.old, 1)
        self.assert_recovers()

    def hold_lock(self):
        """Somebody who reads wend.paths in a transaction that stays open."""
        reader = subprocess.Popen(
            [os.path.join(self.pg.bin, "psql"), "-Xq", "-d", self.pg.conninfo(self.database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        reader.stdin.write("BEGIN; SELECT count(*) FROM wend.paths;\n")
        reader.stdin.flush()
        self.wait_for("SELECT count(*) > 0 FROM pg_stat_activity "
                      "WHERE state = 'idle in transaction' AND application_name = 'psql'")
        return reader

    def test_readers_go_on_while_it_waits_for_one(self):
        reader = self.hold_lock()
        before = self.sql("SELECT count(*) FROM wend.paths")
        run = self.start(self.new)
        self.wait_for(f"SELECT count(*) > 0 FROM pg_stat_activity WHERE {SESSIONS} AND "
                      "query LIKE '%SAVEPOINT swap%' OR query LIKE 'LOCK%'")
        for _ in range(20):
            self.assertEqual(self.sql("SELECT count(*) FROM wend.paths"), before)
            time.sleep(0.05)
        said = self.publish(self.old, "--again", code=3)
        self.assertIn("somebody else is publishing into schema wend", said.stderr)
        time.sleep(5)
        reader.communicate("COMMIT;\n")
        output, errors = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, errors)
        self.assertIn("waiting for long queries", errors)
        self.assert_holds(self.new, 2)

    def test_progress_shows_on_a_terminal_and_is_erased(self):
        """On a pipe nothing of it shows: the other tests see that."""
        screen, terminal = os.openpty()
        with proxy.Proxy(self.pg.port, limit=1_000_000, then=lambda: time.sleep(1)) as network:
            run = subprocess.Popen([suite.wend_bin(), *self.command(self.new, port=network.port)],
                                   stdout=subprocess.PIPE, stderr=terminal,
                                   env={**os.environ, "TERM": "xterm"})
            os.close(terminal)
            output, shown = run.communicate(timeout=60)[0], b""
            try:
                while data := os.read(screen, 65536):
                    shown += data
            except OSError:  # how a terminal says that nobody has it open any more
                pass
            os.close(screen)
        self.assertEqual(run.returncode, 0)
        self.assertRegex(shown.decode(), r"%.*\[#*\.*\].* of [0-9,]+ rows")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-80:])
        self.assertIn(b"published to database", output)

    def test_a_full_disk_of_the_server(self):
        disk = f"{self.pg.place}/{self.database}"
        os.mkdir(disk)
        owner = "uid={},gid={}".format(*(self.pg.user or (os.getuid(), os.getgid())))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=2m,{owner}", "none", disk],
                                 capture_output=True, text=True)
        if mounted.returncode:
            self.skipTest(f"no small disk can be made: {mounted.stderr.strip()}")
        try:
            self.pg.sql(f"CREATE TABLESPACE small LOCATION '{disk}'")
            self.pg.sql(f"ALTER ROLE owner IN DATABASE {self.database} "
                        "SET default_tablespace = 'small'")
            said = self.publish(self.new, code=3)
            self.assertIn("make room on the server's disk, then run the same command again",
                          said.stderr)
            self.pg.sql(f"ALTER ROLE owner IN DATABASE {self.database} RESET default_tablespace")
            self.assert_recovers()
            self.pg.sql("DROP TABLESPACE small")
        finally:
            subprocess.run(["umount", "-l", disk], check=False)

    def test_a_damaged_snapshot_publishes_nothing(self):
        broken = f"{self.place}/broken"
        subprocess.run(["cp", "-r", self.new, broken], check=True)
        with open(f"{broken}/journeys/part-00000.parquet", "r+b") as file:
            file.seek(20000)
            file.write(b"\xff" * 64)
        said = self.publish(broken, code=3)
        self.assertIn("journeys/part-00000.parquet", said.stderr)
        self.assert_recovers()

    def test_a_password_is_never_printed(self):
        secret = "s3cret-w0rd"
        self.pg.sql(f"CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '{secret}'")
        rules = f"{self.pg.place}/data/pg_hba.conf"
        with open(rules, encoding="utf-8") as file:
            text = file.read()
        with open(rules, "w", encoding="utf-8") as file:
            file.write("host all guarded all scram-sha-256\n" + text)
        self.pg.sql("SELECT pg_reload_conf()")
        base = ["publish", "postgres", self.new, "--to"]
        place = f"127.0.0.1:{self.pg.port}/{self.database}"
        plain = self.pg.conninfo(self.database, "guarded")
        attempts = [
            (f"{plain} password={secret}", {}, 0),
            (f"postgresql://guarded:{secret}@{place}", {}, 0),
            (plain, {"PGPASSWORD": secret}, 0),
            (plain, {"PGPASSWORD": secret + "x"}, 3),
            (plain, {}, 3),
            (f"{plain} password={secret}x", {}, 3),
            (f"{plain} password = {secret} {secret}", {}, 2),
            (f"postgresql://guarded:{secret}@x@{place}", {}, 2),
            (f"postgresql://guarded:1/{secret}@{place}", {}, 2),
            (f"postgresql://guarded:%zz{secret}@{place}", {}, 2),
            (f"postgresql://guarded:{secret}@{place}?nonsense=1", {}, 2),
            (f"postgresql://guarded:{secret}@127.0.0.1:1/x", {}, 3),
        ]
        for conninfo, environment, code in attempts:
            with self.subTest(conninfo=conninfo, environment=environment):
                said = snapshots.wend(*base, conninfo, "--again", check=False,
                                      environment=environment)
                self.assertEqual(said.returncode, code, said.stderr)
                self.assertNotIn(secret, said.stdout + said.stderr)
                self.assertEqual("can be seen by other users" in said.stderr,
                                 code == 0 and not environment)
        self.assertEqual(self.sql(f"SELECT count(*) FROM wend.publish_log l WHERE "
                                  f"l::text LIKE '%{secret}%'"), "0")


    @unittest.skipUnless(TOOL, "publish_tool was not given")
    def test_each_allocation_fails_once(self):
        small = snapshots.shop(self.place, "small")
        result = subprocess.run([TOOL, small, self.pg.conninfo(self.database)],
                                capture_output=True, text=True, timeout=500)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(int(result.stdout), 50)
        self.assertEqual(compare.differences(self.pg, small, self.database)[0], [])
        # Each attempt but the last was taken back.
        self.assertEqual(self.sql("SELECT count(*) FROM wend.publish_log"), "2")


if __name__ == "__main__":
    publish_case.main()
