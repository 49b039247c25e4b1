#!/usr/bin/env python3
"""Runs that cannot end well: full disks, Ctrl-C in each phase, kill -9. Nothing half is left."""
import errno
import fcntl
import glob
import os
import random
import resource
import shutil
import signal
import subprocess
import time

from bad_run import MIB, BadCase, finish, main, ndjson, start, stop, suite, wend

EVENTS = 36000
SAID = "wend: stopped; nothing was kept\n"


def small_files(limit):
    """For a child: no file may grow beyond `limit` bytes; write then fails with EFBIG."""
    def apply():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return apply


class Ends(BadCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = b"".join(
            line.replace(b': "u', b': "u%d-' % (n // 3)) if n % 50 else b"garbage %d\n" % n
            for n, line in enumerate(ndjson(*range(EVENTS)).splitlines(True)))

    def setUp(self):
        super().setUp()
        self.write("big", self.data)
        self.run = ("replay", "big", "-c", "shop.yaml", "-f", "ndjson", "--now", "2025-04-01",
                    "-q", "--tables", "all", "--rejects", "rejects", "-o")


class FullDisks(Ends):
    MESSAGES = ("No space left on device", "File too large")

    def full(self, ended, *texts):
        self.ends(ended, 3, *texts)
        self.assertTrue(any(m in ended.err for m in self.MESSAGES), ended.err)
        self.nothing_is_left()

    def mounted(self, size):
        """A small disk, or None where none may be mounted."""
        os.mkdir("disk")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", "disk"],
                              check=False, capture_output=True).returncode == 0
        if done:
            place = os.path.abspath("disk")
            self.addCleanup(subprocess.run, ["umount", "-l", place], check=False)
        return done

    def test_a_full_disk(self):
        if os.geteuid() != 0 or not self.mounted("256k"):
            self.skipTest("a small disk cannot be mounted here")
        self.full(wend(*self.run, "disk/out"), "cannot ", "make room there")
        self.assertEqual(os.listdir("disk"), [])
        self.full(wend(*self.run, "out", "--temp-dir", "disk", "-m", "1MiB"), "disk")
        self.assertEqual(os.listdir("disk"), [])
        self.write("disk/filler", b"x" * (240 << 10))
        self.full(wend(*self.run, "out", "--rejects", "disk/rejects"),
                  "cannot write the reject file disk/rejects", "free space")
        self.assertEqual(os.listdir("disk"), ["filler"])
        # An old snapshot stays what it was.
        os.remove("disk/filler")
        self.write("few", ndjson(*range(20)))
        few = ("replay", "few", "-c", "shop.yaml", "-q", "-o", "disk/out", "--tables", "paths")
        self.ends(wend(*few), 0)
        self.full(wend(*self.run, "disk/out", "--replace"), "make room there")
        self.assertEqual(os.listdir("disk"), ["out"])
        self.ends(wend("verify", "disk/out"), 0)

    def test_files_that_may_not_grow(self):
        """At each size another write is the one that fails."""
        for limit in (1000, 10000, 40000, 100000, 200000):
            with self.subTest(limit):
                self.full(wend(*self.run, "out", limit=small_files(limit)))

    def test_a_full_device(self):
        self.full(wend(*self.run, "out", "--rejects", "/dev/full"),
                  "cannot write the reject file /dev/full", "choose another place")
        for extra in ([], ["--json"]):
            with open("/dev/full", "wb") as device:
                ended = wend("replay", "big", "-c", "shop.yaml", *extra, stdout=device)
            self.full(ended, "cannot write")


class Interrupted(Ends):
    """The first Ctrl-C ends a run with code 130, whatever it does; nothing is published."""

    def interrupted(self, process, out, err):
        stop(process)
        ended = finish(process, out, err, 30)
        self.ends(ended, 130)
        self.assertEqual(ended.err, SAID)
        self.nothing_is_left()

    @staticmethod
    def until(condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("it never came so far")
            time.sleep(0.0005)

    def test_while_it_waits_for_the_first_bytes(self):
        for arguments in (["-"], ["-", "-c", "shop.yaml"]):
            reader, writer = os.pipe()
            process, out, err = start("replay", *arguments, "-o", "out", stdin=reader)
            self.until(lambda: has_signal(process.pid, "SigCgt", signal.SIGINT))
            self.interrupted(process, out, err)
            os.close(reader)
            os.close(writer)

    def test_while_it_reads(self):
        os.mkfifo("fifo")
        process, out, err = start(*self.run, "out", "fifo")
        with open("fifo", "wb", buffering=0) as fifo:
            fifo.write(self.data[:MIB])
            self.interrupted(process, out, err)

    def test_while_it_writes_rejects_into_a_pipe(self):
        """Without a reader, and with one that does not read."""
        os.mkfifo("fifo")
        self.write("big", [b"x" * 1000 + b"\n"] * 2000 + [ndjson(*range(50))])
        for reads in (False, True):
            reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK) if reads else None
            process, out, err = start(*self.run, "out", "--rejects", "fifo")
            if reads:
                self.until(lambda: waiting_bytes(reader) > 0)
            else:
                time.sleep(0.5)
            self.interrupted(process, out, err)
            if reads:
                os.close(reader)

    def test_while_it_writes_tables(self):
        """As soon as the first table is begun; on a busy machine that may come too late."""
        codes = []
        while len(codes) < 5 and 130 not in codes:
            process, out, err = start(*self.run, "out")
            self.until(lambda: glob.glob(".out.wend-tmp-*/*") or os.path.exists("out"))
            stop(process)
            codes.append(self.whole_or_nothing(finish(process, out, err)))
        self.assertIn(130, codes)

    def test_while_it_merges(self):
        for name in ("one", "two"):
            self.ends(wend(*self.run, name), 0)
        os.remove("rejects")
        codes = []
        while len(codes) < 5 and 130 not in codes:
            shutil.rmtree("out", ignore_errors=True)
            process, out, err = start("merge", "one", "two", "-o", "out")
            self.until(lambda: glob.glob(".out.wend-tmp-*/*") or os.path.exists("out"))
            stop(process)
            ended = finish(process, out, err)
            codes.append(ended.code)
            self.assertIn(ended.code, (0, 130), ended.err)
        self.assertEqual((codes[-1], ended.err), (130, SAID))
        self.nothing_is_left()

    def whole_or_nothing(self, ended):
        self.assertIn(ended.code, (0, 130), ended.err)
        if ended.code == 130:
            self.assertEqual(ended.err, SAID)
            self.nothing_is_left()
        else:
            self.nothing_is_left("out", "rejects")
            self.ends(wend("verify", "out"), 0)
            shutil.rmtree("out")
            os.remove("rejects")
        return ended.code

    def test_at_any_moment(self):
        begun = time.monotonic()
        self.ends(wend(*self.run, "out"), 0)
        length = time.monotonic() - begun
        shutil.rmtree("out")
        os.remove("rejects")
        count = 60 if suite.full() else 10
        for number in range(count):
            process, out, err = start(*self.run, "out")
            self.until(lambda: has_signal(process.pid, "SigCgt", signal.SIGINT))
            time.sleep(length * number / count)
            stop(process, (signal.SIGINT, signal.SIGTERM)[number % 2])
            self.whole_or_nothing(finish(process, out, err))

    def test_the_second_ends_at_once(self):
        reader, writer = os.pipe()
        process, out, err = start("replay", "-", "-c", "shop.yaml", "-o", "out", stdin=reader)
        self.until(lambda: has_signal(process.pid, "SigCgt", signal.SIGINT))
        stop(process, signal.SIGSTOP)
        stop(process)
        stop(process, signal.SIGCONT)
        self.until(lambda: not has_signal(process.pid, "SigCgt", signal.SIGINT))
        stop(process)
        self.assertIn(finish(process, out, err).code, (130, -signal.SIGINT))
        os.close(reader)
        os.close(writer)


class Killed(Ends):
    """After kill -9 the same command works again, and clears up what was left."""

    def test_at_any_moment(self):
        begun = time.monotonic()
        self.ends(wend(*self.run, "reference"), 0)
        length = time.monotonic() - begun
        with open("rejects", "rb") as file:
            rejects = file.read()
        os.remove("rejects")
        left = 0
        source = random.Random(3)
        for number in range(30 if suite.full() else 6):
            replaces = number % 2 == 1
            arguments = (*self.run, "out", *(["--replace"] if replaces else []), "-m", "4MiB")
            if replaces and not os.path.exists("out"):
                shutil.copytree("reference", "out")
            process, out, err = start(*arguments)
            time.sleep(length * source.uniform(0.02, 1.1))
            stop(process, signal.SIGKILL)
            finish(process, out, err)
            left += bool(glob.glob(".*"))
            if replaces:
                # Whenever it was killed, one whole snapshot can be had: here, or by the next run.
                self.assertTrue(os.path.exists("out") or glob.glob(".out.wend-old-*"))
            elif os.path.exists("out"):
                self.ends(wend("verify", "out"), 0)
                shutil.rmtree("out")
            self.ends(wend(*arguments), 0)
            self.nothing_is_left("out", "rejects")
            with open("rejects", "rb") as file:
                self.assertEqual(file.read() == rejects, True)
            compared = subprocess.run(["diff", "-r", "-x", "manifest.json", "out", "reference"],
                                      check=False, capture_output=True)
            self.assertEqual(compared.returncode, 0, compared.stdout)
            shutil.rmtree("out")
            os.remove("rejects")
        print(f"{left} of the killed runs left something")

    def test_rubbish_of_the_dead_is_cleared_and_that_of_the_living_is_not(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        alive, others = os.getpid(), ".outer.wend-tmp-1-0"
        for name in (f".out.wend-tmp-{dead.pid}-1a", f".out.wend-tmp-{alive}-1a", others):
            os.mkdir(name)
            self.write(f"{name}/x", b"x")
        self.write(f".rejects.wend-tmp-{dead.pid}-1a", b"x")
        self.write(f".rejects.wend-tmp-{alive}-1a", b"x")
        self.ends(wend(*self.run, "out"), 0)
        self.nothing_is_left("out", "rejects", f".out.wend-tmp-{alive}-1a", others,
                             f".rejects.wend-tmp-{alive}-1a")


def has_signal(pid, mask, number):
    """Whether the signal stands in the mask of the process."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(mask + ":"):
                    return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ESRCH):
            raise
    return False


def waiting_bytes(descriptor):
    """How much a pipe holds."""
    held = bytearray(4)
    fcntl.ioctl(descriptor, 0x541B, held)  # FIONREAD
    return int.from_bytes(held, "little")


if __name__ == "__main__":
    main()
