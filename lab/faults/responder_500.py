"""Stand-in for a failing kube-apiserver: a TLS server that answers 500 to every request.

Run as a program with three arguments: certificate file, key file, port. It stands for an apiserver
whose /readyz fails, and for nothing else: it has no API.
"""

import socket
import ssl
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = b"[-]stand-in: this lab fault makes every request fail\nreadyz check failed\n"
HANDSHAKE_S = 5.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "answer-500-stand-in"
    sys_version = ""
    timeout = 60

    def answer(self) -> None:
        self.send_response(500)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else ANSWER)
        # What the request carried is not read, so the connection cannot serve another.
        self.close_connection = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The base class looks for a method per HTTP verb, `do_GET` and so on."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)


class Server(ThreadingHTTPServer):
    """Shakes hands in the connection's own thread, so that a silent client blocks nobody."""

    address_family = socket.AF_INET6
    request_queue_size = 1024
    daemon_threads = True

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(("::", port), Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        if not isinstance(request, socket.socket):
            raise TypeError("a TCP server's request is a socket")
        request.settimeout(HANDSHAKE_S)
        try:
            with self._context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:
            # A client that goes away, or probes with plain TCP, is no news.
            return


def main(certificate: str, key: str, port: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    Server(int(port), context).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
