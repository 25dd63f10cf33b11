"""A browser that does nothing but ask: one kept connection, cookies, no rendering."""

import http.client
import json
import re
import time
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from benchmarks.organisation.sizes import EMAIL, PASSWORD

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Failed(Exception):
    """A page that did not answer as it should."""


class Browser:
    """One connection to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Send one request and return (status, body)."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return response.status, content

    def get(self, path: str) -> bytes:
        """Return the body of a page that answers 200."""
        status, body = self.ask("GET", path)
        if status != 200:
            raise Failed(f"{path} answered {status}")
        return body

    def timed(self, path: str) -> float:
        """Return the milliseconds a page takes from the request to its last byte."""
        began = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - began) * 1000

    def json(self, method: str, path: str) -> Any:
        """Return the JSON answer of the floors' control addresses."""
        status, body = self.ask(method, path)
        if status != 200:
            raise Failed(f"{path} answered {status}")
        return json.loads(body)

    def sign_in(self) -> None:
        """Sign in through the form as the organisation's program manager."""
        found = _TOKEN.search(self.get("/sign-in").decode())
        if found is None:
            raise Failed("the sign-in page has no form token")
        form = {"email": EMAIL, "password": PASSWORD, "csrf_token": found[1]}
        status, _body = self.ask("POST", "/sign-in", form)
        if status != 303:
            raise Failed(f"signing in answered {status}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
