#!/usr/bin/env python3
"""What `wend stream --status` and SIGUSR1 show of the partitions. Uses a pseudo-terminal.

Usage: test_status.py MESSAGES_TOOL. The cluster is librdkafka's mock.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import messages  # noqa: E402
import suite  # noqa: E402

DEFINITIONS = "version: 1\nformat: ndjson\ntime: t\ncustomer: c\nevent: e\n"
PARTITIONS = 12
ERASE = re.compile(rb"\x1b\[(\d+)A\x1b\[J")


@suite.needs_wend
class Status(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wend-status-")
        with open(os.path.join(self.folder.name, "wend.yaml"), "w", encoding="utf-8") as file:
            file.write(DEFINITIONS)
        self.cluster = messages.Mock(clicks=PARTITIONS)
        # Partition i has i events.
        messages.send(self.cluster.brokers, "clicks", [
            (i, b'{"t":"2025-03-06T10:00:%02dZ","c":"c%d","e":"a"}' % (k, k))
            for i in range(PARTITIONS) for k in range(i)])
        self.process = None

    def tearDown(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.cluster.close()
        self.folder.cleanup()

    def start(self, stderr, *arguments):
        self.process = subprocess.Popen(
            [suite.wend_bin(), "stream", "-c", "wend.yaml", "-o", "live", "--state", "state",
             "--checkpoint-interval", "200ms", "-X", f"brokers={self.cluster.brokers}", "-X",
             "topics=clicks", "-X", "session.timeout.ms=6000", *arguments],
            cwd=self.folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=stderr, env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"})

    def read_until(self, descriptor, done, what, ask=None):
        seen = b""
        end = time.monotonic() + 60
        while not done(seen):
            self.assertLess(time.monotonic(), end, f"not seen: {what}\n{seen[-3000:].decode()}")
            if ask is not None:
                ask()
                time.sleep(0.5)
            if select.select([descriptor], [], [], 0.5)[0]:
                seen += os.read(descriptor, 65536).replace(b"\r\n", b"\n")
        return seen

    def test_a_signal_asks_once(self):
        """Without --status nothing is told until SIGUSR1 comes; then of all partitions."""
        reading, writing = os.pipe()
        self.start(writing)
        os.close(writing)
        row = re.compile(rb"12 of 12 partitions here, 0 messages behind, (?s:.*)"
                         rb"clicks-11 +0 +\d+ +2025-03-06T10:00:10Z +11 +\d+ B +\d+ s ago\n")
        time.sleep(1)  # until the signal is waited for: before, it would end the process
        text = self.read_until(reading, row.search, "a row of the last partition",
                               lambda: self.process.send_signal(signal.SIGUSR1))
        self.assertNotIn(b"\x1b", text)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(timeout=60))
        os.close(reading)
        # What a checkpoint says is known before another message comes.
        reading, writing = os.pipe()
        self.start(writing)
        os.close(writing)
        time.sleep(1)
        text = self.read_until(reading, row.search, "the same after a new start",
                               lambda: self.process.send_signal(signal.SIGUSR1))
        self.assertIn(b"12 of 12 partitions here, 0 messages behind, 0 messages/s", text)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(timeout=60))
        os.close(reading)

    def test_a_pipe_is_told_now_and_then(self):
        reading, writing = os.pipe()
        self.start(writing, "--status")
        os.close(writing)
        text = self.read_until(reading, lambda seen: b"clicks-11" in seen, "the first table")
        self.assertNotIn(b"\x1b", text)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(timeout=60))
        os.close(reading)

    def draw(self, rows, columns):
        """Every picture of a run on a terminal of this size, and what stays on it at the end."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.start(slave, "--status")
        os.close(slave)
        seen = self.read_until(
            master, lambda text: len(ERASE.findall(text)) > 3 and b"\n12 of 12" in text[-3000:]
            or b"J12 of 12 partitions here, 0 messages" in text, "pictures")
        self.process.send_signal(signal.SIGTERM)
        try:
            while data := os.read(master, 65536):
                seen += data.replace(b"\r\n", b"\n")
        except OSError:  # the other end is closed
            pass
        self.assertEqual(0, self.process.wait(timeout=60))
        os.close(master)
        parts = ERASE.split(seen)
        pictures = [text for text in parts[0::2] if b"partitions here" in text]
        return pictures, parts

    def test_a_terminal_is_drawn_anew(self):
        pictures, parts = self.draw(40, 100)
        self.assertGreater(len(pictures), 1)
        last = pictures[-1]
        lines = last[last.index(b"12 of 12 partitions here"):].split(b"\n")
        self.assertEqual(PARTITIONS + 2, sum(line != b"" for line in lines), last)
        # As many lines are erased as were drawn.
        for text, count in zip(parts[0::2], parts[1::2]):
            drawn = text[text.rindex(b" partitions here"):]
            self.assertEqual(int(count), drawn.count(b"\n"), text)
        # A note stands above, and at the end nothing else stays.
        self.assertTrue(last.startswith(b"wend: stopped at its last checkpoints: 12"), last)
        self.assertEqual(b"", parts[-1])

    def test_a_small_terminal_shows_what_is_furthest_behind(self):
        pictures, _ = self.draw(10, 40)
        last = pictures[-1]
        lines = last[last.index(b"12 of 12 partitions here"):].strip().split(b"\n")
        self.assertEqual(9, len(lines), last)
        self.assertEqual(b"and 6 more, less far behind", lines[-1])
        self.assertLess(max(len(line.decode()) for line in lines), 40)


if __name__ == "__main__":
    suite.main()
