"""Goes on with every request that was under way, as its people do, until it is signed.

All of it goes through public methods and routes, which stay: whatever is moved inside
the addon, this needs no change.
"""

import base64
import re
import urllib.parse

from update_visitors import Refused, Visitor

LINK = re.compile(r"/contract/sign/[\w-]+")
CODE = re.compile(r"\b\d{6}\b")
# More acts than any request of the story or the demo needs.
MOST_STEPS = 15
RUNNING = ("approval", "sent", "disputed")
CONTRACT_FIELDS = ["state", "current_version_id", "proposed_changes"]


class Journeys:
    """Everybody who acts on the contracts of one server."""

    def __init__(self, address, database, mails, facts):
        self.address = address
        self.database = database
        self.mails = mails
        self.facts = facts
        self._browsers = {}
        self.admin = self._log_in("admin")
        contracts = self._read("customer.contract", [("active", "in", (True, False))], ["title"])
        self._titles = {contract["id"]: contract["title"] for contract in contracts}

    def name(self, contract_id):
        """What to call a contract."""
        return f"contract {contract_id}, {self._titles.get(contract_id)},"

    def find_running(self):
        """The ids of the requests under way, frozen drafts among them."""
        domain = [
            *("|", ("state", "in", RUNNING), "&", ("state", "=", "draft")),
            ("current_version_id", "!=", False),
        ]
        return self.admin.execute("customer.contract", "search", domain, order="id")

    def find_signed(self):
        """The ids of the contracts that everybody has signed, archived ones too."""
        domain = [("state", "=", "signed"), ("active", "in", (True, False))]
        return self.admin.execute("customer.contract", "search", domain, order="id")

    def finish(self, contract_id):
        """Have people act until the contract is signed; return what they did.

        :raise Refused: if somebody cannot do what is next
        """
        done = []
        while len(done) < MOST_STEPS:
            contract = self._read("customer.contract", [("id", "=", contract_id)], CONTRACT_FIELDS)
            contract = contract[0]
            if contract["state"] == "signed":
                return done
            done.append(self._take_step(contract))
        raise Refused(f"not signed after {', '.join(done)}")

    def finalize(self):
        """Run the scheduled action that makes, seals and sends the signed documents.

        It stops when its time is over, and goes on in the next run.
        """
        [job] = self._read(
            "ir.model.data",
            [("module", "=", "customer_contract"), ("name", "=", "ir_cron_finalize")],
            ["res_id"],
        )
        due = [("state", "=", "signed"), ("copies_sent_on", "=", False)]
        for _round in range(len(self._titles)):
            if not self.admin.execute("customer.contract", "search_count", due):
                break
            self.admin.execute("ir.cron", "method_direct_trigger", [job["res_id"]])

    def verify(self, contract_ids):
        """What the contracts' own check says of each."""
        return {
            contract_id: self.admin.execute("customer.contract", "verify_integrity", [contract_id])
            for contract_id in contract_ids
        }

    def export_bundle(self, contract_id):
        """The evidence bundle of a contract, a ZIP."""
        content = self.admin.execute("customer.contract", "get_evidence_bundle", [contract_id])
        return base64.b64decode(content)

    def open_link(self, address):
        """Open a personal link in a new browser."""
        visitor = Visitor(self.address)
        return visitor, visitor.get(urllib.parse.urlsplit(address).path)

    # === WHAT IS NEXT === #

    def _take_step(self, contract):
        """Do what the contract waits for; return what that was."""
        in_contract = [("contract_id", "=", contract["id"])]
        if contract["state"] == "draft":
            return self._act_as_admin(contract, self._find_way_to_send(contract))
        if contract["state"] == "disputed":
            return self._settle(contract)
        waiting = [*in_contract, ("state", "=", "submitted")]
        papers = self._read("customer.contract.paper", waiting, ["check_state"])
        if papers:
            reason = "" if papers[0]["check_state"] == "matched" else "Read by eye."
            ids = [paper["id"] for paper in papers]
            self.admin.execute("customer.contract.paper", "action_accept", ids, reason=reason)
            return "accept paper"
        if contract["proposed_changes"]:
            return self._act_as_admin(contract, "action_accept_values")
        asked = [*in_contract, ("state", "in", ("requested", "viewed"))]
        people = self._read(
            "customer.contract.participant", asked, ["partner_id", "role", "state", "channel"]
        )
        people = [person for person in people if person["role"] != "observer"]
        if not people:
            raise Refused(f"nobody is asked to act in state {contract['state']}")
        return self._act_as(contract, people[0])

    def _find_way_to_send(self, contract):
        """Whether a draft needs approvals: submitting tells."""
        domain = [("contract_id", "=", contract["id"]), ("role", "=", "approver")]
        domain.append(("state", "!=", "done"))
        has_approvers = self.admin.execute("customer.contract.participant", "search_count", domain)
        return "action_submit" if has_approvers else "action_send"

    def _act_as_admin(self, contract, method, *arguments):
        self.admin.execute("customer.contract", method, [contract["id"]], *arguments)
        return method

    def _settle(self, contract):
        """Answer the objection; then whoever objected goes on."""
        [dispute] = self._read(
            "customer.contract.dispute",
            [("contract_id", "=", contract["id"]), ("closed_on", "=", False)],
            ["participant_id", "answered_on"],
        )
        if not dispute["answered_on"]:
            return self._act_as_admin(contract, "action_answer_dispute", "It includes insurance.")
        [person] = self._read(
            "customer.contract.participant",
            [("id", "=", dispute["participant_id"][0])],
            ["partner_id"],
        )
        browser = self._find_browser(contract, person)
        return self._send_form(browser, contract, "dispute/end", is_settled="1")

    # === PEOPLE === #

    def _act_as(self, contract, person):
        """Approve or sign, as the person who is asked to."""
        name = person["partner_id"][1].rpartition(", ")[2]
        user = self._find_user(person)
        if user and not user["share"]:
            browser = self._log_in(user["login"])
            if person["role"] == "approver":
                method, arguments = "action_approve", []
            else:
                method, arguments = "action_sign_as_manager", [self.facts["signatures"][name]]
            browser.execute("customer.contract", method, [contract["id"]], *arguments)
            return method
        browser = self._find_browser(contract, person)
        digest = self._get_digest(contract)
        if person["role"] == "approver":
            return self._send_form(browser, contract, "approve", digest=digest)
        if person["channel"] == "paper":
            return self._send_form(browser, contract, "channel", channel="esign")
        page = browser.get(f"/my/contracts/{contract['id']}").text
        if 'id="your_details"' in page and 'id="contract_sign"' not in page:
            return self._confirm_details(browser, contract, digest)
        self._sign(browser, contract, person, digest=digest, name=name, consent=True)
        return "sign"

    def _sign(self, browser, contract, person, name, **values):
        """Sign on the page, with a one-time code where the contract asks for one."""
        path = f"/my/contracts/{contract['id']}/sign"
        values.update(name=name, signature=self.facts["signatures"][name])
        answer = browser.call(path, **values)
        if answer.get("reason") == "code":
            answer = browser.call(f"/my/contracts/{contract['id']}/code")
            if "error" in answer:
                raise Refused(answer["error"])
            mail = self.mails.texts_to(self._get_address(person))[0]
            text = re.sub(r"<[^>]+>", " ", mail)
            answer = browser.call(path, **values, code=CODE.search(text)[0])
        if "error" in answer:
            raise Refused(answer["error"])

    def _confirm_details(self, browser, contract, digest):
        """Confirm the details as they stand, and fill in what is required."""
        answer = browser.call(
            f"/my/contracts/{contract['id']}/values",
            act="confirm",
            values={"theft_insurance": "true", "place_of_delivery": "at_your_shop"},
            digest=digest,
            revision=self._get_revision(browser, contract),
        )
        if "error" in answer:
            raise Refused(f"{answer['error']} {answer.get('errors', '')}")
        return "confirm details"

    def _get_revision(self, browser, contract):
        """Which state of the typed texts the page shows."""
        page = browser.get(f"/my/contracts/{contract['id']}").text
        found = re.search(r'data-revision="(\d+)"', page)
        return int(found[1]) if found else 0

    def _send_form(self, browser, contract, act, **values):
        answer = browser.post(f"/my/contracts/{contract['id']}/{act}", **values)
        if answer.status != 200 or answer.path.endswith(f"/{act}"):
            raise Refused(f"{act} was answered with status {answer.status} at {answer.path}")
        return act

    def _find_browser(self, contract, person):
        """The browser of somebody outside: a device handed over, an account, or a link."""
        key = str(person["id"])
        if key in self.facts["handovers"]:
            return self._start_in_person(self.facts["handovers"].pop(key))
        user = self._find_user(person)
        if user:
            return self._log_in(user["login"])
        links = [
            link
            for text in self.mails.texts_to(self._get_address(person))
            for link in LINK.findall(text)
        ]
        for link in [*links, self.facts["links"].get(key)]:
            if link:
                visitor, page = self.open_link(link)
                if page.status == 200 and page.path.endswith(f"/my/contracts/{contract['id']}"):
                    return visitor
        raise Refused(f"no link of {person['partner_id'][1]} opens the contract")

    def _start_in_person(self, address):
        visitor = Visitor(self.address)
        path = urllib.parse.urlsplit(address).path
        answer = visitor.post(f"{path}/start")
        if answer.status != 200:
            raise Refused(f"the device that was handed over shows status {answer.status}")
        return visitor

    def _log_in(self, login):
        """Return the browser of an account; it stays logged in."""
        if login not in self._browsers:
            self._browsers[login] = Visitor(self.address).log_in(self.database, login)
        return self._browsers[login]

    def _find_user(self, person):
        users = self._read(
            "res.users", [("partner_id", "=", person["partner_id"][0])], ["login", "share"]
        )
        return users[0] if users else None

    def _get_address(self, person):
        domain = [("id", "=", person["partner_id"][0])]
        return self._read("res.partner", domain, ["email"])[0]["email"]

    def _get_digest(self, contract):
        domain = [("id", "=", contract["current_version_id"][0])]
        return self._read("customer.contract.version", domain, ["content_digest"])[0][
            "content_digest"
        ]

    def _read(self, model, domain, fields):
        return self.admin.execute(model, "search_read", domain, fields)
