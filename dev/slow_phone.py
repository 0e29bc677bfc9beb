"""``make slow-phone``: how soon a contract can be signed on a slow phone.

A phone's screen, 1.6 Mbit/s with 150 ms to the server, a quarter of this machine's speed,
nothing in its cache, static files compressed as a proxy does. What counts is the time from
opening the personal link until the dialog to sign takes input. ``MOST=5`` fails beyond so
many seconds; ``ADDRESS=`` measures a page of a server that runs already.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import addon_mirror
import environment
import layout
from compressing_proxy import compressing
from development_server import bring_up_to_date
from progress import Failure, main, say
from serving import find_port, serve

ROUNDS = int(os.environ.get("ROUNDS") or 3)
DATABASE = f"{layout.ADDON}_demo"
LINK = """
contract = env["customer.contract"].search([("state", "=", "sent")]).filtered(
    lambda one: any(
        person.role == "signer" and person._is_outside() and person._may_esign()
        and person.channel == "esign" and not one._get_value_problems(person)
        and not person._needs_code("link")
        for person in one._get_next_participants()
    )
)[:1]
person = contract._get_next_participants().filtered(lambda one: one._is_outside())[:1]
link = env["customer.contract.link"]._issue(person)
env.cr.commit()
open({path!r}, "w").write(link)
"""
# Tapped as soon as it is seen, as people do
PRESS = """
(() => {
    const name = document.querySelector("#contract_sign.show input[name='signer']");
    const box = name && name.getBoundingClientRect();
    if (box && box.height && !name.disabled) {
        return performance.now();
    }
    const button = [...document.querySelectorAll(".o_contract_sign_button")].find(
        (one) => one.offsetParent || one.getBoundingClientRect().height
    );
    if (button && !document.querySelector("#contract_sign.show")) {
        button.click();
    }
    return 0;
})()
"""
PAINT = "(performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime || 0"


class Browser:
    """Chromium by its remote protocol."""

    def __init__(self, port):
        import websocket

        for _try in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [one for one in json.load(answer) if one["type"] == "page"]
                break
            except OSError:
                time.sleep(0.1)
        self.socket = websocket.create_connection(
            pages[0]["webSocketDebuggerUrl"], suppress_origin=True, timeout=120
        )
        self.number = self.bytes = self.requests = 0

    def call(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "Network.loadingFinished":
                self.bytes += message["params"]["encodedDataLength"]
                self.requests += 1
            if message.get("id") == self.number:
                if "error" in message:
                    raise Failure(f"{method}: {message['error']}")
                return message["result"]

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")


def _measure_once(address):
    """Return milliseconds to paint and to input, bytes and requests."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as profile:
        port = find_port()
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += [f"--remote-debugging-port={port}", f"--user-data-dir={profile}"]
        command += ["--disable-background-networking", "--no-first-run", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return _open(Browser(port), address)
        finally:
            process.terminate()
            process.wait()


def _open(browser, address):
    browser.call("Network.enable")
    browser.call("Page.enable")
    browser.call("Network.setCacheDisabled", cacheDisabled=True)
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=360,
        height=740,
        deviceScaleFactor=2,
        mobile=True,
    )
    browser.call(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=150,
        downloadThroughput=1.6e6 / 8,
        uploadThroughput=0.75e6 / 8,
    )
    browser.call("Emulation.setCPUThrottlingRate", rate=4)
    browser.call("Page.navigate", url=address)
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        ready = browser.evaluate(PRESS)
        if ready:
            return browser.evaluate(PAINT), ready, browser.bytes, browser.requests
        time.sleep(0.05)
    raise Failure("The dialog to sign did not open within 90 seconds")


def _make_link(place):
    path = layout.MADE / "slow-phone-link"
    place.must_run_odoo(
        DATABASE, layout.LOGS / "slow-phone-link.log", code=LINK.format(path=str(path))
    )
    link = path.read_text()
    path.unlink()
    return urlsplit(link).path


def _report(found):
    paint, ready, size, requests = (
        statistics.median(column) for column in zip(*found, strict=True)
    )
    say(f"First paint {paint / 1000:.1f} s, ready to sign {ready / 1000:.1f} s, ")
    say(f"{size / 1000:.0f} kB in {requests:.0f} requests (medians of {len(found)})")
    most = float(os.environ.get("MOST") or 0)
    if most and ready > most * 1000:
        raise Failure(f"It takes more than {most:g} s until a contract can be signed")


def _run(place, address, path):
    with compressing(address) as port:
        page = f"http://127.0.0.1:{port}{path}"
        _measure_once(page)  # has the server make its bundles
        _report([_measure_once(page) for _round in range(ROUNDS)])


def _main():
    place = environment.prepare(layout.ADDONS, for_tests=True)
    addon_mirror.mirror(layout.ADDONS)
    _use(place.python)
    bring_up_to_date(place)
    if address := os.environ.get("ADDRESS"):
        _run(place, address, _make_link(place))
        return 0
    with serve(place, DATABASE, layout.LOGS / "slow-phone.log") as (address, _mails):
        _run(place, address, _make_link(place))
    return 0


def _use(python):
    """Go on with the environment that has a client for the browser's protocol."""
    if Path(sys.prefix) != Path(python).parent.parent:
        os.execv(python, [str(python), str(Path(__file__))])


if __name__ == "__main__":
    main(_main)
