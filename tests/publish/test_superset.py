#!/usr/bin/env python3
"""The bundle of deploy/superset: its parts fit together, each question of its charts gives in
PostgreSQL what it gives in DuckDB, and Superset itself imports it and loads every chart.

Superset runs where it is installed: `superset` in WEND_SUPERSET, or in build/superset
(tests/run --full makes it).
"""
import json
import os
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
import zipfile

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import publish_case  # noqa: E402
import compare  # noqa: E402
import server  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

MAKE = os.path.join(HERE, "../../deploy/superset/make")
SUPERSET = os.environ.get("WEND_SUPERSET") or os.path.join(suite.ROOT,
                                                           "build/superset/bin/superset")
SCOPE = "lifecycle"  # of the two made-up journeys
CONFIGURATION = """
SECRET_KEY = "of a test that lasts a minute, 0123456789"
SQLALCHEMY_DATABASE_URI = "sqlite:///{place}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""
PASSWORD = "of-a-test"


def bundle(place, *more):
    """{path: content} of what the script makes."""
    path = f"{place}/bundle.zip"
    subprocess.run([sys.executable, MAKE, "-o", path, *more], check=True, capture_output=True)
    with zipfile.ZipFile(path) as file:
        return {name.split("/", 1)[1]: json.loads(file.read(name)) for name in file.namelist()}


def of_kind(files, kind):
    return {path: content for path, content in files.items() if path.startswith(f"{kind}/")}


def question(files, chart, scope=None):
    """The SQL that Superset makes of a chart's query."""
    data, = [one for one in of_kind(files, "datasets").values()
             if one["uuid"] == chart["dataset_uuid"]]
    asked, = json.loads(chart["query_context"])["queries"]
    names = [column if isinstance(column, str) else column["sqlExpression"]
             for column in asked["columns"]]
    metrics = {one["metric_name"]: one["expression"] for one in data["metrics"]}
    source = f"({data['sql']}) t" if data["sql"] else f"wend.{data['table_name']}"
    words = ["SELECT", ", ".join(names + [f"{metrics[name]} AS {name}_"
                                          for name in asked["metrics"]]), "FROM", source]
    words += ["WHERE scope =", f"'{scope}'"] if scope else []
    words += ["GROUP BY", ", ".join(names)] if names else []
    order = [(f"{name}_" if name in metrics else name) + ("" if ascends else " DESC")
             for name, ascends in asked["orderby"]]
    words += ["ORDER BY", ", ".join(order + names)]
    return " ".join(words + [f"LIMIT {asked['row_limit']}"])


def plain(value):
    """Numbers as both databases have them, to 9 digits."""
    try:
        return f"{float(value):.9g}"
    except (TypeError, ValueError):
        return value


