"""What the tests that publish to a real PostgreSQL share: the server, a database a test, `wend`."""
import os
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../oracle"))
import compare  # noqa: E402
import server  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

ROLES = os.path.join(HERE, "../../deploy/postgres/roles.sql")
SESSIONS = "application_name = 'wend'"  # in pg_stat_activity


class PublishCase(unittest.TestCase):
    """A server and a folder, `place`, for the class; a database of its own for each test."""

    @classmethod
    def setUpClass(cls):
        cls.pg = server.Server()
        cls.addClassCleanup(cls.pg.close)
        folder = tempfile.TemporaryDirectory(prefix="wend-publish-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = folder.name

    def setUp(self):
        self.database = self.id().rsplit(".", 1)[1].lower()[:60]
        self.pg.sql(f"CREATE DATABASE {self.database}")

    def sql(self, text, **more):
        return self.pg.sql(text, self.database, **more)

    def command(self, snapshot, *more, port=None, **options):
        conninfo = self.pg.conninfo(self.database, **options)
        if port:
            conninfo += f" port={port}"
        return ["publish", "postgres", snapshot, "--to", conninfo, *more]

    def publish(self, snapshot, *more, code=0, port=None, user="owner", **options):
        result = snapshots.wend(*self.command(snapshot, *more, port=port, user=user), check=False,
                                **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def wait_for(self, query, wanted="t", seconds=30):
        for _ in range(seconds * 20):
            if self.sql(query) == wanted:
                return
            time.sleep(0.05)
        self.fail(f"{query} did not become {wanted}, but {self.sql(query)}")

    def wait_for_sessions(self):
        """Until the server has ended what a client has left."""
        self.wait_for(f"SELECT count(*) FROM pg_stat_activity WHERE {SESSIONS}", "0")

    def assert_equal(self, snapshot, schema="wend"):
        """That the tables hold the rows of a snapshot, or of several; how many there are."""
        found, rows = compare.differences(self.pg, snapshot, self.database, schema)
        self.assertEqual(found, [])
        return rows

    def parts(self):
        """The partitions that are there."""
        return self.sql("SELECT count(*) FROM pg_class c JOIN pg_namespace n "
                        "ON n.oid = c.relnamespace WHERE nspname LIKE '%_store' "
                        "AND relkind IN ('r', 'p')")


def main():
    """Runs the tests of the calling script, or tells why that cannot be done."""
    if not suite.wend_bin():
        print("the command line is not built; set WEND_BIN")
        sys.exit(77)
    try:
        server.programs()
        server.other_user()
    except server.Unavailable as reason:
        print(reason)
        sys.exit(77)
    suite.main()
