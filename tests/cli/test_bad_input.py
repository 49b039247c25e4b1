#!/usr/bin/env python3
"""Bad records in NDJSON, CSV and access logs: each is counted by its reason, and hurts no other."""
import base64
import gzip
import json
import random
import unittest

from bad_run import (GOOD, HEADER, MIB, SHOP, BadCase, access, csv, main, ndjson, suite, wend)

LONG = 100 * MIB
GARBAGE = [b"{", b"}", b"[]", b"null", b'"x"', b"17", b"{]", b'{"a":}', b'{"time":"2025-03-03T1',
           b'{"time" "2025-03-03"}', b"hello", b'{"a":1,}', b'{"a":1} x', b'{"a":1}{"b":2}',
           b'{a:1}', b"{'a':1}", b'{"a":tru}', b'{"a":01}', b'{"a":1.}', b'{"a":"\\x"}',
           b'{"a":"\\u12"}', b"\x1b[2J", b"\xff\xfe\xfd", b"\x89PNG", b"<html>", b",,,,", b"\\"]


def noise(seed, count):
    """Lines of random bytes that are neither blank nor ever a record."""
    source = random.Random(seed)
    return [b"~" + source.randbytes(source.randint(1, 300)).translate(None, b"\r\n")
            for _ in range(count)]


def mixed(good, bad, seed=7):
    """The good lines in their order with the bad ones between them by chance."""
    lines = [(i, line) for i, line in enumerate(good)]
    source = random.Random(seed)
    lines += [(source.uniform(-1, len(good)), line) for line in bad]
    return b"\n".join(line for _, line in sorted(lines, key=lambda pair: pair[0])) + b"\n"


