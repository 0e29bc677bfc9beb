"""A proxy on this machine that compresses what a proxy in front of Odoo compresses."""

import contextlib
import gzip
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg")
# Headers that say how one connection works, and those that compression changes
OWN = {"connection", "transfer-encoding", "content-length", "content-encoding", "keep-alive"}


@contextlib.contextmanager
def compressing(address):
    """Serve what ``address`` serves, compressed; yields the proxy's port."""
    target = urlsplit(address).netloc
    kept = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._forward()

        def do_POST(self):
            self._forward()

        def _forward(self):
            if self.command == "GET" and self.path in kept:
                self._answer(*kept[self.path])
                return
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: value for name, value in self.headers.items()}
            headers["Accept-Encoding"] = "identity"
            connection = http.client.HTTPConnection(target, timeout=120)
            connection.request(
                self.command, self.path, self.rfile.read(length) if length else None, headers
            )
            response = connection.getresponse()
            body = response.read()
            found = [(k, v) for k, v in response.getheaders() if k.lower() not in OWN]
            kind = response.getheader("Content-Type") or ""
            if kind.startswith(COMPRESSED) and len(body) > 500:
                body = gzip.compress(body, 6)
                found.append(("Content-Encoding", "gzip"))
            answer = response.status, found, body
            if self.command == "GET" and self.path.startswith("/web/assets/"):
                kept[self.path] = answer
            self._answer(*answer)

        def _answer(self, status, headers, body):
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            """Say nothing: what matters is measured in the browser."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
