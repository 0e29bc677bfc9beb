import re
import threading
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..utils import Actor
from .common import make_pdf
from .portal_common import ContractPortalCommon

ALL = {"draft", "shared", "approval", "sent", "hidden", "signed"}
READERS = {"shared", "approval", "sent", "signed"}
# Who finds which contracts by the ORM, and so by RPC, export and search.
BY_ORM = {
    "administrator": ALL,
    "all_contracts": ALL,
    "own_contracts": ALL,
    "other_agent": set(),
    "inside_approver": None,  # an employee without rights on contracts
    "outside_approver": {"approval"},
    "outside_signer": {"sent", "hidden", "signed"},
    "requester": READERS,
    "observer": READERS,
    "removed_observer": set(),
    "former_observer": set(),
    "colleague": set(),
    "stranger": set(),
}
# Employees find in the portal what they act on, whatever their rights are.
BY_PORTAL = {
    **BY_ORM,
    "administrator": set(),
    "all_contracts": set(),
    "own_contracts": {"sent", "hidden", "signed"},
    "inside_approver": {"approval"},
}
OUTSIDE = (
    "outside_approver",
    "outside_signer",
    "requester",
    "observer",
    "removed_observer",
    "former_observer",
    "colleague",
    "stranger",
)
# Whoever may read in the back office sees previews on the pages of single contracts.
PREVIEWERS = ("administrator", "all_contracts", "own_contracts")
TO_DO = {"outside_approver": {"approval"}, "inside_approver": {"approval"}}
TO_DO["outside_signer"] = {"sent", "hidden"}
SECRET = "We maintain the ovens."