class Bundle(publish_case.PublishCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.snapshot = snapshots.generated(cls.place, "weeks", 20000)
        cls.files = bundle(cls.place)
        cls.charts = of_kind(cls.files, "charts")

    def setUp(self):
        super().setUp()
        self.publish(self.snapshot)

    def rows(self, sql):
        text = self.sql(f"SET timezone = 'UTC'; SELECT row_to_json(t) FROM ({sql}) t")
        return [tuple(plain(value) for value in json.loads(line).values())
                for line in text.splitlines()]

    def test_everything_that_is_named_is_there(self):
        names = {kind: {one["uuid"] for one in of_kind(self.files, kind).values()}
                 for kind in ("databases", "datasets", "charts", "dashboards")}
        everything = [one for group in names.values() for one in group]
        self.assertEqual(len(everything), len(set(everything)))
        self.assertEqual(len(everything), len(self.files) - 1)
        for one in of_kind(self.files, "datasets").values():
            self.assertIn(one["database_uuid"], names["databases"])
        for one in self.charts.values():
            self.assertIn(one["dataset_uuid"], names["datasets"])
        shown = []
        for board in of_kind(self.files, "dashboards").values():
            tree = board["position"]
            for entry in tree.values():
                for child in entry.get("children", []) if isinstance(entry, dict) else []:
                    self.assertIn(child, tree)
            shown += [entry["meta"]["uuid"] for entry in tree.values()
                      if isinstance(entry, dict) and entry["type"] == "CHART"]
            scope = board["metadata"]["native_filter_configuration"][0]
            self.assertIn(scope["targets"][0]["datasetUuid"], names["datasets"])
            # Numbers of several scopes are never added up.
            self.assertTrue(scope["controlValues"]["defaultToFirstItem"])
            self.assertFalse(scope["controlValues"]["multiSelect"])
        self.assertEqual(sorted(shown), sorted(names["charts"]))

    def test_the_columns_are_those_of_the_tables(self):
        kinds = {"text": "TEXT", "bigint": "BIGINT",
                 "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
                 "character varying": "TEXT"}
        for one in of_kind(self.files, "datasets").values():
            source = one["sql"] or f"SELECT * FROM wend.{one['table_name']}"
            self.sql(f"CREATE OR REPLACE VIEW public.looked_at AS {source.replace(chr(10), ' ')}")
            found = dict(line.split("|") for line in self.sql(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
                "WHERE attrelid = 'public.looked_at'::regclass AND attnum > 0").splitlines())
            self.sql("DROP VIEW public.looked_at")
            for column in one["columns"]:
                self.assertEqual(kinds[found[column["column_name"]]], column["type"], one)

    def test_every_question_gives_the_same_in_duckdb(self):
        with duckdb.connect() as engine:
            engine.execute(snapshots.wend("publish", "duckdb", self.snapshot).stdout)
            engine.execute("SET TimeZone = 'UTC'")
            for path, chart in self.charts.items():
                for scope in (SCOPE, None):
                    with self.subTest(chart=path, scope=scope):
                        sql = question(self.files, chart, scope)
                        theirs = [tuple(plain(value) for value in row)
                                  for row in engine.sql(sql).fetchall()]
                        theirs = [tuple(value.isoformat() if hasattr(value, "isoformat") else value
                                        for value in row) for row in theirs]
                        ours = self.rows(sql)
                        self.assertGreater(len(ours), 0)
                        if scope:
                            self.assertNotIn(None, ours[0])
                        self.assertEqual(ours, theirs)

    def test_the_numbers_are_those_of_the_journeys(self):
        def number(title):
            chart, = [one for one in self.charts.values() if one["slice_name"] == title]
            (value,), = self.rows(question(self.files, chart, SCOPE))
            return value
        files = compare.source(f"{self.snapshot}/journeys")
        units, converted, abandoned = duckdb.sql(
            f"SELECT count(*), avg((outcome = 'converted')::int), "
            f"avg((outcome = 'abandoned')::int) FROM {files} WHERE scope = '{SCOPE}'").fetchall()[0]
        self.assertEqual(number("Units"), plain(units))
        self.assertEqual(number("Conversion rate"), plain(converted))
        self.assertEqual(number("Abandonment rate"), plain(abandoned))

    def test_the_same_options_give_the_same_file_and_others_do_not(self):
        first = f"{self.place}/bundle.zip"
        bundle(self.place)
        with open(first, "rb") as file:
            before = file.read()
        bundle(self.place)
        with open(first, "rb") as file:
            self.assertEqual(file.read(), before)
        files = bundle(self.place, "--schema", 'a"b', "--uri", "duckdb:////data/wend.duckdb")
        self.assertEqual(files["databases/wend.yaml"]["sqlalchemy_uri"],
                         "duckdb:////data/wend.duckdb")
        self.assertIn('FROM "a""b".flow', files["datasets/wend/flow_steps.yaml"]["sql"])


@unittest.skipUnless(os.access(SUPERSET, os.X_OK),
                     "Superset is not installed (tests/run --full does it)")
class Superset(publish_case.PublishCase):

    def call(self, *arguments):
        result = subprocess.run([SUPERSET, *arguments], env=self.environment, cwd=self.place,
                                capture_output=True, text=True, timeout=400)
        self.assertEqual(result.returncode, 0, result.stderr[-3000:])

    def start(self):
        """Superset with the bundle in it, over HTTP."""
        self.environment = {**os.environ, "SUPERSET_HOME": self.place,
                            "SUPERSET_CONFIG_PATH": f"{self.place}/superset_config.py",
                            "FLASK_APP": "superset.app:create_app()"}
        with open(f"{self.place}/superset_config.py", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(place=self.place))
        self.call("db", "upgrade")
        self.call("init")
        self.call("fab", "create-admin", "--username", "admin", "--password", PASSWORD,
                  "--firstname", "a", "--lastname", "b", "--email", "a@example.org")
        uri = f"postgresql+psycopg2://owner@127.0.0.1:{self.pg.port}/{self.database}"
        self.files = bundle(self.place, "--uri", uri)
        for _ in range(2):  # a bundle may be imported again
            self.call("import-dashboards", "-u", "admin", "-p", f"{self.place}/bundle.zip")
        self.port = server.free_port()
        with open(f"{self.place}/superset.log", "wb") as log:
            run = subprocess.Popen([SUPERSET, "run", "-p", str(self.port)], cwd=self.place,
                                   env=self.environment, stdout=log, stderr=log)
        self.addCleanup(run.wait)
        self.addCleanup(run.terminate)
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=10):
                    return
            except OSError:
                time.sleep(0.2)
        self.fail("Superset does not answer")

    def get(self, path, body=None):
        kind = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/{path}",
                                         json.dumps(body).encode() if body else None,
                                         {**kind, **self.token})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as reason:
            self.fail(f"{path}: {reason.code} {reason.read().decode()[:2000]}")

    def test_superset_imports_it_and_loads_every_chart(self):
        self.publish(snapshots.generated(self.place, "weeks", 20000))
        self.token = {}
        self.start()
        login = {"username": "admin", "password": PASSWORD, "provider": "db"}
        self.token = {"Authorization":
                      f"Bearer {self.get('security/login', login)['access_token']}"}
        charts = {one["slice_name"]: one["id"]
                  for one in self.get("chart/?q=(page_size:100)")["result"]}
        wanted = of_kind(self.files, "charts").values()
        self.assertEqual(sorted(charts), sorted(one["slice_name"] for one in wanted))
        for chart in wanted:
            with self.subTest(chart=chart["slice_name"]):
                result, = self.get(f"chart/{charts[chart['slice_name']]}/data/")["result"]
                self.assertEqual((result["status"], result["error"]), ("success", None))
                count = self.sql(f"SELECT count(*) FROM ({question(self.files, chart)}) t")
                self.assertEqual(result["rowcount"], int(count))
                self.assertGreater(result["rowcount"], 0)
                asked, = json.loads(chart["query_context"])["queries"]
                for name in asked["metrics"]:
                    total = sum(row[name] or 0 for row in result["data"])
                    ours = self.sql(f"SELECT sum({name}_) FROM ({question(self.files, chart)}) t")
                    self.assertAlmostEqual(total, float(ours), places=3)
        boards = self.get("dashboard/?q=(page_size:100)")["result"]
        self.assertEqual(len(boards), 4)
        for board in boards:
            inside = self.get(f"dashboard/{board['id']}/charts")["result"]
            self.assertGreater(len(inside), 2, board["dashboard_title"])


if __name__ == "__main__":
    publish_case.main()
