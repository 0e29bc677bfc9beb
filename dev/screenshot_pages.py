"""Takes the pictures for ``make screenshots``, in a Python of its own.

What is clicked is found by the names that views and templates give it, never by its words
or its place, so that a page may be arranged anew. A picture that cannot be taken is an
error: none is left as it was.
"""

import contextlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from PIL import Image
from playwright.sync_api import TimeoutError, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
# The tabs of a form stand below its fields.
TALL = {"viewport": {"width": 1280, "height": 1160}}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
COLORS = 200
MILLISECONDS = 240_000
QUIET_MILLISECONDS = 4_000
# Cursors, points of animations and time that passes would make each picture another one.
STILL = """
    * { animation: none !important; transition: none !important; caret-color: transparent; }
    .o_notification_manager, .o-mail-ChatHub, .o_loading_indicator { display: none !important; }
"""
LIST_ACTION = "customer_contract.customer_contract_action"
DISPUTE_ACTION = "customer_contract.customer_contract_dispute_action"


class Visitor:
    """Somebody at a browser, logged in.

    :param browser: the browser
    :param str address: the server's
    :param str login: the demo user's login, which is the password as well
    :param dict screen: what the person looks at
    """

    def __init__(self, browser, address, login, screen):
        self.address = address
        self.page = browser.new_context(locale="en-US", **screen).new_page()
        self.page.set_default_timeout(MILLISECONDS)
        self.open("/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", login)
        self.page.click(".oe_login_form button[type=submit]")
        self.page.wait_for_url(lambda url: "/web/login" not in url, wait_until="commit")

    def open(self, path):
        """Go to a page of the server, and wait until nothing is loaded any more."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self):
        """Wait until nothing moves."""
        with contextlib.suppress(TimeoutError):
            # The back office's bus may keep a request open all the time.
            self.page.wait_for_load_state("networkidle", timeout=QUIET_MILLISECONDS)
        self.page.wait_for_function("() => !document.querySelector('.o_blockUI, .o_loading')")
        self.page.add_style_tag(content=STILL)
        self.page.wait_for_function("() => document.fonts.ready.then(() => true)")
        self.page.wait_for_timeout(300)

    def find(self, name):
        """Return the database id of a record of the demo, by its external id."""
        found = self._call("ir.model.data", "search_read", [[["name", "=", name]], ["res_id"]])
        return found[0]["res_id"]

    def search(self, model, domain):
        """Return the id of the first record of a domain."""
        return self._call(model, "search", [domain], limit=1)[0]

    def read(self, model, record_id, field):
        """Return what a field of a record holds."""
        return self._call(model, "read", [[record_id], [field]])[0][field]

    def fetch(self, path):
        """Return what a page of the server answers, as bytes."""
        return self.page.request.get(self.address + path).body()

    def _call(self, model, method, arguments, **options):
        call = {"model": model, "method": method, "args": arguments, "kwargs": options}
        address = f"{self.address}/web/dataset/call_kw"
        answer = self.page.request.post(address, data={"params": call})
        return answer.json()["result"]


class Studio:
    """Takes and stores the pictures.

    :param browser: the browser
    :param str address: the server's
    :param Path folder: where the pictures go
    :param list[str] names: which are wanted; all if there are none
    """

    def __init__(self, browser, address, folder, names):
        self.browser, self.address, self.folder, self.names = browser, address, folder, names
        self.visitors, self.problems = {}, []

    def get(self, login, screen=DESKTOP):
        """Return a visitor, who stays logged in."""
        key = (login, id(screen))
        if key not in self.visitors:
            self.visitors[key] = Visitor(self.browser, self.address, login, screen)
        return self.visitors[key]

    @contextlib.contextmanager
    def picture(self, name):
        """Store as a picture what is put into the list that this yields.

        :param str name: the file's
        """
        shots = []
        if self.names and name not in self.names:
            yield None
            return
        try:
            yield shots
            self._store(name, shots[0])
        except Exception:  # the others are taken all the same
            traceback.print_exc()
            self.problems.append(name)

    def _store(self, name, content):
        with Image.open(io.BytesIO(content)) as taken:
            small = taken.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        small.save(self.folder / f"{name}.png", optimize=True)
        print(f"    {name}.png")


def take_back_office(studio):
    """Take what employees see."""
    admin = studio.get("admin")
    page = admin.page
    lists = {
        "contract_list": ("list", ".o_list_view"),
        "contract_kanban": ("kanban", ".o_kanban_view"),
    }
    for name, (kind, selector) in lists.items():
        with studio.picture(name) as shots:
            if shots is not None:
                admin.open(f"/odoo/action-{LIST_ACTION}?view_type={kind}")
                page.wait_for_selector(f"{selector} .o_data_row, {selector} .o_kanban_record")
                admin.settle()
                shots.append(page.screenshot())
    tabs = {
        "contract_form": ("contract_fleet", "contract"),
        "contract_signature": ("contract_fleet", "signature"),
        "contract_documents": ("contract_festival", "documents"),
        "contract_milestones": ("contract_festival", "milestones"),
    }
    for name, (contract, tab) in tabs.items():
        with studio.picture(name) as shots:
            if shots is not None:
                clerk = studio.get("admin", TALL)
                clerk.open(f"/odoo/action-{LIST_ACTION}/{clerk.find(contract)}")
                clerk.page.click(f".o_notebook .nav-link[name={tab}]")
                clerk.settle()
                shots.append(clerk.page.screenshot())
    with studio.picture("dispute") as shots:
        if shots is not None:
            dispute = admin.search("customer.contract.dispute", [])
            admin.open(f"/odoo/action-{DISPUTE_ACTION}/{dispute}")
            page.wait_for_selector(".o_form_view")
            admin.settle()
            shots.append(page.screenshot())


def take_portal(studio):
    """Take what customers see, on a desktop and on a phone."""
    contract = studio.get("admin").find("contract_fleet")
    for suffix, screen in (("", DESKTOP), ("_phone", PHONE)):
        customer = studio.get("portal", screen)
        pages = {
            f"portal_list{suffix}": "/my/contracts",
            "portal_phone" if suffix else "portal_contract": f"/my/contracts/{contract}",
        }
        for name, path in pages.items():
            with studio.picture(name) as shots:
                if shots is not None:
                    customer.open(path)
                    shots.append(customer.page.screenshot())
    with studio.picture("portal_sign") as shots:
        if shots is not None:
            customer = studio.get("portal")
            customer.open(f"/my/contracts/{contract}")
            customer.page.locator("[data-bs-target='#contract_sign'] >> visible=true").first.click()
            customer.page.wait_for_selector("#contract_sign.show input[name=signer]")
            customer.settle()
            shots.append(customer.page.locator("#contract_sign .modal-content").screenshot())
    with studio.picture("verification") as shots:
        if shots is not None:
            signed = studio.get("admin").find("contract_storage")
            code = studio.get("admin").read("customer.contract", signed, "verification_code")
            customer = studio.get("portal")
            customer.open(f"/contract/verify/{code}")
            shots.append(customer.page.screenshot())


def take_paper(studio):
    """Take the signed contract: as pages of the PDF, and as its twin for screen readers."""
    admin = studio.get("admin")
    signed = admin.find("contract_storage")
    with studio.picture("signed_report") as shots:
        if shots is not None:
            admin.open(f"/my/contracts/{signed}?report_type=html")
            shots.append(admin.page.screenshot())
    for name, words in (("signed_pdf", "Signatures"), ("certificate_pdf", "Verify at")):
        with studio.picture(name) as shots:
            if shots is not None:
                pdf = admin.fetch(f"/my/contracts/{signed}?report_type=pdf")
                shots.append(_draw_page(pdf, words))


def _draw_page(pdf, words):
    """Draw a page of a PDF.

    :param bytes pdf: the file
    :param str words: what stands on no page before it
    :return: a PNG
    :rtype: bytes
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file.pdf")
        file.write_bytes(pdf)
        texts = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)
        number = 1 + next(n for n, page in enumerate(texts.stdout.split("\f")) if words in page)
        pages = ["-f", str(number), "-l", str(number), "-singlefile"]
        subprocess.run(
            ["pdftoppm", "-png", "-r", "96", *pages, file, file.with_suffix("")], check=True
        )
        return file.with_suffix(".png").read_bytes()


def main():
    """Take the pictures that the argument asks for."""
    task = json.loads(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        studio = Studio(browser, task["address"], Path(task["folder"]), task["names"])
        for take in (take_back_office, take_portal, take_paper):
            take(studio)
        browser.close()
    if studio.problems:
        sys.exit(f"Not taken: {', '.join(studio.problems)}")


if __name__ == "__main__":
    main()
