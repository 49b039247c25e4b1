#!/usr/bin/env python3
"""Definition files and snapshots that are damaged, or none: told, never fallen over."""
import json
import os
import random
import shutil

from bad_run import SHOP, BadCase, main, ndjson, suite, tables, wend


def hash_of(text):
    return random.Random(text).randrange(1 << 30)


class Definitions(BadCase):
    def test_files_that_are_no_definitions(self):
        self.write("a", ndjson(*range(5)))
        os.mkdir("folder")
        for name, data, code, text in (
                ("empty", b"", 2, "empty"), ("blank", b"\n\n  \n# nothing\n", 2, "empty"),
                ("large", (b"#" * 99 + b"\n") * 100000, 2, "4"),
                ("latin", b"version: 1\ntime: t\xe9l\n", 2, "UTF-8"),
                ("nul", b"version: 1\n\0\n", 2, "nul"),
                ("utf16", SHOP.encode("utf-16"), 2, "utf16"),
                ("png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 2, "png"),
                ("deep", b"time: " + b"[" * 100000, 2, "deep"),
                ("aliases", b"a: &a [1]\n" + b"b: *a\n" * 3, 2, "aliases"),
                ("folder", None, 3, "directory"), ("nowhere", None, 3, "nowhere")):
            if data is not None:
                self.write(name, data)
            for command in (["replay", "a", "-o", "out", "-c", name], ["check", name]):
                with self.subTest(name=name, command=command[0]):
                    ended = wend(*command)
                    self.ends(ended, code, name)
                    self.assertIn(text.lower(), ended.err.lower())
                    self.stays_below(ended, 128)
                    self.nothing_is_left()


class Snapshots(BadCase):
    """A damaged snapshot is found out by verify; nobody falls over it or publishes it."""

    def setUp(self):
        super().setUp()
        for name, numbers in (("one", range(400)), ("two", range(400, 700))):
            self.write("a", ndjson(*numbers))
            self.ends(wend("replay", "a", "-c", "shop.yaml", "-o", name, "--tables", "all",
                           "--now", "2025-04-01"), 0)
        self.ends(wend("merge", "one", "two", "-o", "sum"), 0)

    def damaged(self, change, codes=(1,)):
        """A copy, changed: verify ends with one of the codes, the others with any known one."""
        shutil.rmtree("bad", ignore_errors=True)
        shutil.copytree("one", "bad")
        change()
        verified = wend("verify", "bad")
        self.assertIn(verified.code, codes, verified.err)
        self.assertTrue(verified.err or verified.out)
        runs = [wend("show", "bad")]
        runs += [wend("show", "bad", name, "-n", "all") for name in ("paths", "sessions")]
        merged = wend("merge", "bad", "two", "-o", "out")
        for ended in [*runs, merged, verified]:
            self.assertIn(ended.code, (0, 1, 2, 3, 4), ended.err)
            self.assertTrue(ended.code == 0 or ended.err)
            self.stays_below(ended, 256)
        if merged.code == 0:
            shutil.rmtree("out")
        self.nothing_is_left()
        return verified, merged

    def files(self):
        return sorted(tables("one")) + ["manifest.json"]

    def test_files_that_are_missing_or_something_else(self):
        for name in self.files():
            path = os.path.join("bad", name)
            for what, change in (
                    ("missing", lambda p=path: os.remove(p)),
                    ("empty", lambda p=path: os.truncate(p, 0)),
                    ("cut", lambda p=path: os.truncate(p, os.path.getsize(p) * 2 // 3)),
                    ("longer", lambda p=path: self.append(p)),
                    ("a folder", lambda p=path: (os.remove(p), os.mkdir(p)))):
                if not suite.full() and what != "cut" and hash_of(name + what) % 3:
                    continue
                with self.subTest(file=name, what=what):
                    verified, merged = self.damaged(change, (1, 2, 3))
                    self.assertNotEqual(merged.code, 0)
                    if name != "manifest.json" and what != "a folder":
                        self.assertEqual(verified.code, 1)

    def test_bytes_that_were_changed(self):
        source = random.Random(5)
        for number in range(300 if suite.full() else 30):
            name = source.choice(self.files())
            with open(os.path.join("one", name), "rb") as file:
                data = bytearray(file.read())
            at = source.randrange(len(data))
            data[at] ^= 1 << source.randrange(8)
            if name == "manifest.json":
                # What is no longer the same must at least not be a crash.
                codes = (0, 1, 2, 3)
            else:
                codes = (1,)
            with self.subTest(number=number, file=name, at=at):
                self.damaged(lambda n=name, d=data: self.write(os.path.join("bad", n), bytes(d)),
                             codes)

    def test_a_manifest_that_is_none(self):
        with open("one/manifest.json", encoding="utf-8") as file:
            manifest = json.load(file)
        for what, data in (
                ("not JSON", b"{"), ("deep", b"[" * 100000), ("an array", b"[]"), ("null", b"null"),
                ("empty object", b"{}"), ("huge", b'{"format":"' + b"x" * 20000000 + b'"}'),
                ("other format", json.dumps({**manifest, "format": "other"}).encode()),
                ("a later version", json.dumps({**manifest, "format_version": 99}).encode()),
                ("a file outside", json.dumps(manifest).replace(
                    "paths/", "../two/paths/").encode())):
            with self.subTest(what):
                _, merged = self.damaged(lambda d=data: self.write("bad/manifest.json", d),
                                         (1, 2, 3))
                self.assertNotEqual(merged.code, 0)

    @staticmethod
    def append(path):
        with open(path, "ab") as file:
            file.write(b"more")

    def test_what_is_no_snapshot(self):
        os.mkdir("bare")
        for place in ("bare", "nowhere", "a", "/dev/null"):
            for command in (["show", place], ["verify", place], ["merge", place, "-o", "out"]):
                with self.subTest(place=place, command=command[0]):
                    ended = wend(*command)
                    self.assertIn(ended.code, (1, 2, 3), ended.err)
                    self.assertIn(place, ended.err)
                    self.nothing_is_left()


if __name__ == "__main__":
    main()
