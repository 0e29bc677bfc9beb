"""The addon beside other apps, in databases of other languages without demo data.

One whole story: the manager sends, the customer signs by the link of a mail, the signed
file is made and verified; and every menu of ours opens. None of it may log an error.
"""

import base64
import json
import os
import re
import urllib.parse

import databases
import layout
import odoo_log
from progress import Failure, say
from serving import serve
from test_results import Results
from update_visitors import Refused, Visitor

NEIGHBOURS = ("website", "sale_management", "crm", "hr", "project", "purchase", "contacts")
# The language, and how the customer's page says that it is in it.
LANGUAGES = {"fr_FR": 'lang="fr-FR"', "es_ES": 'lang="es-ES"'}
LINK = re.compile(r"https?://[^\s\"'<>]+/contract/sign/[\w-]+")
CUSTOMER = "claire@clients.example.com"
MANAGER = "story_manager"
# Who takes part, all of them in the database's language, and what signing needs.
PREPARE = """
import base64, io, json
from PIL import Image, ImageDraw
lang = {language!r}
env["res.lang"]._activate_lang(lang)
company = env.ref("base.main_company")
company.partner_id.lang = lang
env["website"].search([]).write(
    {{
        "language_ids": [(4, env["res.lang"]._lang_get(lang).id)],
        "default_lang_id": env["res.lang"]._lang_get(lang).id,
    }}
)
env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1")
groups = [
    "base.group_user", "customer_contract.group_contract_manager",
    "customer_contract.group_contract_esign", "base.group_partner_manager",
    "base.group_system",
]
env["res.users"].create(
    {{
        "name": "Manon Responsable", "login": {manager!r}, "password": {manager!r},
        "email": "manon@company.example.com", "lang": lang,
        "group_ids": [(6, 0, [env.ref(name).id for name in groups])],
    }}
)
customer = env["res.partner"].create(
    {{"name": "Clients SA", "is_company": True, "lang": lang}}
)
env["res.partner"].create(
    {{"name": "Claire Client", "parent_id": customer.id, "email": {customer!r}, "lang": lang}}
)
picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
ImageDraw.Draw(picture).line(((20, 70), (100, 20), (180, 80), (280, 30)), fill="navy", width=4)
output = io.BytesIO()
picture.save(output, format="PNG")
facts = {{"company": customer.id, "signature": base64.b64encode(output.getvalue()).decode()}}
env.cr.commit()
print("FACTS " + json.dumps(facts))
"""


# People act, and run jobs, one after the other.
NO_JOBS = "--max-cron-threads=0"


