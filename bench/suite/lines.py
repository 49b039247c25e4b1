"""The lines of the table: what is wanted, what was measured, and what stands beside it."""
import statistics

import curve
from data import CORES, IDLE, MEMORY
from measure import ratios

CORE_NS = {"10 k": 60, "1 M": 60, "10 M": 60, "50 M": 80}


class Line:
    """`values` are one figure a round; `least` says whether the target is a least or a most."""

    def __init__(self, name, target, unit, values, least=True, beside=""):
        self.name, self.target, self.unit, self.values = name, target, unit, values
        self.least, self.beside = least, beside

    @property
    def figure(self):
        return statistics.median(self.values) if self.values else None

    @property
    def met(self):
        if not self.values or self.target is None:
            return None
        return self.figure >= self.target if self.least else self.figure <= self.target

    def row(self):
        return {"name": self.name, "unit": self.unit, "target": self.target,
                "target_is": "least" if self.least else "most", "median": self.figure,
                "min": min(self.values, default=None), "max": max(self.values, default=None),
                "rounds": len(self.values), "met": self.met, "beside": self.beside}


def rate(job, key="cpu_s", unit=1e9):
    return [job.size / value / unit for value in job.values(key)] if job else []


def against(mine, other, key="cpu_s"):
    """How many times faster than `other` the jobs `mine` together are."""
    return ratios(other, mine, key) if other and all(mine) else []


