"""The data sets, made once into the cache. A set is made again when its recipe changes."""
import os
import shutil
import subprocess

DISORDER = "5s"
SNAPSHOTS = {"quick": (4, 2000), "medium": (20, 100000), "full": (100, 100000)}
EVENTS = {"quick": 200000, "medium": 2000000, "full": 10000000}
# Less than the hits of an exact run, 40 bytes each.
MEMORY = {"quick": "5M", "medium": "51M", "full": "256M"}
IDLE = {"quick": 20000, "medium": 200000, "full": 1000000}  # customers; and twice as many
CORES = {"quick": ("10 k",), "medium": ("1 M",), "full": ("1 M", "10 M", "50 M")}


class Data:
    """Paths of the sets, by name; each is made when it is first asked for."""

    def __init__(self, cache, size, wend, tools):
        self.folder = os.path.join(cache, "data", size)
        os.makedirs(self.folder, exist_ok=True)
        self.wend, self.tools, self.size = wend, tools, size
        self.events = EVENTS[size]

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, name, command):
        """Runs a shell command that writes `$out`, unless that was done before."""
        path, recipe = self.path(name), self.path(name + ".recipe")
        known = None
        if os.path.exists(path) and os.path.exists(recipe):
            with open(recipe, encoding="utf-8") as file:
                known = file.read()
        if known != command:
            print(f"making {name}", flush=True)
            environment = dict(os.environ, out=path + ".part", wend=self.wend, data=self.folder,
                               tools=self.tools)
            subprocess.run(["bash", "-euo", "pipefail", "-c", command], env=environment, check=True)
            shutil.rmtree(path, ignore_errors=True)
            os.replace(path + ".part", path)
            with open(recipe, "w", encoding="utf-8") as file:
                file.write(command)
        return path

    def generate(self, name, options):
        return self.make(name, f'"$wend" generate -q --events {self.events} --disorder {DISORDER} '
                               f'{options} -o "$out"')

    def ndjson(self):
        return self.generate("events.ndjson", "")

    def csv(self):
        return self.generate("events.csv", "-f csv")

    def compressed(self, tool):
        self.ndjson()
        command = {"zst": "zstd -3 -q -c", "gz": "gzip -6 -c"}[tool]
        return self.make(f"events.ndjson.{tool}", f'{command} "$data/events.ndjson" >"$out"')

    def variant(self, form):
        self.ndjson()
        name = "access.log" if form == "access-log" else f"{form}.ndjson"
        return self.make(name, f'"$tools/bench_variants" {form} <"$data/events.ndjson" >"$out"')

    def reference(self, name, form, goal):
        """The answers of the plain program about a set."""
        return self.make(name + ".reference", f'"$tools/bench_reference" {form} {goal} '
                                              f'"$data/{name}" >"$out"')

    def journeys(self):
        """What the plain program says a replay with journeys must find."""
        self.ndjson()
        return self.make("journeys.reference", '"$tools/bench_journeys" "$data/events.ndjson" '
                                               '>"$out"')

    def snapshots(self, definitions):
        """Folders to merge, and the paths in each."""
        count, paths = SNAPSHOTS[self.size]
        found = []
        for seed in range(1, count + 1):
            found.append(self.make(
                f"snapshot-{seed:03}", f'rm -rf "$out"; "$tools/bench_many_paths" {paths} {seed} | '
                f'"$wend" replay -q -c {definitions} -o "$out" - >"$out.report"; '
                'rm "$out.report"'))
        return found, paths