@tagged("post_install", "-at_install")
class TestAccessMatrix(ContractPortalCommon):
    """Everybody who could have to do with a contract, at everything that shows one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.registry["customer.contract"],
                "_render_contract_pdf",
                lambda *args, **kwargs: make_pdf(),
            )
        )
        cls.users = cls._create_people()
        cls.contracts = cls._create_contracts()
        cls._lose_observers()
        cls.env.flush_all()

    @classmethod
    def _create_people(cls):
        def employee(login, groups):
            return new_test_user(
                cls.env,
                login=f"matrix_{login}",
                name=f"Matrix {login}",
                email=f"{login}@company.example.com",
                groups=groups,
            )

        users = {
            "administrator": employee(
                "administrator", "customer_contract.group_contract_manager,base.group_allow_export"
            ),
            "all_contracts": employee("all", "customer_contract.group_contract_user_all"),
            "own_contracts": cls.manager,
            "other_agent": employee("agent", "customer_contract.group_contract_user"),
            "inside_approver": employee("inside", "base.group_user"),
            "outside_signer": cls.portal_user,
        }
        for role in OUTSIDE:
            if role not in users:
                is_alone = role in ("outside_approver", "stranger")
                users[role] = cls._create_portal_user(
                    f"matrix_{role}", f"Matrix {role}", None if is_alone else cls.customer_company
                )
        return users

    @classmethod
    def _create_contracts(cls):
        people = {role: user.partner_id for role, user in cls.users.items()}

        def create(name, *parts):
            return cls._create_contract(
                title=f"Matrix {name}",
                requester_id=people["requester"].id,
                participant_ids=[
                    Command.create({"partner_id": partner.id, "role": role, "sequence": order})
                    for partner, role, order in (
                        *parts,
                        (cls.manager.partner_id, "signer", 10),
                        (cls.customer, "signer", 20),
                        (cls.link_holder, "signer", 20),
                        (people["observer"], "observer", 20),
                        (people["removed_observer"], "observer", 20),
                        (people["former_observer"], "observer", 20),
                    )
                ],
            )

        approvers = [
            (people[role], "approver", 5) for role in ("inside_approver", "outside_approver")
        ]
        contracts = {
            name: create(name, *(approvers if name == "approval" else ())) for name in sorted(ALL)
        }
        for name, contract in contracts.items():
            contract.document_ids = [
                Command.create(
                    {
                        "name": f"{visibility} {name}.pdf",
                        "raw": b"%PDF-1.4 list of ovens",
                        "mimetype": "application/pdf",
                        "portal_visible": visibility == "shown",
                    }
                )
                for visibility in ("shown", "kept")
            ]
            cls._create_milestones(contract)
            for subtype in ("comment", "note"):
                contract.message_post(
                    body=f"Matrix {subtype}",
                    message_type="comment",
                    subtype_xmlid=f"mail.mt_{subtype}",
                )
        for name in ("shared", "approval"):
            contracts[name].action_share_with_customer()
        contracts["approval"].action_submit()
        picture = {"signature": cls.signature, "signed_by": "Mona Manager"}
        for name in ("sent", "hidden", "signed"):
            contracts[name].with_user(cls.manager).action_sign_as_manager(**picture)
            contracts[name].action_send()
        signed = contracts["signed"].sudo()
        for partner in (cls.customer, cls.link_holder):
            signed._sign(
                Actor(cls._get_participant(signed, partner), "portal"),
                signature=cls.signature,
                signed_by=partner.name,
                digest=signed.current_version_id.content_digest,
                consent=cls.consent,
            )
        signed._store_signed_document()
        contracts["hidden"].portal_published = False
        return contracts

    @classmethod
    def _create_milestones(cls, contract):
        if "customer.contract.milestone" in cls.env:
            cls.env["customer.contract.milestone"].create(
                {"contract_id": contract.id, "name": "Matrix milestone", "date": "2030-01-01"}
            )

    @classmethod
    def _lose_observers(cls):
        """One observer is removed; another one works somewhere else now."""
        removed = cls.users["removed_observer"].partner_id
        for contract in cls.contracts.values():
            cls._get_participant(contract, removed).unlink()
        elsewhere = cls.env["res.partner"].create({"name": "Elsewhere", "is_company": True})
        cls.users["former_observer"].partner_id.parent_id = elsewhere

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    # === BY RPC, SEARCH AND EXPORT === #

    def _get_names(self, ids):
        """Return which of the contracts of the matrix have one of the ids."""
        return {name for name, contract in self.contracts.items() if contract.id in ids}

    def _find_in_every_way(self, user):
        """Return which contracts a user finds, by way of finding them."""
        Contract = self.env["customer.contract"].with_user(user)
        ids = [contract.id for contract in self.contracts.values()]
        domain = [("id", "in", ids)]
        readable = {
            contract.id
            for contract in self.contracts.values()
            if contract.with_user(user).has_access("read")
        }
        groups = Contract.formatted_read_group(domain, ["title"], ["__count"])
        web = Contract.web_search_read(domain, {"title": {}})
        return {
            "read": self._get_names(readable),
            "search": self._get_names(Contract.search(domain).ids),
            "search_read": self._get_names(
                [row["id"] for row in Contract.search_read(domain, ["title"])]
            ),
            "web_search_read": self._get_names([row["id"] for row in web["records"]]),
            "name_search": self._get_names([id_ for id_, _name in Contract.name_search("Matrix")]),
            "read_group": {group["title"].split()[-1] for group in groups},
        }

    def _assert_finds(self, role, expected):
        user = self.users[role]
        with self.subTest(role=role, way="count"):
            Contract = self.env["customer.contract"].with_user(user)
            ids = [contract.id for contract in self.contracts.values()]
            self.assertEqual(Contract.search_count([("id", "in", ids)]), len(expected))
        for way, found in self._find_in_every_way(user).items():
            with self.subTest(role=role, way=way):
                self.assertEqual(found, expected)

    def test_contracts_by_orm(self):
        for role, expected in BY_ORM.items():
            if expected is None:
                with self.subTest(role=role), self.assertRaises(AccessError):
                    self.env["customer.contract"].with_user(self.users[role]).search([])
            else:
                self._assert_finds(role, expected)

    def test_contracts_of_colleagues_whose_company_wants_it(self):
        self.customer_company.contract_colleague_access = True
        self._assert_finds("colleague", {"sent", "signed"})
        self._assert_finds("observer", READERS)
        self._assert_finds("removed_observer", {"sent", "signed"})
        self._assert_finds("outside_signer", {"sent", "hidden", "signed"})
        for role in ("former_observer", "stranger", "outside_approver"):
            self._assert_finds(role, BY_ORM[role])

    def test_rule_and_domain_agree(self):
        for switched in (False, True):
            self.customer_company.contract_colleague_access = switched
            for role in OUTSIDE:
                Contract = self.env["customer.contract"].with_user(self.users[role])
                by_domain = Contract.sudo().search(Contract._get_portal_domain())
                with self.subTest(role=role, switched=switched):
                    self.assertEqual(Contract.search([]), by_domain.sudo(False))

    def test_nobody_outside_writes(self):
        for role in (*OUTSIDE, "inside_approver", "other_agent"):
            for name, contract in self.contracts.items():
                own = contract.with_user(self.users[role])
                with self.subTest(role=role, contract=name):
                    self.assertFalse(own.has_access("write"))
                    self.assertFalse(own.has_access("unlink"))

    def test_export(self):
        ids = [contract.id for contract in self.contracts.values()]
        for role, user in self.users.items():
            contracts = self.env["customer.contract"].with_user(user).browse(ids)
            with self.subTest(role=role):
                if role == "administrator":
                    rows = contracts.export_data(["title"])["datas"]
                    self.assertEqual(len(rows), len(ALL))
                else:
                    with self.assertRaises(UserError):
                        contracts.export_data(["title"])

    def _get_models_of_contracts(self):
        """Return all models whose rows belong to one contract, whoever added them."""
        return [
            (model, "contract_id")
            for model in self.env.registry.values()
            if not model._abstract
            and not model._transient
            and model._name != "customer.contract"
            and (field := model._fields.get("contract_id"))
            and field.comodel_name == "customer.contract"
            and field.store
        ]

    def test_rows_of_contracts(self):
        models = self._get_models_of_contracts()
        self.assertGreater(len(models), 6)
        ids = [contract.id for contract in self.contracts.values()]
        for model, name in models:
            Model = self.env[model._name]
            rows = Model.sudo().with_context(active_test=False).search([(name, "in", ids)])
            for role in (*OUTSIDE, "inside_approver", "other_agent"):
                own = Model.with_user(self.users[role])
                with self.subTest(model=model._name, role=role):
                    if own.has_access("read"):
                        self.assertEqual(role, "other_agent", "nobody else may read at all")
                        self.assertFalse(own.search([(name, "in", ids)]))
                    for row in rows[:3]:
                        self.assertFalse(row.with_user(self.users[role]).has_access("read"))
                        self.assertFalse(row.with_user(self.users[role]).has_access("write"))
        for role in PREVIEWERS:
            for kind in ("version", "signature", "event", "document", "participant"):
                Model = self.env[f"customer.contract.{kind}"].with_user(self.users[role])
                self.assertTrue(Model.search([("contract_id", "in", ids)]), (role, kind))

    def test_files(self):
        documents = self.env["customer.contract.document"].search(
            [("contract_id", "in", [contract.id for contract in self.contracts.values()])]
        )
        signed = self.contracts["signed"]
        attachments = documents.ir_attachment_id | signed.sudo().signed_document_id
        for role in (*OUTSIDE, "inside_approver", "other_agent"):
            for attachment in attachments:
                with self.subTest(role=role, file=attachment.name):
                    own = attachment.with_user(self.users[role])
                    self.assertFalse(own.has_access("read"))
                    self.assertFalse(own.search([("id", "=", own.id)]))

    def test_messages(self):
        ids = [contract.id for contract in self.contracts.values()]
        domain = [("model", "=", "customer.contract"), ("res_id", "in", ids)]
        for role in OUTSIDE:
            user = self.users[role]
            found = self.env["mail.message"].with_user(user).search(domain)
            told = found.filtered(
                lambda message, user=user: user.partner_id not in message.sudo().partner_ids
            )
            with self.subTest(role=role):
                self.assertFalse(found.filtered(lambda one: "Matrix note" in one.sudo().body))
                self.assertLessEqual(self._get_names(told.mapped("res_id")), BY_ORM[role])
                comments = told.filtered(lambda one: "Matrix comment" in one.sudo().body)
                self.assertEqual(self._get_names(comments.mapped("res_id")), BY_ORM[role])

    def test_messages_are_written_by_those_who_are_named(self):
        self.customer_company.contract_colleague_access = True
        contract = self.contracts["sent"]
        message = {"body": "May I?", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for role in OUTSIDE:
            own = contract.with_user(self.users[role])
            is_named = role in ("outside_signer", "requester", "observer")
            with self.subTest(role=role):
                if is_named:
                    self.assertTrue(own.message_post(**message))
                else:
                    with self.assertRaises(AccessError):
                        own.message_post(**message)

    # === BY THE PORTAL'S PAGES === #

    def test_list_and_counters(self):
        names = ["contract_count", "contract_to_sign_count"]
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            answer = self.make_jsonrpc_request("/my/counters", {"counters": names})
            page = self.url_open("/my/contracts?search=Matrix").text
            found = {
                name
                for name, contract in self.contracts.items()
                if f'"/my/contracts/{contract.id}"' in page
            }
            with self.subTest(role=role):
                self.assertEqual(found, expected or set())
                self.assertEqual(answer["contract_count"], len(expected or set()))
                self.assertEqual(answer["contract_to_sign_count"], len(TO_DO.get(role, ())))

    def _get_status_of(self, path):
        """Return whether a page is shown, and check that it shows nothing otherwise."""
        response = self._get(path)
        if response.status_code != 200:
            self.assertNotIn(SECRET, response.text)
            self.assertNotIn("list of ovens", response.text)
        return response.status_code == 200

    def _get_shown(self, suffix=""):
        """Return on which contracts' pages the visitor is let in."""
        return {
            name
            for name, contract in self.contracts.items()
            if self._get_status_of(f"/my/contracts/{contract.id}{suffix}")
        }

    def test_pages(self):
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            with self.subTest(role=role):
                shown = ALL if role in PREVIEWERS else expected
                self.assertEqual(self._get_shown(), shown)
                self.assertEqual(self._get_shown("?report_type=html"), shown)
                # there is no file of what was never frozen
                files = shown - {"draft", "shared"}
                self.assertEqual(self._get_shown("?report_type=pdf"), files)

    def test_documents(self):
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            shown = ALL if role in PREVIEWERS else expected
            for name in ("draft", "shared", "sent", "hidden"):
                for document in self.contracts[name].document_ids:
                    path = f"/my/contracts/{self.contracts[name].id}/document/{document.id}"
                    is_open = name in shown and document.portal_visible
                    with self.subTest(role=role, file=document.name):
                        self.assertEqual(self._get_status_of(path), is_open)
        self._log_in(self.users["observer"])
        elsewhere = self.contracts["hidden"].document_ids.filtered("portal_visible")
        path = f"/my/contracts/{self.contracts['sent'].id}/document/{elsewhere.id}"
        self.assertFalse(self._get_status_of(path), "a document of another contract")

    def test_colleague_reads_and_does_nothing_else(self):
        self.customer_company.contract_colleague_access = True
        self._log_in(self.users["colleague"])
        self.assertEqual(self._get_shown(), {"sent", "signed"})
        page = self._get(f"/my/contracts/{self.contracts['sent'].id}").text
        self.assertIn("shown sent.pdf", page)
        self.assertNotIn("kept sent.pdf", page)
        self.assertNotIn("customer_contract.sign_form", page)
        self.assertIn('data-allow_composer="0"', page, "colleagues read messages only")

    def test_observers_are_not_told_to_wait_for_their_turn(self):
        self._log_in(self.users["observer"])
        page = self._get(f"/my/contracts/{self.contracts['sent'].id}").text
        self.assertNotIn("It is not your turn yet", page)
        self.assertIn('data-allow_composer="1"', page)

    def test_evidence(self):
        for role, user in self.users.items():
            self._log_in(user)
            for kind in ("evidence", "trail"):
                response = self._get(f"/contract/{self.contracts['sent'].id}/{kind}")
                with self.subTest(role=role, kind=kind):
                    expected = 200 if role in PREVIEWERS else 404
                    self.assertEqual(response.status_code, expected)

    # === ACTS === #

    def _get_routes(self):
        """Return the addresses of everything that a contract's page leads to."""
        # the map is made for the database that the thread serves
        threading.current_thread().dbname = self.env.cr.dbname
        found = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            if "<int:contract_id>" in rule.rule and "/preview/" not in rule.rule:
                methods = (rule.endpoint.routing.get("methods") or ["GET"])[0]
                found.append((rule.rule, rule.endpoint.routing["type"], methods))
        return sorted(set(found))

    def _fill_in(self, rule, contract):
        document = contract.document_ids.filtered("portal_visible")[:1]
        values = {"contract_id": contract.id, "document_id": document.id}
        return re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], document.id)), rule
        )

    def test_no_route_serves_or_does_anything_for_others(self):
        """Try every route there is, also those that somebody adds later."""
        contract = self.contracts["sent"]
        routes = self._get_routes()
        self.assertGreater(len(routes), 10)
        before = contract.trail_length
        states = contract.sudo().participant_ids.mapped("state")
        for role in ("stranger", "colleague", "former_observer", "other_agent", None):
            self._log_in(self.users[role] if role else None)
            token = self._get_csrf_token()
            for rule, kind, method in routes:
                path = self._fill_in(rule, contract)
                with self.subTest(role=role, method=method, path=rule):
                    if kind == "jsonrpc":
                        answer = self.make_jsonrpc_request(path, {"name": "X", "consent": True})
                        self.assertIn("error", answer)
                        continue
                    values = {"csrf_token": token, "reason": "No", "question": "Why?"}
                    response = (
                        self._get(path)
                        if method == "GET"
                        else self.url_open(path, data=values, allow_redirects=False)
                    )
                    if rule.endswith("/link"):  # answers the same to everybody
                        continue
                    self.assertNotEqual(response.status_code, 200)
                    for text in (SECRET, "list of ovens", "Aurora"):
                        self.assertNotIn(text, response.text)
        self._assert_untouched(contract, before, states)

    def _assert_untouched(self, contract, trail_length, states):
        contract.invalidate_recordset()
        contract.participant_ids.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.trail_length, trail_length)
        self.assertEqual(contract.sudo().participant_ids.mapped("state"), states)

    def test_readers_and_others_in_turn_cannot_act(self):
        contract = self.contracts["sent"]
        self.customer_company.contract_colleague_access = True
        states = contract.sudo().participant_ids.mapped("state")
        acts = ("approve", "decline", "dispute", "delegate", "channel")
        for role in ("requester", "observer", "colleague", "administrator", "own_contracts"):
            self._log_in(self.users[role])
            token = self._get_csrf_token()
            for act in acts:
                values = {
                    "csrf_token": token,
                    "reason": "No",
                    "name": "Nora",
                    "email": "nora@aurora.example.com",
                    "channel": "paper",
                    "digest": contract.current_version_id.content_digest,
                }
                path = f"/my/contracts/{contract.id}/{act}"
                response = self.url_open(path, data=values, allow_redirects=False)
                with self.subTest(role=role, act=act):
                    self.assertEqual(response.status_code, 422)
            with self.subTest(role=role, act="sign"):
                self.assertIn("error", self._sign(contract))
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.sudo().participant_ids.mapped("state"), states)

    # === PERSONAL LINKS === #

    def _issue(self, name, partner, **values):
        """Return the path of a new link, and the link."""
        participant = self._get_participant(self.contracts[name], partner)
        Link = self.env["customer.contract.link"]
        address = Link._issue(participant)
        link = Link._find(address.rpartition("/")[2])
        link.write(values)
        return f"/contract/sign/{address.rpartition('/')[2]}"

    def test_links(self):
        past = fields.Datetime.now() - timedelta(minutes=1)
        lost = "/contract/sign/nonsense"
        observer = self.users["observer"].partner_id
        for kind, path, expected in (
            ("none", None, set()),
            ("bad", lost, set()),
            ("expired", self._issue("sent", self.link_holder, expires_on=past), set()),
            ("revoked", self._issue("sent", self.link_holder, is_revoked=True), set()),
            ("valid", self._issue("sent", self.link_holder), {"sent"}),
            ("hidden, acts", self._issue("hidden", self.link_holder), {"hidden"}),
            ("signed", self._issue("signed", self.link_holder), {"signed"}),
            ("draft, acts", self._issue("shared", self.link_holder), set()),
            ("shared draft, observes", self._issue("shared", observer), {"shared"}),
            ("in approval, observes", self._issue("approval", observer), {"approval"}),
            ("not shared, observes", self._issue("draft", observer), set()),
            ("hidden, observes", self._issue("hidden", observer), set()),
            ("sent, observes", self._issue("sent", observer), {"sent"}),
        ):
            with self.subTest(link=kind):
                self._log_in()
                if path:
                    self._get(path)
                self.assertEqual(self._get_shown(), expected)

    def test_links_of_observers_end(self):
        observer = self.users["observer"].partner_id
        contract = self.contracts["sent"]
        path = self._issue("sent", observer)
        self._log_in()
        self._get(path)
        url = f"/my/contracts/{contract.id}"
        self.assertTrue(self._get_status_of(url))
        contract.action_unshare()
        self.assertFalse(self._get_status_of(url))
        self.assertIn("no longer shared with you", self._get(url).text)

    # === WHAT IT COSTS === #

    def _count_queries(self, path):
        """Return how often the database is asked for a page that was asked for before."""
        self._get(path)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_number_of_queries_is_constant(self):
        self.customer_company.contract_colleague_access = True
        pages = ("/my/contracts", f"/my/contracts/{self.contracts['sent'].id}")
        counts = {}
        for role in ("requester", "observer", "colleague"):
            self._log_in(self.users[role])
            counts[role] = [self._count_queries(page) for page in pages]
        for _number in range(8):
            contract = self.contracts["sent"].copy(
                {"requester_id": self.contracts["sent"].requester_id.id}
            )
            contract.with_user(self.manager).action_sign_as_manager(self.signature)
            contract.action_send()
        for role, before in counts.items():
            self._log_in(self.users[role])
            for page, few in zip(pages, before, strict=True):
                with self.subTest(role=role, page=page):
                    self.assertLessEqual(self._count_queries(page), few + 3)