class Table:
    """Makes the lines out of the jobs that were measured."""

    def __init__(self, size, jobs, curves, loading_s):
        self.size, self.full, self.curves = size, size == "full", curves
        self.loading_s = loading_s  # CPU seconds of peers' tables, by job
        self.get = {name: job for name, job in jobs.items() if job.runs}.get

    def best(self, *names, key="cpu_s"):
        """The fastest of some peers by its median."""
        measured = [self.get(name) for name in names if self.get(name)]
        return min(measured, key=lambda job: job.median(key), default=None)

    def speed(self, name, key="cpu_s"):
        """A job and its median speed, to stand beside another."""
        job = self.get(name)
        return f"{name} {job.size / job.median(key) / 1e9:.2f} GB/s" if job else f"no {name}"

    def taken(self, job, key="cpu_s"):
        if not job:
            return "no peer"
        loading = self.loading_s.get(job.name)
        return f"{job.name} {job.median(key):.2f} s" + \
            (f", behind {loading:.1f} s of loading" if loading else "")

    def plain(self, name, target, job, beside="", key="cpu_s"):
        return Line(name, target, "GB/s", rate(self.get(job), key), beside=beside)

    def times(self, name, target, mine, other, key="cpu_s"):
        return Line("  " + name, target, "x", against([self.get(job) for job in mine], other, key),
                    beside=self.taken(other, key))

    def ndjson(self):
        peer, loaded = (self.best("clickhouse " + kind, "duckdb " + kind)
                        for kind in ("ndjson", "loaded"))
        return [
            self.plain("NDJSON, sessions, exact", 2.0, "sessions", self.speed("read")),
            self.times("times the better peer", 10, ["sessions", "show"], peer),
            self.times("times the better peer's own tables", 4, ["sessions", "show"], loaded),
            self.plain("NDJSON, sessions, lateness 10 s", 2.4, "sessions, 10 s"),
            self.plain("NDJSON, journeys, exact", 1.4, "journeys"),
            self.plain("NDJSON, mixed producers", 1.6, "mixed", self.speed("sessions")),
            self.plain("NDJSON, random order of keys", 1.0, "random", self.speed("sessions")),
            *[self.plain(f"NDJSON, sessions, WEND_SIMD={level}", None, "sessions, " + level)
              for level in ("avx512", "avx2", "portable") if self.get("sessions, " + level)],
        ]

    def others(self):
        return [
            self.plain("CSV, sessions, exact", 1.0, "csv"),
            self.times("times the better peer", 7, ["csv", "show"],
                       self.best("clickhouse csv", "duckdb csv")),
            self.plain("access log, sessions, exact", 1.2, "access log"),
            self.times("times GoAccess", 20, ["access log"], self.get("goaccess")),
        ]

    def threads(self):
        peer = self.best("clickhouse ndjson 2 threads", "duckdb ndjson 2 threads", key="wall_s")
        lines = [
            self.plain("NDJSON, two threads, wall time", 3.4, "sessions, 2 threads",
                       "one thread: " + self.speed("sessions", "wall_s"), key="wall_s"),
            self.times("times one thread, wall time", None, ["sessions, 2 threads"],
                       self.get("sessions"), "wall_s"),
            self.times("CPU time of one thread over theirs", None, ["sessions, 2 threads"],
                       self.get("sessions")),
            self.times("times the better peer with two", None, ["sessions, 2 threads", "show"],
                       peer, "wall_s"),
        ]
        for kind, library in (("zst", "libzstd"), ("gz", "isa-l")):
            alone = self.get("stream " + kind)
            lines.append(Line(f"NDJSON.{kind}, two threads, of {library} alone", 0.9, "x",
                              against([self.get(kind)], alone, "wall_s"),
                              beside=self.speed("stream " + kind, "wall_s")))
        return lines

    def core(self):
        lines = []
        for size in CORES[self.size]:
            job, counted = self.get("core of " + size), self.get("core counted, " + size)
            beside = f"paths counted, too: {counted.median('ns'):.0f} ns" if counted else ""
            lines.append(Line(f"session core, {size} customers", CORE_NS[size], "ns/event",
                              job.values("ns") if job else [], least=False, beside=beside))
        return lines

    def memory(self):
        peers = [self.get(name) for name in ("duckdb ndjson", "clickhouse ndjson")]
        beside = ", ".join(f"{job.name.split()[0]} {job.median('peak_mib'):.0f} MiB"
                           for job in peers if job) or "no peer"
        lines = []
        for name, most in (("sessions", 96), ("journeys", 192)):
            one, two = (self.get(f"idle {name} {times}") for times in (1, 2))
            values = [] if not one or not two else \
                [(b - a) * 2**20 / IDLE[self.size]
                 for a, b in zip(one.values("peak_mib"), two.values("peak_mib"))]
            lines.append(Line(f"memory, an idle customer, {name}", most if self.full else None,
                              "B", values, least=False))
        for name, most in (("sessions, 10 s", 250), ("journeys, 10 s", 500)):
            job = self.get(name)
            lines.append(Line(f"memory, NDJSON, {name}", most if self.full else None, "MiB",
                              job.values("peak_mib") if job else [], least=False, beside=beside))
        capped, exact = self.get("sessions, capped"), self.get("sessions")
        beside = "" if not capped or not exact else \
            (f"peak {capped.median('peak_mib'):.0f} of {exact.median('peak_mib'):.0f} MiB; "
             f"wall {exact.median('wall_s') / capped.median('wall_s'):.2f}")
        lines.append(Line(f"--memory {MEMORY[self.size]}, of the speed without", 0.6, "x",
                          against([capped], exact), beside=beside))
        return lines

    def growth(self):
        lines = []
        for name in ("events", "customers"):
            points = self.curves.get(name, [])
            if len(points) > 1:
                ends = f"{points[0][name]:.0e} to {points[-1][name]:.0e}".replace("e+0", "e")
                lines.append(Line(f"cost of an event, {ends} {name}", 1.2 if self.full else None,
                                  "x", [curve.spread(points)], least=False,
                                  beside=f"median {curve.typical(points):.0f} ns"))
        return lines

    def lines(self):
        return [*self.ndjson(), *self.others(), *self.threads(), *self.core(), *self.memory(),
                *self.growth(), Line("merge", 5, "M rows/s", rate(self.get("merge"), unit=1e6)),
                self.plain("ceiling: read() alone", None, "read")]
