#!/usr/bin/env python3
"""`wend serve`: who may ask, how much, and for how long."""
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import warnings

import server
import suite

TOKEN = "0123456789abcdef0123456789abcdef"


@suite.needs_wend
class Guards(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="wend-guards-")
        cls.snapshot = server.make_snapshot(cls.folder.name, events=5000)
        with open(os.path.join(cls.folder.name, "token"), "w", encoding="ascii") as file:
            file.write(TOKEN + "\n")
        for name in ("a", "b"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", f"{name}.key", "-out", f"{name}.crt"],
                           cwd=cls.folder.name, check=True, capture_output=True, timeout=60)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def serve(self, *arguments, **more):
        return server.Server(self.snapshot, *arguments, cwd=self.folder.name, **more)

    def test_every_answer_has_the_headers_that_keep_it_where_it_is(self):
        with self.serve() as served:
            for target in ("/healthz", "/readyz", "/metrics", "/v1/paths", "/nothing"):
                headers = served.get(target).headers
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
                self.assertEqual(headers["Cross-Origin-Resource-Policy"], "same-origin")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_only_get_and_head_are_answered(self):
        with self.serve() as served:
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "NIX"):
                answer = served.get("/metrics", method=method)
                self.assertEqual(answer.status, 405, method)
                self.assertEqual(answer.headers["Allow"], "GET, HEAD")
            answer = served.get("/v1/paths", method="HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertGreater(int(answer.headers["Content-Length"]), 1000)
            self.assertEqual(served.get("/metrics", body=b"x" * 100).status, 400)
            self.assertIn(b" 400 ", served.raw(
                b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"))

    def test_a_web_site_cannot_lead_a_browser_here(self):
        with self.serve() as served:
            for host, status in (("evil.example", 403), ("localhost.evil.example:80", 403),
                                 ("10.0.0.1", 403), ("localhost", 200), ("127.0.0.1:1", 200),
                                 ("[::1]:80", 200)):
                self.assertEqual(served.get("/v1/paths", headers={"Host": host}).status, status,
                                 host)

    def test_a_token_is_needed_for_all_but_health(self):
        with self.serve("--token", "@token", "--rate", "unlimited") as served:
            for shown in (None, "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", TOKEN,
                          f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}g"):
                headers = {} if shown is None else {"Authorization": shown}
                for target in ("/metrics", "/v1/paths", "/v1/tables", "/nothing"):
                    answer = served.get(target, headers=headers)
                    self.assertEqual(answer.status, 401, (shown, target))
                    self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
                self.assertEqual(served.get("/healthz", headers=headers).status, 200)
            headers = {"Authorization": f"Bearer {TOKEN}", "Host": "wend.example"}
            for target in ("/metrics", "/v1/paths", "/v1/tables", "/readyz"):
                self.assertEqual(served.get(target, headers=headers).status, 200)
        self.assertNotIn(TOKEN.encode(), served.errors)

    def test_a_token_may_come_from_the_environment(self):
        with self.serve("--token", "$SERVE_TOKEN", environment={"SERVE_TOKEN": TOKEN}) as served:
            self.assertEqual(served.get("/metrics").status, 401)
            self.assertEqual(
                served.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status, 200)

    def test_who_has_no_token_learns_no_reason(self):
        with tempfile.TemporaryDirectory() as empty, \
                server.Server(empty, "--token", "$SERVE_TOKEN",
                              environment={"SERVE_TOKEN": TOKEN}) as served:
            self.assertEqual(served.get("/readyz").json(), {"error": "not ready"})
            answer = served.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
            self.assertEqual(answer.status, 503)
            self.assertIn("no snapshot yet", answer.json()["error"])

    def test_others_may_reach_it_with_a_token_and_are_warned_without_tls(self):
        with self.serve("--token", "@token", listen="0.0.0.0:0") as served:
            self.assertEqual(served.get("/metrics").status, 401)
        self.assertIn(b"without TLS", served.errors)

    def test_tls_is_spoken_and_nothing_else(self):
        with self.serve("--tls-certificate", "a.crt", "--tls-key", "a.key") as served:
            self.assertTrue(served.url.startswith("https://"))
            trusting = ssl.create_default_context(cafile=os.path.join(self.folder.name, "a.crt"))
            served.context = lambda: trusting
            self.assertEqual(served.get("/v1/paths").status, 200)
            other = ssl.create_default_context(cafile=os.path.join(self.folder.name, "b.crt"))
            served.context = lambda: other
            with self.assertRaises(ssl.SSLCertVerificationError):
                served.get("/healthz")
            self.assertNotIn(b"200 OK", served.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"))
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname = False
            old.verify_mode = ssl.CERT_NONE
            old.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                old.minimum_version = ssl.TLSVersion.TLSv1
                old.maximum_version = ssl.TLSVersion.TLSv1_1
            served.context = lambda: old
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                served.get("/healthz")
            served.context = lambda: trusting
            self.assertEqual(served.get("/healthz").status, 200)

    def test_a_certificate_without_its_key_stops_the_start(self):
        for certificate, key in (("a.crt", "b.key"), ("a.key", "a.crt"), ("token", "a.key")):
            result = subprocess.run(
                [suite.wend_bin(), "serve", self.snapshot, "--listen", "127.0.0.1:0",
                 "--tls-certificate", certificate, "--tls-key", key], cwd=self.folder.name,
                capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn("PEM", result.stderr)
            self.assertNotIn(TOKEN, result.stderr)

    def test_too_many_requests_are_put_off_but_health_is_not(self):
        with self.serve("--rate", "1") as served:
            codes = [served.get("/metrics").status for _ in range(12)]
            self.assertEqual(codes[:2], [200, 200])
            self.assertIn(429, codes)
            self.assertIn("Retry-After", served_headers(served))
            self.assertEqual({served.get("/healthz").status for _ in range(50)}, {200})
            server.wait_until(lambda: served.get("/metrics").status == 200, "it may ask again")

    def test_bad_requests_break_nothing(self):
        requests = [
            b"\r\n\r\n", b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
            b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
            b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 100000 + b"\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"GET /v1/paths?" + b"%" * 1000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
            b"GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ]
        with self.serve("--request-timeout", "500ms") as served:
            for request in requests:
                answer = b""
                try:
                    answer = served.raw(request)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.assertNotIn(b"200 OK", answer, request[:60])
            self.assertEqual(served.get("/healthz").status, 200)
        self.assertEqual(served.process.returncode, 0)

    def test_slow_clients_are_sent_away_however_they_are_slow(self):
        with self.serve("--request-timeout", "1s") as served:
            silent = served.connect()
            dripping = served.connect()
            started = time.monotonic()
            closed = []

            def drip():
                try:
                    for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 100000:
                        dripping.sendall(bytes([byte]))
                        time.sleep(0.1)
                except OSError:
                    closed.append(time.monotonic())
            thread = threading.Thread(target=drip)
            thread.start()
            self.assertNotIn(b"200 OK", server.read_all(silent))
            thread.join(server.SECONDS)
            # It never fell silent, and yet had to go: 10,000 s would have been needed.
            self.assertEqual(len(closed), 1)
            self.assertLess(closed[0] - started, server.SECONDS)
            silent.close()
            dripping.close()

    def test_who_does_not_read_the_answer_is_sent_away(self):
        # More than the system keeps on the way of a connection.
        large = server.make_snapshot(self.folder.name, "large", events=20000)
        with server.Server(large, "--request-timeout", "2s") as served:
            descriptors = f"/proc/{served.process.pid}/fd"
            whole = len(served.get("/v1/flow?top=10000").body)
            self.assertGreater(whole, 1 << 20)

            def idle():
                return len(os.listdir(descriptors)) == nobody
            time.sleep(0.5)
            nobody = len(os.listdir(descriptors))
            with socket.socket() as lazy:
                lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                lazy.settimeout(server.SECONDS)
                lazy.connect(served.address)
                lazy.sendall(b"GET /v1/flow?top=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                server.wait_until(lambda: not idle(), "it is taken in")
                server.wait_until(idle, "it is sent away")
                self.assertLess(len(server.read_all(lazy)), whole)
            self.assertEqual(served.get("/healthz").status, 200)

    def test_connections_have_a_limit_and_places_come_back(self):
        with self.serve("--connections", "8", "--request-timeout", "2s") as served:
            idle = [served.connect() for _ in range(40)]
            refused = 0
            for connection in idle:
                connection.settimeout(0.05)
                try:
                    refused += connection.recv(1) == b""
                except TimeoutError:
                    pass
                except ConnectionError:
                    refused += 1
            self.assertGreater(refused, 20)
            descriptors = len(os.listdir(f"/proc/{served.process.pid}/fd"))
            self.assertLess(descriptors, 30)
            for connection in idle:
                connection.close()

            def answers():
                try:
                    return served.get("/healthz").status == 200
                except OSError:
                    return False
            server.wait_until(answers, "there is a place again")


def served_headers(served):
    """Of an answer that puts off."""
    answer = served.get("/metrics")
    while answer.status != 429:
        answer = served.get("/metrics")
    return answer.headers


if __name__ == "__main__":
    suite.main()
