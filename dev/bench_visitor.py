"""Whoever asks a server that is measured, and notes what each question took."""

import re
import time

import requests

# What Odoo logs of each request: queries, seconds in the database, and in Python
PERFORMANCE = re.compile(r'HTTP/1\.\d" \d+ - (\d+) ([\d.]+) ([\d.]+)')


class Visitor:
    """Somebody with a session."""

    def __init__(self, address, log, login, password="bench"):
        self.address, self.log = address, log
        self.session = requests.Session()
        page = self.session.get(f"{address}/web/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        answer = self.session.post(
            f"{address}/web/login",
            data={"login": login, "password": password, "csrf_token": token},
        )
        if "/web/login" in answer.url:
            raise RuntimeError(f"{login} cannot log in")

    def open(self, path):
        """Open a page; return what it took."""
        return self._measure(lambda: self.session.get(self.address + path))

    def read(self, path):
        """Open a page; return its text."""
        return self.session.get(self.address + path).text

    def post(self, path, **params):
        """Call a JSON route; return what it took."""
        return self._measure(lambda: self._post(path, params))

    def call(self, model, method, *args, **kwargs):
        """Call a method of a model; return what it took."""
        return self._measure(lambda: self._call(model, method, args, kwargs))

    def ask(self, model, method, *args, **kwargs):
        """Call a method of a model; return its answer."""
        return self._check(self._call(model, method, args, kwargs)).json()["result"]

    def measure(self, act):
        """Return what several questions took together."""
        return self._measure(act)

    def _post(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self._check(self.session.post(self.address + path, json=body))

    def _call(self, model, method, args, kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def _check(self, answer):
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        result = answer.json() if is_json else {}
        refused = result.get("error") or (
            isinstance(result.get("result"), dict) and result["result"].get("error")
        )
        if answer.status_code != 200 or refused:
            raise RuntimeError(f"{answer.url}: {answer.status_code} {answer.text[:1500]}")
        return answer

    def _measure(self, ask):
        """Ask; return milliseconds, queries and bytes."""
        size = self.log.stat().st_size
        start = time.perf_counter()
        answer = ask()
        spent = (time.perf_counter() - start) * 1000
        weight = 0
        if isinstance(answer, requests.Response):
            weight = len(self._check(answer).content)
        with self.log.open() as file:
            file.seek(size)
            queries = [int(found[0]) for found in PERFORMANCE.findall(file.read())]
        return spent, sum(queries), weight
