import os
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ...controllers.page import ContractPageMixin
from ..portal.common import ContractPortalCommon

# Odoo's own markup, by selector: what is wrong there is not ours to correct.
OF_ODOO = [
    ".o_lang_selector",
    ".js_language_selector",
    "#top_menu",
    ".o_portal_navbar",
    ".o_portal_chatter",
    "#discussion .o-mail-ChatHub",
    ".o-mail-ChatHub-bubbles",
    ".o_footer_copyright",
    ".breadcrumb",
    ".o_main_navbar",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
(async () => {
    %(axe)s
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    const idle = async () => {
        let [known, quiet] = [0, 0];
        while (quiet < 8) {
            await wait(250);
            const now = performance.getEntriesByType("resource").length;
            quiet = now === known && document.readyState === "complete" ? quiet + 1 : 0;
            known = now;
        }
    };
    await idle();
    %(before)s
    await wait(1000);
    await idle();
    const results = await axe.run(
        {exclude: %(exclude)s},
        {runOnly: %(rules)s, rules: {"target-size": {enabled: true}}}
    );
    const found = results.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id} ${node.target} ${node.failureSummary}`)
    );
    if (found.length) {
        console.error("axe: " + found.join(" | "));
    } else if (!document.documentElement.lang) {
        console.error("no language");
    } else {
        console.log("test successful");
    }
})();
"""
OPEN_DIALOG = """
    for (let i = 0; i < 200 && !window.Modal; i++) {
        await wait(100);
    }
    await idle();
    window.Modal.getOrCreateInstance(document.querySelector("#contract_%s")).show();
"""


@tagged("post_install", "-at_install")
class TestAccessibility(ContractPortalCommon):
    """axe-core finds nothing of ours on the pages of people outside, phones included."""

    browser_size = "360x740"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        axe = Path(os.environ["NODE_PATH"]) / "axe-core" / "axe.min.js"
        self.axe = axe.read_text()
        prepare = ContractPageMixin._prepare_contract_values

        def prepare_without_chatter(*arguments):
            # Odoo's, which loads a bundle of its own at some time
            return {**prepare(*arguments), "has_chatter": False}

        self.startPatcher(
            patch.object(ContractPageMixin, "_prepare_contract_values", prepare_without_chatter)
        )

    def _check(self, path, login="contract_customer", before=""):
        code = RUN % {
            "axe": self.axe,
            "before": before,
            "exclude": [[selector] for selector in OF_ODOO],
            "rules": RULES,
        }
        with self.subTest(path=path, before=before[:60]):
            self.browser_js(path, code, login=login, timeout=120)

    def test_contract_and_its_dialogs(self):
        contract = self._create_sent_contract(amount_total=1200, sign_deadline="2090-01-31")
        path = contract.access_url
        self._check("/my/contracts")
        self._check(path)
        for name in ("sign", "dispute", "decline", "to_paper"):
            self._check(path, before=OPEN_DIALOG % name)

    def test_what_is_shown_after_the_act(self):
        contract = self._create_sent_contract()
        self._get_participant(contract, self.customer)._choose_channel("paper", "portal")
        self._check(contract.access_url)
        signed = self._create_signed_contract()
        self._check(signed.access_url + "?message=signed")
        self._finalize(signed)
        self._check(signed.access_url)
        self._check(signed.access_url + "?report_type=html")

    def test_verification_and_links(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        self._check("/contract/verify", login=None)
        self._check(f"/contract/verify/{contract.verification_code}", login=None)
        self._check("/contract/sign/nonsense", login=None)
        sent = self._create_sent_contract()
        self._check(self._issue_link(sent, self.customer), login=None)
        sent.action_cancel("no longer needed")
        self._check(sent.access_url)

    def test_keyboard_and_what_is_missing(self):
        contract = self._create_sent_contract()
        code = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    for (let i = 0; i < 100 && !window.Modal; i++) {
        await wait(100);
    }
    window.Modal.getOrCreateInstance(document.querySelector("#contract_sign")).show();
    for (let i = 0; i < 50 && !document.querySelector(".o_web_sign_draw_button"); i++) {
        await wait(200);
    }
    await wait(500);
    const draw = document.querySelector(".o_web_sign_draw_button");
    draw.focus();
    draw.dispatchEvent(new KeyboardEvent("keydown", {key: " ", bubbles: true, cancelable: true}));
    await wait(300);
    const consent = document.querySelector("#contract_consent");
    const facts = {
        pressed: draw.getAttribute("aria-pressed"),
        required: consent.required,
    };
    document.querySelector(".o_contract_sign_submit").click();
    await wait(500);
    facts.invalid = consent.getAttribute("aria-invalid");
    facts.linked = (consent.getAttribute("aria-describedby") || "")
        .split(" ")
        .some((id) => id === "contract_consent_error" && document.getElementById(id));
    consent.click();
    await wait(300);
    facts.cleared = !consent.hasAttribute("aria-invalid")
        && !document.getElementById("contract_consent_error");
    const wanted = JSON.stringify(
        {pressed: "true", required: true, invalid: "true", linked: true, cleared: true}
    );
    if (JSON.stringify(facts) === wanted) {
        console.log("test successful");
    } else {
        console.error(JSON.stringify(facts));
    }
})();
"""
        self.browser_js(contract.access_url, code, login="contract_customer", timeout=120)

    def test_focus_and_title_say_that_it_is_signed(self):
        contract = self._create_signed_contract()
        code = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    const find = () => document.activeElement.classList.contains("o_contract_outcome");
    for (let i = 0; i < 200 && !find(); i++) {
        await wait(100);
    }
    if (find() && document.title.startsWith("You have signed")) {
        console.log("test successful");
    } else {
        console.error(document.activeElement.outerHTML.slice(0, 200) + document.title);
    }
})();
"""
        self.browser_js(
            contract.access_url + "?message=signed", code, login="contract_customer", timeout=60
        )
