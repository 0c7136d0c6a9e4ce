"""HTTP through a socket file, for threads that wait for the answer."""

import http.client
import socket
from pathlib import Path


class _Connection(http.client.HTTPConnection):
    """A connection to a file instead of a host."""

    def __init__(self, place: Path, timeout_s: float) -> None:
        super().__init__("vllm", timeout=timeout_s)
        self._place = place

    def connect(self) -> None:
        """Open the socket; `close` closes it also where this fails."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._place))


def call(
    place: Path, path: str, *, timeout_s: float, body: bytes | None = None
) -> tuple[int, bytes]:
    """The status and the content of an answer; with a body, which is JSON, it is a POST.

    Raises:
        OSError: nobody is behind the socket, or nobody answers in time.
        http.client.HTTPException: the answer is none.
    """
    connection = _Connection(place, timeout_s)
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
