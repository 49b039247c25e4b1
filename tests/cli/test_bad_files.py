#!/usr/bin/env python3
"""Inputs that are cut off, damaged, empty, of another kind, no files; places that cannot be."""
import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import socket
import subprocess
import tarfile
import threading
import zipfile

from bad_run import HEADER, BadCase, csv, main, ndjson, suite, wend

COUNT = 6000


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c", "-1"], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def tar(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, part in enumerate(halves(data)):
            entry = tarfile.TarInfo(f"logs/{number}.ndjson")
            entry.size = len(part)
            archive.addfile(entry, io.BytesIO(part))
    return out.getvalue()


def zipped(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(halves(data)):
            archive.writestr(f"{number}.ndjson", part)
    return out.getvalue()


def halves(data):
    middle = data.index(b"\n", len(data) // 2) + 1
    return data[:middle], data[middle:]


WRAPPERS = {"gzip": gzip.compress, "bzip2": lambda data: bz2.compress(data, 1),
            "xz": lzma.compress, "tar": tar, "tar.gz": lambda data: gzip.compress(tar(data)),
            "zip": zipped}
if shutil.which("zstd"):
    WRAPPERS["zstd"] = zstd


class CutOff(BadCase):
    """What stands whole in a file that is cut off counts, and it is said that the rest is gone."""

    def setUp(self):
        super().setUp()
        self.data = ndjson(*range(COUNT))
        self.lines = self.data.splitlines(True)
        self.references = {}

    def reference(self, count):
        """Tables of the first `count` lines."""
        if count not in self.references:
            self.write("whole", b"".join(self.lines[:count]))
            self.references[count] = self.replay_once("whole")
        return self.references[count]

    def check(self, kind, packed, length):
        self.write("cut", packed[:length])
        found = self.replay_once("cut")
        troubles = [entry["trouble"] for entry in found.report["inputs"] if entry["trouble"]]
        self.assertEqual(len(troubles), 1, f"{kind} cut at {length}")
        accepted = found.report["accepted"]
        self.counts(found, accepted, accepted)
        self.stays_below(found, 128)
        if accepted == 0:
            self.ends(found, 1, troubles[0])
        else:
            self.is_same(found, self.reference(accepted))
        return accepted

    def test_every_wrapper(self):
        for kind, pack in WRAPPERS.items():
            packed = pack(self.data)
            self.write("cut", packed)
            self.counts(self.replay_once("cut"), COUNT, COUNT)
            with self.subTest(kind):
                kept = [self.check(kind, packed, len(packed) * share // 10)
                        for share in ((3, 7) if not suite.full() else range(1, 10))]
                self.assertEqual(kept, sorted(kept))
                self.assertGreater(kept[-1], 0, "nothing of it was read")
                # A tar ends with two empty blocks, a zip with its directory.
                self.check(kind, packed, len(packed) - (10 if kind != "tar" else 20000))

    def test_a_byte_that_was_changed(self):
        for kind, pack in WRAPPERS.items():
            packed = bytearray(pack(self.data))
            if kind in ("tar", "xz"):
                continue  # a byte of a record; a block that is not delivered in parts
            for number in range(len(packed) // 2, len(packed) // 2 + 40):
                packed[number] ^= 0x55
            self.write("cut", bytes(packed))
            with self.subTest(kind):
                found = self.replay_once("cut")
                self.assertTrue([e for e in found.report["inputs"] if e["trouble"]])

    def test_plain_text(self):
        """A last line without its end is a record: whole, or rejected."""
        self.write("cut", self.data[:-1])
        self.is_same(self.replay("cut"), self.reference(COUNT))
        self.write("cut", self.data[:-20])
        found = self.replay("cut")
        self.counts(found, COUNT, COUNT - 1, shape=1)
        self.assertEqual(found.rejects[0]["record"].encode(), self.lines[-1][:-20])
        self.is_same(found, self.reference(COUNT - 1))

    def test_a_damaged_file_beside_whole_ones(self):
        os.mkdir("logs")
        self.write("logs/a", b"".join(self.lines[:50]))
        self.write("logs/b", gzip.compress(self.data)[:9])
        self.write("logs/c", b"".join(self.lines[50:90]))
        self.write("logs/d", b"\x89PNG\r\n\x1a\n" + bytes(100))
        found = self.replay("logs", form=None)
        self.counts(found, 90, 90)
        self.assertEqual([bool(e["trouble"]) for e in found.report["inputs"]],
                         [False, True, False, True])
        self.is_same(found, self.reference(90))
        # Without definitions the first file that can be read tells what is in them.
        os.rename("logs/d", "logs/0")
        shutil.rmtree("out")
        ended = wend("replay", "logs", "-o", "out", "--now", "2025-04-01")
        self.ends(ended, 0)
        self.assertIn("90 accepted", ended.out)


class OddInputs(BadCase):
    def refused(self, data, code, *texts, definitions="shop.yaml"):
        self.write("odd", data)
        found = self.replay("odd", definitions=definitions, form=None)
        self.ends(found, code, *texts)
        inferred = wend("replay", "odd", "-o", "out")
        self.ends(inferred, code, *texts)
        self.assertFalse(os.path.exists("out"))
        started = wend("init", "odd")
        self.ends(started, code, *texts)

    def test_nothing_in_it(self):
        self.refused(b"", 1, "there is no record in")
        self.refused(b"\n\r\n \n\n" * 1000, 1, "there is no record in")
        self.refused(b"\xef\xbb\xbf", 1, "there is no record in")
        self.write("odd", HEADER)
        self.ends(self.replay("odd", definitions="csv.yaml", form=None), 1, "no record in")

    def test_other_kinds_of_files(self):
        text = ndjson(*range(50)).decode()
        rows = (HEADER.encode() + csv(*range(50))).decode()
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            for shown in (text, rows):
                self.refused(shown.encode(encoding), 1, "UTF-", "iconv -f")
        self.refused(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000), 1, "PNG")
        array = b"[" + b",\n".join(ndjson(*range(50)).splitlines()) + b"]\n"
        self.refused(array, 1, "one JSON list", "jq -c '.[]'")

    def test_the_same_input_twice(self):
        self.write("a", ndjson(*range(100)))
        self.write("same", ndjson(*range(100), id=None) * 2)
        os.link("a", "b")
        found = self.replay(["a", "a"])
        self.counts(found, 200, 100, duplicate=100)
        self.assertIn("a is named twice and is read twice", str(found.report["notes"]))
        self.is_same(found, self.replay("a"))
        found = self.replay(["a", "b"])
        self.assertIn("a and b are the same file, which is read twice",
                      str(found.report["notes"]))
        # Without ids nobody can tell: all count.
        self.counts(self.replay("same"), 200, 200)


class Folders(BadCase):
    def test_a_folder_with_more_than_files(self):
        """What is no file is left out and told; a link that leads nowhere would be missing."""
        os.mkdir("logs")
        self.write("logs/a", ndjson(*range(50)))
        self.write("logs/z", ndjson(*range(50, 90)))
        os.mkfifo("logs/fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("logs/socket")
            found = self.replay("logs")
            self.counts(found, 90, 90)
            for name in ("fifo", "socket"):
                self.assertIn(f"logs/{name}", str(found.report["notes"]))
            self.write("whole", ndjson(*range(90)))
            self.is_same(found, self.replay("whole"))
            for target in ("nowhere", "link", "a/b"):
                os.symlink(target, "logs/link")
                self.ends(self.replay("logs"), 3, "cannot read logs/link: it is a link that leads "
                          "nowhere; repair it or remove it")
                self.nothing_is_left()
                os.remove("logs/link")

    def test_what_cannot_be_read(self):
        self.write("a", ndjson(*range(50)))
        os.symlink("loop", "loop")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket")
            for name, text in (("a/b", "a/b"), ("loop", "loop"), ("socket", "a socket"),
                               ("nowhere", "nowhere"), ("/dev/null", "/dev/null")):
                with self.subTest(name):
                    self.ends(self.replay(["a", name]), 3, text)
                    self.nothing_is_left()

    def test_a_file_that_breaks_while_it_is_read(self):
        """The memory of a process is a regular file whose first page nobody can read."""
        if not os.access("/proc/self/mem", os.R_OK):
            self.skipTest("there is no /proc/self/mem")
        self.write("a", ndjson(*range(50)))
        found = self.replay(["a", "/proc/self/mem"])
        self.ends(found, 3, "cannot read /proc/self/mem", "Input/output error")
        self.nothing_is_left()

    def test_a_file_that_grows(self):
        lines = ndjson(*range(20000)).splitlines(True)
        self.write("growing", b"".join(lines[:5000]))
        go_on = threading.Event()

        def grow():
            with open("growing", "ab", buffering=0) as file:
                for start in range(5000, 20000, 50):
                    file.write(b"".join(lines[start:start + 50]))
                    if go_on.wait(0.001):
                        return

        writer = threading.Thread(target=grow)
        writer.start()
        found = self.replay_once("growing")
        go_on.set()
        writer.join()
        accepted = found.report["accepted"]
        self.assertGreaterEqual(accepted, 5000)
        # A line may have been seen before its end was written.
        self.assertLessEqual(found.report["read"] - accepted, 1)
        self.write("whole", b"".join(lines[:accepted]))
        self.is_same(found, self.replay_once("whole"))


class Places(BadCase):
    def test_where_no_snapshot_can_be(self):
        self.write("a", ndjson(*range(5)))
        self.write("file", b"precious")
        os.makedirs("full/of")
        for place, code, text in (
                ("a/out", 3, "a"), ("/proc/nowhere/out", 3, "/proc"), ("/dev/null/out", 3, "/dev"),
                ("file", 2, "already there"), ("full", 2, "already there"), (".", 2, "already"),
                ("x" * 300, 3, "File name too long")):
            with self.subTest(place):
                self.ends(wend("replay", "a", "-c", "shop.yaml", "-o", place), code, text)
        self.nothing_is_left()
        self.assertEqual(os.listdir("full"), ["of"])
        for place in ("a/rejects", "nowhere/rejects", "full"):
            ended = wend("replay", "a", "-c", "shop.yaml", "-o", "out", "--rejects", place)
            self.ends(ended, 3, f"cannot write the reject file {place}")
            self.nothing_is_left()

    def test_a_place_that_is_not_there_yet_is_made(self):
        self.write("a", ndjson(*range(5)))
        self.ends(wend("replay", "a", "-c", "shop.yaml", "-o", "new/er/out/"), 0)
        self.assertEqual(os.listdir("new/er"), ["out"])


if __name__ == "__main__":
    main()
