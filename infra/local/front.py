"""The front at http://localhost:8000: passes each call to the API's data plane as it came.

What the gateway refuses by its own limits, and a gateway that is not there, is answered in the
contracts' words, so that a caller never sees another dialect.
"""

import http.client
import json
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# Headers that belong to one connection, not to the message.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10_240
TIMEOUT_SECONDS = 35
CHUNK_BYTES = 64 * 1024


class BodyTooLarge(Exception):
    """The body is above what an HTTP API takes."""


class Front(BaseHTTPRequestHandler):
    """One connection of a caller, with one kept open to the gateway."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = CHUNK_BYTES
    upstream = None

    def log_message(self, *_):
        """The functions' own logs tell more."""

    def handle_expect_100(self):
        """Refuses by size before the body is sent, where the caller asks first."""
        if self._declared_length() > MAX_BODY_BYTES:
            self._too_large()
            return False
        return super().handle_expect_100()

    def _declared_length(self):
        try:
            return max(int(self.headers.get("Content-Length", "0")), 0)
        except ValueError:
            return 0

    def _body(self):
        """The whole body, whichever way it is framed."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            length = self._declared_length()
            if length > MAX_BODY_BYTES:
                raise BodyTooLarge
            return self.rfile.read(length)
        body = bytearray()
        while size := int(self.rfile.readline(1024).partition(b";")[0], 16):
            if size < 0 or len(body) + size > MAX_BODY_BYTES:
                raise BodyTooLarge
            body += self.rfile.read(size)
            self.rfile.readline(1024)
        while self.rfile.readline(MAX_HEADER_BYTES).strip():
            pass
        return bytes(body)

    def _answer(self, status, detail, **headers):
        """An answer of the front's own."""
        content = json.dumps({"detail": detail}).encode()
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-ID", str(uuid.uuid4()))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)
        self.wfile.flush()

    def _too_large(self):
        self.close_connection = True
        self._answer(413, "The request body is larger than 10 MB")

    def _pass(self):
        """Takes one call, passes it on, and streams the answer back."""
        try:
            body = self._body()
        except BodyTooLarge:
            return self._too_large()
        except ValueError:
            self.close_connection = True
            return self._answer(400, "The request body is not framed as HTTP wants it")
        if sum(len(name) + len(value) + 4 for name, value in self.headers.items()) > MAX_HEADER_BYTES:
            return self._answer(431, "The request headers are larger than 10,240 bytes")
        try:
            answer = self._call(body)
        except TimeoutError:
            self._drop()
            return self._answer(504, "The API did not answer in time")
        except (OSError, http.client.HTTPException):
            self._drop()
            return self._answer(503, "The API is not running; start it with `make up`", Retry_After="5")
        return self._stream(answer)

    def _call(self, body):
        """Sends the call; a kept connection that the gateway closed meanwhile is opened again."""
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP and name.lower() not in ("content-length", "expect")]
        headers.append(("X-Forwarded-For", self.client_address[0]))
        if body or self.command in ("POST", "PUT", "PATCH"):
            headers.append(("Content-Length", str(len(body))))
        fresh = self.upstream is None
        if fresh:
            self.upstream = http.client.HTTPConnection(self.server.gateway, timeout=TIMEOUT_SECONDS)
        try:
            self.upstream.putrequest(self.command, self.server.prefix + self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                self.upstream.putheader(name, value)
            self.upstream.endheaders(body or None)
            return self.upstream.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._drop()
            if fresh:
                raise
            return self._call(body)

    def _drop(self):
        if self.upstream is not None:
            self.upstream.close()
        self.upstream = None

    def _stream(self, answer):
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        chunked = answer.length is None and not bodiless
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while part := answer.read1(CHUNK_BYTES):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        answer.read()  # Tells the connection that the answer is over, which read1 does not.
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass


class Server(ThreadingHTTPServer):
    """A thread per connection."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port, gateway_url):
        gateway = urlsplit(gateway_url)
        self.gateway, self.prefix = gateway.netloc, gateway.path.rstrip("/")
        super().__init__(("127.0.0.1", port), Front)

    def handle_error(self, request, client_address):
        """A caller that went away is nobody's error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    """front.py <port> <URL of the API's data plane>"""
    threading.stack_size(512 * 1024)
    Server(int(sys.argv[1]), sys.argv[2]).serve_forever()


if __name__ == "__main__":
    main()
