#!/usr/bin/env python3
"""`wend publish postgres`: what is published equals the snapshot, and keeps what people built."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import publish_case  # noqa: E402
import compare  # noqa: E402
import snapshots  # noqa: E402

ROLES = os.path.join(HERE, "../../deploy/postgres/roles.sql")


class Postgres(publish_case.PublishCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = snapshots.generated(cls.place, "first", 20000)
        cls.second = snapshots.generated(cls.place, "second", 3000, seed=2)
        cls.shop = snapshots.shop(cls.place, "shop")

    def test_a_published_snapshot_is_the_snapshot_row_by_row(self):
        said = self.publish(self.first)
        rows = self.assert_equal(self.first)
        self.assertGreater(rows, 50000)
        self.assertIn(f"9 tables, {rows:,} rows published to database", said.stdout)
        self.assertEqual(said.stderr, "")

    def test_twice_does_nothing_and_says_so(self):
        self.publish(self.shop)
        before = self.sql("SELECT max(publish_id), count(*) FROM wend.publish_log")
        said = self.publish(self.shop)
        self.assertIn("is there already", said.stdout)
        self.assertEqual(self.sql("SELECT max(publish_id), count(*) FROM wend.publish_log"), before)
        self.assertEqual(self.parts(), "7")
        self.assert_equal(self.shop)

    def test_another_snapshot_takes_the_place_and_back_again(self):
        for number, snapshot in enumerate([self.first, self.second, self.first], 1):
            self.publish(snapshot)
            self.assert_equal(snapshot)
            self.assertEqual(self.sql("SELECT count(*) FROM wend.publish_log"), str(number))
        self.assertEqual(self.parts(), "9")

    def test_again_mends_what_was_changed_by_hand(self):
        self.publish(self.shop)
        for damage in ("UPDATE wend.paths SET value_sum = value_sum + 0.0001 WHERE units = 1",
                       "DELETE FROM wend.paths"):
            self.sql(damage)
            found, _ = compare.differences(self.pg, self.shop, self.database)
            self.assertIn("paths: only in Parquet", str(found))
        self.publish(self.shop, "--again")
        self.assert_equal(self.shop)

    def test_a_dropped_table_comes_back_unasked(self):
        self.publish(self.shop)
        self.sql("DROP TABLE wend.paths")
        self.assertNotIn("already", self.publish(self.shop).stdout)
        self.assert_equal(self.shop)

    def test_views_and_grants_and_indexes_stay(self):
        self.publish(self.first)
        self.sql("CREATE ROLE analyst; GRANT SELECT ON wend.paths TO analyst;"
                 "CREATE VIEW public.top AS "
                 "SELECT path, sum(units) AS n FROM wend.paths GROUP BY 1;"
                 "CREATE INDEX mine ON wend.paths (step_count)")
        self.publish(self.second)
        self.assert_equal(self.second)
        self.assertEqual(self.sql("SELECT sum(n) FROM public.top"),
                         self.sql("SELECT sum(units) FROM wend.paths"))
        self.assertEqual(
            self.sql("SELECT has_table_privilege('analyst', 'wend.paths', 'SELECT')"), "t")
        self.assertEqual(self.sql(
            "SELECT count(*) FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid "
            "WHERE h.inhparent = 'wend.mine'::regclass"), "1")
        self.sql("DROP OWNED BY analyst; DROP ROLE analyst")

    def test_other_segments_make_tables_anew_unless_a_view_holds_them(self):
        self.publish(self.first)
        self.sql("CREATE VIEW public.mine AS SELECT channel FROM wend.paths")
        said = self.publish(self.shop, code=3)
        self.assertIn("cannot drop table wend.paths", said.stderr)
        self.assertIn("drop it, or publish to another --schema", said.stderr)
        self.assert_equal(self.first)
        self.sql("DROP VIEW public.mine")
        self.publish(self.shop)
        self.assert_equal(self.shop)
        # Tables that the shop does not have are empty now.
        self.assertEqual(self.sql("SELECT count(*) FROM wend.journeys"), "0")

    def test_hostile_names_are_only_names(self):
        snapshot = snapshots.hostile(self.place, "hostile")
        schema = 'we"nd\'; DROP SCHEMA public; --'
        said = self.publish(snapshot, "--schema", schema)
        self.assertIn("hold zero bytes or invalid UTF-8, which PostgreSQL cannot hold", said.stderr)
        self.assert_equal(snapshot, schema)
        quoted = compare.quoted(schema)
        self.assertGreater(int(self.sql(f"SELECT replaced_texts FROM {quoted}.publish_log")), 5)
        self.assertEqual(self.sql(f"SELECT DISTINCT scope FROM {quoted}.journeys"),
                         snapshots.HOSTILE_JOURNEY)
        self.publish(snapshot, "--schema", schema)
        self.assertEqual(self.sql(f"SELECT count(*) FROM {quoted}.publish_log"), "1")

    def test_every_table_and_column_has_a_comment_and_a_type_for_analysts(self):
        self.publish(self.first)
        self.assertEqual(self.sql(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n "
            "ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 "
            "AND NOT a.attisdropped WHERE n.nspname = 'wend' AND c.relkind IN ('r', 'p') "
            "AND (coalesce(obj_description(c.oid), '') = '' "
            "OR coalesce(col_description(c.oid, a.attnum), '') = '')"), "")
        types = self.sql("SELECT DISTINCT format_type(atttypid, atttypmod) FROM pg_attribute "
                         "WHERE attrelid IN ('wend.paths'::regclass, 'wend.journeys'::regclass) "
                         "AND attnum > 0 ORDER BY 1").split("\n")
        self.assertEqual(types, ["bigint", "double precision", "numeric(18,4)", "numeric(38,4)",
                                 "text", "text[]", "timestamp with time zone"])

    def test_dashboards_find_indexes(self):
        self.publish(self.first)
        for query in ("SELECT * FROM wend.paths WHERE scope = 'session' AND window_start = now()",
                      "SELECT * FROM wend.paths WHERE path_id = '0123456789abcdef'",
                      "SELECT * FROM wend.journeys WHERE customer_id = 'x'",
                      "SELECT * FROM wend.journeys WHERE ended_at > '2100-01-01'"):
            plan = self.sql(f"SET enable_seqscan = off; EXPLAIN {query}")
            self.assertRegex(plan, "Index", query)

    def test_the_shipped_roles_are_enough_and_not_more(self):
        with open(ROLES, encoding="utf-8") as file:
            text = file.read()
        for _ in range(2):
            self.sql(text)
        self.publish(self.first, user="wend_publisher")
        self.publish(self.shop, user="wend_publisher")
        self.assert_equal(self.shop)
        self.sql("CREATE ROLE reader LOGIN; GRANT wend_reader TO reader")
        count = self.sql("SELECT count(*) FROM wend.paths", user="reader")
        self.assertEqual(count, self.sql("SELECT count(*) FROM wend.paths"))
        for attempt in ("DELETE FROM wend.paths", "CREATE TABLE wend.x ()",
                        "SELECT count(*) FROM wend_store.paths_2"):
            self.assertIn("permission denied", self.sql(attempt, user="reader", check=False).stderr)
        self.sql("CREATE TABLE private (x int)")
        for attempt in ("SELECT * FROM public.private", "CREATE SCHEMA other"):
            self.assertIn("permission denied",
                          self.sql(attempt, user="wend_publisher", check=False).stderr)
        said = self.publish(self.first, user="reader", code=3)
        self.assertIn("deploy/postgres/roles.sql", said.stderr)

    def test_a_table_of_somebody_else_is_left_alone(self):
        self.sql("CREATE SCHEMA wend; CREATE TABLE wend.paths (mine int);"
                 "INSERT INTO wend.paths VALUES (1)")
        said = self.publish(self.shop, code=2)
        self.assertIn("wend.paths is there and was not made by wend", said.stderr)
        self.assertEqual(self.sql("SELECT mine FROM wend.paths"), "1")

    def test_a_database_that_cannot_hold_all_names_is_refused(self):
        self.pg.sql("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        result = snapshots.wend("publish", "postgres", self.shop, "--to",
                                self.pg.conninfo("ascii"), check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("encoded in SQL_ASCII", result.stderr)


if __name__ == "__main__":
    publish_case.main()
