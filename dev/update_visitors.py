"""Those who use a server from outside: with a browser's means only, on public routes."""

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import NamedTuple

CSRF_TOKEN = re.compile(r'csrf_token: "([^"]+)"')


class Refused(Exception):
    """The server did not do what was asked."""


class Answer(NamedTuple):
    """A page, and the path at which it was found."""

    status: int
    path: str
    text: str


class Visitor:
    """Somebody with a browser and its cookies."""

    def __init__(self, address):
        self.address = address
        self._cookies = http.cookiejar.CookieJar()
        self._browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies)
        )

    @property
    def session(self):
        """The session's key, by which another program can go on."""
        return next(one.value for one in self._cookies if one.name == "session_id")

    def get(self, path):
        """Open a page, wherever its address leads."""
        return self._open(urllib.request.Request(self.address + path))

    def post(self, path, **values):
        """Send a form."""
        # a page that is open to everybody, and small
        token = CSRF_TOKEN.search(self.get("/contract/verify").text)
        values["csrf_token"] = token[1] if token else ""
        data = urllib.parse.urlencode(values).encode()
        return self._open(urllib.request.Request(self.address + path, data))

    def call(self, path, **params):
        """Call a JSON-RPC route, and return its result."""
        data = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        headers = {"Content-Type": "application/json"}
        answer = self._open(urllib.request.Request(self.address + path, data, headers))
        try:
            answer = json.loads(answer.text)
        except ValueError as error:
            raise Refused(f"{path} answered with status {answer.status}") from error
        if "error" in answer:
            details = answer["error"].get("data", {})
            raise Refused(details.get("message") or str(answer["error"]))
        return answer["result"]

    def log_in(self, database, login, password=None):
        """Log in; the passwords of the demo's people are their logins."""
        values = {"db": database, "login": login, "password": password or login}
        self.call("/web/session/authenticate", **values)
        return self

    def execute(self, model, method, *arguments, **options):
        """Call a model's public method, as the web client does."""
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=arguments,
            kwargs=options,
        )

    def _open(self, request):
        try:
            with self._browser.open(request, timeout=120) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error as response:
                status, content = error.code, response.read()
        path = response.geturl().removeprefix(self.address)
        return Answer(status, path, content.decode(errors="replace"))