class Check:
    """One language."""

    def __init__(self, place, language):
        self.place = place
        self.language = language
        self.database = f"{layout.ADDON}_test_{os.getpid()}_{language.lower()}"
        self.log = layout.LOGS / f"neighbours-{language}.log"
        self.results = Results()

    def run(self):
        """Install, tell the story, open the menus; return how many checks passed."""
        databases.create(self.database)
        try:
            self._install()
            facts = self._prepare()
            with serve(self.place, self.database, self.log, NO_JOBS) as (address, mails):
                manager = Visitor(address).log_in(self.database, MANAGER)
                self._try("whole story", self._tell_story, manager, mails, facts)
                self._try("every menu opens", self._open_menus, manager)
            self._report("no error meanwhile", odoo_log.complaints(self.log))
        finally:
            databases.drop(self.database)
        return self.results

    def _install(self):
        log = layout.LOGS / f"neighbours-install-{self.language}.log"
        names = ",".join((*NEIGHBOURS, layout.ADDON))
        self.place.must_run_odoo(
            self.database,
            log,
            f"--init={names}",
            f"--load-language={self.language}",
            "--without-demo=all",
        )
        self._report(f"install beside {', '.join(NEIGHBOURS)}", odoo_log.complaints(log))

    def _prepare(self):
        log = layout.LOGS / f"neighbours-prepare-{self.language}.log"
        code = PREPARE.format(language=self.language, manager=MANAGER, customer=CUSTOMER)
        self.place.must_run_odoo(self.database, log, "--no-http", code=code)
        output = log.with_suffix(".out").read_text()
        found = re.search(r"FACTS (\{.*\})", output)
        if not found:
            raise Failure(f"The people of the story could not be made:\n{output}")
        return json.loads(found[1])

    # === THE STORY === #

    def _tell_story(self, manager, mails, facts):
        contract_id = self._send(manager, facts)
        self._sign(manager, mails, facts, contract_id)
        self._finalize(manager, mails, contract_id)

    def _send(self, manager, facts):
        """Sign for the company, and send."""
        values = {
            "title": "Entretien",
            "partner_id": facts["company"],
            "amount_total": 1200,
            "section_ids": [[0, 0, {"title": "Objet", "body": "<p>Nous entretenons.</p>"}]],
        }
        contract_id = manager.execute("customer.contract", "create", values)
        call = manager.execute
        call("customer.contract", "action_sign_as_manager", [contract_id], facts["signature"])
        call("customer.contract", "action_send", [contract_id])
        return contract_id

    def _sign(self, manager, mails, facts, contract_id):
        """Sign as the customer, who has the mail and no account."""
        self._run_job(manager, "mail.ir_cron_mail_scheduler_action")
        links = [link for text in mails.texts_to(CUSTOMER) for link in LINK.findall(text)]
        if not links:
            raise Refused(f"no link among the {len(mails.mails)} mails")
        customer = Visitor(manager.address)
        page = customer.get(urllib.parse.urlsplit(links[0]).path)
        if page.status != 200 or LANGUAGES[self.language] not in page.text:
            told = re.search(r"<html[^>]*>", page.text)
            raise Refused(
                f"the customer's page has status {page.status} at {page.path}: "
                f"{told[0] if told else page.text[:80]}"
            )
        [version] = manager.execute(
            "customer.contract.version",
            "search_read",
            [("contract_id", "=", contract_id)],
            ["content_digest"],
        )
        answer = customer.call(
            f"/my/contracts/{contract_id}/sign",
            name="Claire Client",
            signature=facts["signature"],
            digest=version["content_digest"],
            consent=True,
        )
        if "error" in answer:
            raise Refused(answer["error"])

    def _finalize(self, manager, mails, contract_id):
        """Make the signed file, verify it, and see that its people get it."""
        before = len(mails.texts_to(CUSTOMER))
        self._run_job(manager, "customer_contract.ir_cron_finalize")
        self._run_job(manager, "mail.ir_cron_mail_scheduler_action")
        [contract] = manager.execute(
            "customer.contract", "read", [contract_id], ["state", "signed_document_id"]
        )
        if contract["state"] != "signed" or not contract["signed_document_id"]:
            raise Refused(f"the contract is {contract}")
        answer = manager.execute("customer.contract", "verify_integrity", [contract_id])
        if answer["state"] != "ok":
            raise Refused(f"verification says {answer}")
        [file] = manager.execute(
            "ir.attachment", "read", [contract["signed_document_id"][0]], ["datas"]
        )
        if not base64.b64decode(file["datas"]).startswith(b"%PDF-"):
            raise Refused("the signed file is no PDF")
        if len(mails.texts_to(CUSTOMER)) == before:
            raise Refused("the customer got no copy")

    def _run_job(self, manager, name):
        """Run a scheduled action now."""
        module, _dot, name = name.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        [job] = manager.execute("ir.model.data", "search_read", domain, ["res_id"])
        manager.execute("ir.cron", "method_direct_trigger", [job["res_id"]])

    # === MENUS === #

    def _open_menus(self, manager):
        """Open what each menu of ours leads to, in each of its views."""
        domain = [("module", "=", layout.ADDON), ("model", "=", "ir.ui.menu")]
        rows = manager.execute("ir.model.data", "search_read", domain, ["res_id"])
        ids = [row["res_id"] for row in rows]
        menus = manager.execute("ir.ui.menu", "read", ids, ["complete_name", "action"])
        opened = 0
        for menu in menus:
            model, _comma, number = (menu["action"] or "").partition(",")
            if model != "ir.actions.act_window":
                continue
            try:
                self._open_window(manager, int(number))
            except Refused as refusal:
                raise Refused(f"{menu['complete_name']}: {refusal}") from refusal
            opened += 1
        if opened < 10:
            raise Refused(f"only {opened} menus were found")

    def _open_window(self, manager, number):
        action = manager.call("/web/action/load", action_id=number)
        views = [list(view) for view in action["views"]]
        if [False, "search"] not in views:
            views.append([False, "search"])
        found = manager.execute(action["res_model"], "get_views", views)
        if len(found["views"]) != len(views):
            raise Refused("views are missing")
        manager.execute(action["res_model"], "web_search_read", [], {"display_name": {}}, limit=80)

    # === RESULTS === #

    def _try(self, title, act, *arguments):
        try:
            act(*arguments)
        except Refused as refusal:
            self._report(title, [str(refusal)])
        else:
            self._report(title, [])

    def _report(self, title, problems):
        say(f"    {self.language}, {title}: {'FAILED' if problems else 'ok'}")
        for problem in problems:
            say(f"      {problem}")
        self.results += Results.of_one(not problems)


def run(place):
    """Check each language; return what was found."""
    return sum((Check(place, language).run() for language in LANGUAGES), Results())
