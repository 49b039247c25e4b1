"""A `wend` that answers HTTP, for the tests of this folder."""
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import suite  # noqa: E402

SECONDS = 60


def promtool():
    """The path of promtool, or None."""
    here = os.path.join(suite.ROOT, "build/tools/promtool")
    return shutil.which("promtool") or (here if os.access(here, os.X_OK) else None)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Server:
    """`wend serve ARGUMENTS` on a free port, until the end of the block."""

    def __init__(self, *arguments, cwd=None, environment=None, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [suite.wend_bin(), "serve", *arguments, "--listen", listen], cwd=cwd,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})})
        self.errors = b""
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        self.url = self.process.stdout.readline().decode().strip() if ready else ""
        if not self.url:
            self.close(signal.SIGKILL)
            raise AssertionError(f"it does not serve: {self.errors.decode()}")
        parts = urllib.parse.urlsplit(self.url)
        self.address = ("127.0.0.1" if parts.hostname == "0.0.0.0" else parts.hostname, parts.port)
        self.is_tls = parts.scheme == "https"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self, number=signal.SIGTERM):
        """Ends it; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, self.errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode

    def context(self):
        made = ssl.create_default_context()
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        return made

    def get(self, target, method="GET", headers=None, body=None):
        if self.is_tls:
            connection = http.client.HTTPSConnection(*self.address, timeout=SECONDS,
                                                     context=self.context())
        else:
            connection = http.client.HTTPConnection(*self.address, timeout=SECONDS)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def rows(self, table, **arguments):
        """Rows of a table; `where` may be a list."""
        query = urllib.parse.urlencode(arguments, doseq=True)
        answer = self.get(f"/v1/{table}?{query}")
        if answer.status != 200:
            raise AssertionError(f"{table}?{query}: {answer.status} {answer.body}")
        return answer.json()

    def connect(self):
        return socket.create_connection(self.address, timeout=SECONDS)

    def raw(self, request):
        """What comes for these bytes until the server closes."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_all(connection)


def read_all(connection):
    parts = []
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return b"".join(parts)
        if not part:
            return b"".join(parts)
        parts.append(part)


SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """{(name, ((label, value), ...)): number} of the text of /metrics."""
    found = {}
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            name, labels, number = SAMPLE.match(line).groups()
            found[name, tuple(LABEL.findall(labels or ""))] = float(number)
    return found


def wait_until(condition, what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"in {seconds} s it was not so that {what}")
        time.sleep(0.02)


def make_snapshot(folder, name="out", events=20000, seed=1):
    """A snapshot of made-up events with all tables; returns its path."""
    def run(*arguments):
        subprocess.run([suite.wend_bin(), *arguments], cwd=folder, check=True, timeout=300,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    run("generate", "--events", str(events), "--seed", str(seed), "-o", f"{name}.ndjson",
        "--definitions", f"{name}.yaml")
    run("replay", f"{name}.ndjson", "-c", f"{name}.yaml", "-o", name, "--tables", "all", "-q",
        "--replace")
    return os.path.join(folder, name)
