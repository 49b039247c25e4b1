"""A network between wend and the server that breaks where a test wants it to."""
import socket
import threading


class Proxy:
    """
    Passes bytes on until the client has sent `limit` bytes, or those of `word`; then calls `then`
    once and, with `drop`, closes both sides; with `hold`, what the server answers from there on is
    kept back until it is closed.
    """

    def __init__(self, port, limit=None, word=None, then=None, drop=False, hold=False):
        self.server_port = port
        self.limit, self.word, self.then, self.drop, self.hold = limit, word, then, drop, hold
        self.sent = 0
        self.fired = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            threading.Thread(target=self.up, args=(client, server), daemon=True).start()
            threading.Thread(target=self.down, args=(server, client), daemon=True).start()

    def is_time(self, data):
        self.sent += len(data)
        return not self.fired.is_set() and (
            (self.limit is not None and self.sent >= self.limit) or
            (self.word is not None and self.word in data))

    def up(self, client, server):
        try:
            while data := client.recv(16384):
                if self.is_time(data):
                    self.fired.set()
                    if self.hold:
                        server.sendall(data)
                    if self.then:
                        self.then()
                    if self.drop:
                        break
                    if self.hold:
                        continue
                server.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    def down(self, server, client):
        try:
            while data := server.recv(16384):
                if self.hold and self.fired.is_set():
                    break
                client.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    @staticmethod
    def end(*sockets):
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.listener.close()