def long_line(head, byte, rest):
    """`head`, 100 MB of `byte`, and `rest`, without holding them in memory."""
    block = byte * (MIB // len(byte))
    yield head
    for _ in range(LONG // MIB):
        yield block
    yield from rest


def raw(reject):
    """The bytes of a rejected record."""
    if "record" in reject:
        return reject["record"].encode()
    return base64.b64decode(reject["record_base64"])


class Garbage(BadCase):
    def check(self, good, bad, head=b"", **options):
        self.write("good", head + b"".join(good))
        self.write("bad", head + mixed([line.rstrip(b"\n") for line in good], bad))
        reference = self.replay("good", **options)
        self.counts(reference, len(good), len(good))
        found = self.replay("bad", **options)
        self.counts(found, len(good) + len(bad), len(good), shape=len(bad))
        self.assertEqual(sorted(map(raw, found.rejects)), sorted(bad))
        self.is_same(found, reference)
        self.stays_below(found, 128)

    def test_ndjson(self):
        self.check([ndjson(n) for n in GOOD], GARBAGE + noise(1, 200))

    def test_csv(self):
        bad = [b"x", b"1,2", b",,,,,,", b"a,b,c,d,e,f,g", b"\xff", b"\x00", b"no comma"]
        bad += [line.translate(None, b'",') for line in noise(2, 200)]
        self.check([csv(n) for n in GOOD], bad, HEADER.encode(), definitions="csv.yaml", form=None)

    def test_access_log(self):
        bad = [b"x", b"10.0.0.1 - -", b'10.0.0.1 - - [03/Mar/2025', b'"GET / HTTP/1.1"', b"[", b'"',
               b"\xff\xff", b'10.0.0.1 - - [03/Mar/2025:00:00:00 +0000] "GET / HTTP/1.1']
        self.check([access(n) for n in GOOD], bad + noise(3, 200), definitions="log.yaml",
                   form=None)

    def test_nothing_but_garbage(self):
        self.write("bad", b"\n".join(GARBAGE) + b"\n")
        found = self.replay("bad")
        self.counts(found, len(GARBAGE), 0, shape=len(GARBAGE))
        self.ends(found, 1, f"none of the {len(GARBAGE)} records could be used", "--rejects FILE")


class Bytes(BadCase):
    def test_names_that_are_no_utf8_are_repaired_and_customers_are_not(self):
        line = b"2025-03-03T10:00:00Z,%s,a%s,\xc3,,1\n"
        self.write("bad.csv", HEADER.encode() + b"".join(line % pair for pair in (
            (b"ann\xff", b"\xff"), (b"ann\xfe", b"\xed\xa0\x80"), (b"ann\xff", b"\xf8\x88"))))
        found = self.replay("bad.csv", definitions="csv.yaml", form=None)
        self.counts(found, 3, 3)
        self.assertEqual(found.report["scopes"][0]["units"], 2)
        shown = wend("show", "out", "touchpoints", "-f", "json", "-s", "session")
        names = [json.loads(row)["touchpoint"] for row in shown.out.splitlines()]
        self.assertTrue(all(name[0] == "a" and set(name[1:]) == {"\ufffd"} for name in names))

    def test_json_that_is_no_utf8_is_no_json(self):
        bad = [ndjson(1)[:-1].replace(b"u1", b"u" + byte)
               for byte in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3")]
        self.write("bad", ndjson(0) + b"\n".join(bad) + b"\n" + ndjson(2))
        found = self.replay("bad")
        self.counts(found, 7, 2, shape=5)
        self.assertEqual([raw(r) for r in found.rejects], bad)

    def test_nul_bytes(self):
        """Inside a string a JSON text may not hold one; elsewhere it is a byte as any other."""
        self.write("bad", ndjson(0) + b'{"time":"2025-03-03T10:00:00Z","user_id":"a\0b"}\n' +
                   b"\0\n" + b"\0" * 5000 + b"\n" + ndjson(1) +
                   b'{"time":"2025-03-03T10:00:00Z","user_id":"a\\u0000b","event":"x\\u0000"}\n')
        self.counts(self.replay("bad"), 6, 3, shape=3)
        row = b"2025-03-03T10:00:00Z,a\0%d,b\0,c,%d,1\n"
        self.write("bad.csv", HEADER.encode() + row % (1, 1) + row % (2, 2))
        found = self.replay("bad.csv", definitions="csv.yaml", form=None)
        self.counts(found, 2, 2)
        self.assertEqual(found.report["scopes"][0]["units"], 2)


class LongLines(BadCase):
    """100 MB without a line end are one bad record, and are never held in memory."""

    def check(self, good, head, byte, **options):
        self.write("good", head + good(*GOOD))
        reference = self.replay_once("good", **options)
        self.counts(reference, len(GOOD), len(GOOD))
        half = len(GOOD) // 2
        head += good(*GOOD[:half]) + b'{"a":"'
        for name, rest in (("middle", [b"\n", good(*GOOD[half:])]), ("end", [])):
            with self.subTest(name):
                self.write("bad", long_line(head, byte, rest))
                found = self.replay_once("bad", "-j", "2", **options)
                wanted = len(GOOD) if rest else half
                self.counts(found, wanted + 1, wanted, shape=1)
                self.stays_below(found, 90)
                self.assertEqual(len(found.rejects), 1)
                self.assertLess(len(raw(found.rejects[0])), 2 * MIB)
                if rest:
                    self.is_same(found, reference)

    def test_ndjson(self):
        self.check(ndjson, b"", b"x")

    def test_csv(self):
        self.check(csv, HEADER.encode(), b"x", definitions="csv.yaml", form=None)

    def test_csv_quoted(self):
        self.check(csv, HEADER.encode(), b',"a""x', definitions="csv.yaml", form=None)

    def test_access_log(self):
        self.check(access, b"", b"x", definitions="log.yaml", form=None)


class Json(BadCase):
    def check(self, lines, accepted, **others):
        self.write("bad", b"".join(ndjson(n) + (lines[n] + b"\n" if n < len(lines) else b"")
                                   for n in GOOD))
        self.write("good", ndjson(*GOOD))
        found = self.replay("bad")
        self.counts(found, len(GOOD) + len(lines), len(GOOD) + accepted, **others)
        if accepted == 0:
            self.is_same(found, self.replay("good"))
        self.stays_below(found, 128)
        return found

    def test_depth(self):
        deep = [b"[" * 10000, b'{"a":' * 10000, b"[" * 10000 + b"]" * 10000,
                ndjson(1)[:-2] + b',"x":' + b"[" * 10000 + b"]" * 10000 + b"}",
                ndjson(1)[:-2] + b',"x":' + b'{"a":' * 10000 + b"1" + b"}" * 10001]
        self.check(deep, 0, shape=len(deep))
        self.check([ndjson(900)[:-2] + b',"x":' + b"[" * 1000 + b"]" * 1000 + b"}"], 1)

    def test_of_a_repeated_key_the_last_counts(self):
        def twice(number):
            return b'{"user_id":"zoe","event":7,"time":null,"value":"x",' + ndjson(number)[1:]
        self.write("good", ndjson(*GOOD))
        self.write("bad", b"".join(map(twice, GOOD)))
        found = self.replay("bad")
        self.counts(found, len(GOOD), len(GOOD))
        self.is_same(found, self.replay("good"))

    def test_a_field_that_changes_its_type(self):
        kinds = [7, "7", 7.5, True, None, {"a": 7}, [7], "", "x"]
        self.write("bad", b"".join(ndjson(n, value=kind) for n, kind in enumerate(kinds)) +
                   b"".join(ndjson(n + 9, user_id=kind) for n, kind in enumerate(kinds)) +
                   b"".join(ndjson(n + 18, time=kind) for n, kind in enumerate(kinds)) +
                   b"".join(ndjson(n + 27, event=kind) for n, kind in enumerate(kinds)))
        # value: true and x are bad; customer and time: null, object, list and "" are absent.
        self.counts(self.replay("bad"), 36, 23, customer=4, time=9, bad_value=2)

    def test_many_keys(self):
        keys = b"".join(b',"k%d":%d' % (n, n) for n in range(60000))
        self.check([ndjson(900 + n)[:-2] + keys + b"}" for n in range(4)], 4)

    def test_ids_and_urls_of_a_mebibyte(self):
        long = "x" * (MIB - 400)
        lines = [ndjson(900 + n, user_id=f"{n}{long}")[:-1] for n in range(3)]
        lines += [ndjson(910 + n, event=f"/{n}{long}")[:-1] for n in range(3)]
        lines += [ndjson(920, id=long)[:-1], ndjson(921, device=long)[:-1]]
        too_long = [ndjson(930, user_id="x" * MIB)[:-1], ndjson(931, event="x" * MIB)[:-1]]
        self.write("bad", ndjson(*GOOD) + b"\n".join(lines + too_long) + b"\n")
        found = self.replay("bad")
        self.counts(found, len(GOOD) + 10, len(GOOD) + 8, shape=2)
        self.stays_below(found, 256)


class Quotes(BadCase):
    """A quote that is never closed costs its own line, wherever it stands."""
    LINE = b'2025-03-03T10:00:00Z,ann,"home,mobile,x,1\n'

    def check(self, rows, count, place):
        """`rows` is called for blocks of lines; the bad one stands before number `place`."""
        def bad():
            for number, block in enumerate(rows()):
                yield self.LINE + block if number == place else block
            yield self.LINE if place == count else b""
        self.write("good", (part for blocks in ([HEADER.encode()], rows()) for part in blocks))
        self.write("bad", (part for blocks in ([HEADER.encode()], bad()) for part in blocks))
        options = {"definitions": "csv.yaml", "form": None}
        reference = self.replay_once("good", **options)
        found = self.replay_once("bad", "-j", "2", **options)
        self.counts(found, count + 1, count, shape=1)
        self.assertEqual([raw(r) for r in found.rejects], [self.LINE[:-1]])
        self.is_same(found, reference)
        self.stays_below(found, 256)

    def test_in_a_small_file(self):
        for place in (0, len(GOOD) // 2, len(GOOD)):
            with self.subTest(place):
                self.check(lambda: map(csv, GOOD), len(GOOD), place)

    def test_in_a_file_of_50_megabytes(self):
        rows = csv(*range(1000)).replace(b"mobile", b"m" * 800)
        blocks = 120 if suite.full() else 115
        def numbered():
            return (rows.replace(b",e", b",%d-e" % n) for n in range(blocks))
        for place in (0, 50) if suite.full() else (50,):
            self.check(numbered, blocks * 1000, place)


class Everything(BadCase):
    """All fates of a record in several inputs at once, against a naive count."""

    def make(self, seed):
        """Lines of one input, and what each is: (line, fate)."""
        source = random.Random(seed)
        mark, seen, made = -1, set(), []
        for number in range(400):
            second = 1740996000 + number * 60 - source.choice((0, 0, 0, 300, 900, 5000))
            fate = source.choice(("accepted",) * 8 + ("shape", "time", "customer", "future",
                                                      "filtered", "again"))
            fields = {"time": second, "id": f"{seed}-{number}"}
            fields.update({"time": {"time": "never"}, "customer": {"user_id": None},
                           "future": {"time": 1760000000}, "filtered": {"device": "robot"}}.get(
                               fate, {}))
            line = b"#" * number if fate == "shape" else ndjson(number, **fields)[:-1]
            if fate in ("accepted", "again"):
                lines = [line] * (2 if fate == "again" and second not in seen else 1)
                for copy in lines:
                    late = second < mark - 600
                    made.append((copy, "late" if late else
                                 "duplicate" if copy in seen else "accepted"))
                    mark = max(mark, second)
                    if not late:
                        seen.add(copy)
            elif line:
                made.append((line, fate))
        return made

    def test_all_fates(self):
        self.write("where.yaml", SHOP + "where: {not: {device: robot}}\n")
        made = [self.make(seed) for seed in range(3)]
        names = ["0", "1.gz", "2"]
        for name, lines in zip(names, made):
            data = b"\n".join(line for line, _ in lines) + b"\n"
            self.write(name, gzip.compress(data) if name.endswith("gz") else data)
        found = self.replay(names, "--lateness", "10m", definitions="where.yaml")
        fates = [fate for lines in made for _, fate in lines]
        counts = {fate: fates.count(fate) for fate in set(fates)}
        self.assertEqual(len(counts), 8, counts)
        self.counts(found, len(fates), counts.pop("accepted"), **counts)
        kept = [(name, fate, line) for name, lines in zip(names, made) for line, fate in lines
                if fate not in ("accepted", "filtered", "duplicate")]
        self.assertEqual([(r["input"], r["reason"], raw(r)) for r in found.rejects], kept)
        # The same data without the bad parts give the same tables.
        for name, lines in zip(names, made):
            self.write(name, b"\n".join(line for line, fate in lines if fate == "accepted"))
        good = self.replay(names, definitions="where.yaml")
        self.counts(good, fates.count("accepted"), fates.count("accepted"))
        self.is_same(found, good)


class Names(BadCase):
    """Names from data have a limit, which says what to do; it does not depend on threads."""

    def flood(self, count):
        return ("".join(f'{{"time":{1740996000 + n},"user_id":"u{n % 997}","event":"n{n}"}}\n'
                        for n in range(count)))

    def test_more_names_than_max_touchpoints(self):
        self.write("many.yaml", SHOP + "max_touchpoints: 5000\n")
        for count in (5000, 5001, 20000):
            self.write("bad", self.flood(count))
            found = self.replay("bad", definitions="many.yaml")
            if count == 5000:
                self.counts(found, count, count)
            else:
                self.ends(found, 4, "more than 5000 touchpoint names", "field `event`",
                          "raise `max_touchpoints`", "list under `touchpoints`")
            self.stays_below(found, 256)

    def test_names_of_a_rule(self):
        self.write("rule.yaml", SHOP.replace("[purchase]", "['page {event}']") .replace(
            "journeys:", "touchpoints:\n  - name: 'page {event}'\nmax_touchpoints: 100\n#").split(
                "#", maxsplit=1)[0])
        self.write("bad", self.flood(101))
        found = self.replay("bad", definitions="rule.yaml")
        self.ends(found, 4, "more than 100 touchpoint names", "`page {event}`", "max_touchpoints")

    def test_many_customers_and_the_full_limit_of_names(self):
        count = 1_000_000 if suite.full() else 70_000
        self.write("bad", (f'{{"time":{1740996000 + n},"user_id":"u{n}","event":"n{n % 65536}"}}\n'
                           for n in range(count)))
        self.counts(self.replay("bad"), count, count)


if __name__ == "__main__":
    main()
