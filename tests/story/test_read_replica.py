"""What may be served by a replica of the database, and what is written all the same."""

import json
import threading
from types import FunctionType
from unittest.mock import patch

from odoo import http
from odoo.tests import tagged

from ...controllers.access import OWN_ACTS_SECONDS, may_read_replica
from ..document.common import DocumentCommon
from ..portal.common import ContractPortalCommon

# Each route by its function, with whether a replica may serve it. A new route has to say.
READ = {
    "portal_my_contracts",
    "portal_contract_page",  # views are confirmed by a request of their own
    "preview_contract_page",
    "refuse_act_in_preview",
    "open_document",
    "portal_contract_document",
    "preview_contract_document",
    "get_dispute_file",
    "show_paper_page",
    "show_paper_scan",
    "open_in_person",
    "download_evidence",
    "download_trail",
    "verify",
    "verify_code",
    "verify_file",
}
WRITTEN = {
    "open_personal_link",  # the opening is recorded on link and trail
    "renew_personal_link",
    "confirm_view",
    "start_in_person",
    "end_in_person",
    "download_paper",  # makes the copy to print
    "upload_paper",
    "arrange_paper",
    "send_paper",
    "choose_channel",
    "approve_contract",
    "ask_about_contract",
    "decline_contract",
    "delegate_contract",
    "dispute_contract",
    "reply_to_dispute",
    "end_dispute",
    "fill_in_values",
    "send_code",
    "sign_contract",
}
# Public methods that programs read by. Those of buttons are not among them, even if they
# only lead somewhere: the form saves first, and they look at what was saved.
READING_METHODS = {
    ("customer.contract", "get_audit_trail"),
    ("customer.contract", "get_readable_audit_trail"),
    ("customer.contract", "get_evidence_bundle"),
    ("customer.contract", "verify_integrity"),
    ("customer.contract", "check_evidence_file"),
    ("customer.contract.health", "get_health"),
}
# They say nothing that is in the database, or are Odoo's own.
OTHER_METHODS = {
    "authenticate",
    "copy",
    "copy_data",
    "create",
    "default_get",
    "export_data",
    "get_import_templates",
    "get_portal_url",
    "get_wkhtmltopdf_state",
    "init",
    "message_post",
    "onchange",
    "reset_template",
    "send_after_commit",
    "unlink",
    "update_field_translations",
    "write",
}


@tagged("post_install", "-at_install")
class TestReadReplica(DocumentCommon, ContractPortalCommon):
    """What only reads is served by a cursor that only reads; what happened is kept."""

    def setUp(self):
        super().setUp()
        # Routes are asked for by requests; here, by a thread that knows its database.
        thread = threading.current_thread()
        self.startPatcher(patch.object(thread, "dbname", self.env.cr.dbname, create=True))
        self.served = []
        serve = http.Request._serve_ir_http

        def watch(request, rule, args):
            self.served.append((rule.endpoint.func.__name__, request.env.cr.readonly))
            return serve(request, rule, args)

        self.startPatcher(patch.object(http.Request, "_serve_ir_http", watch))

    def _take_served(self):
        """Return which routes were served since, and whether by a reading cursor."""
        served, self.served[:] = list(self.served), []
        return served

    def _read(self, path, **kwargs):
        """Get a page, which one reading cursor is to serve; return it."""
        self._take_served()
        answer = self._get(path, **kwargs)
        [(name, is_reading)] = self._take_served()
        self.assertTrue(is_reading, f"{name} was not served by a reading cursor")
        self.assertIn(name, READ)
        self.env.invalidate_all()
        return answer

    def _call(self, method, *arguments):
        """Call a method of a contract as the web client does; return its result."""
        self._take_served()
        params = {"model": "customer.contract", "method": method, "args": arguments, "kwargs": {}}
        result = self.make_jsonrpc_request("/web/dataset/call_kw", params)
        self.env.invalidate_all()
        return result

    def test_every_route_says(self):
        rules = self.env["ir.http"].routing_map().iter_rules()
        routes = {
            rule.endpoint.func.__name__: rule.endpoint.routing["readonly"]
            for rule in rules
            if self.registry["ir.http"]._is_contract_route(rule)
        }
        self.assertEqual(
            {name for name, readonly in routes.items() if readonly is may_read_replica}, READ
        )
        self.assertEqual({name for name, readonly in routes.items() if readonly is False}, WRITTEN)
        self.assertEqual(set(routes), READ | WRITTEN)

    def test_every_method_says(self):
        reading, undecided = set(), set()
        for model in self.registry.values():
            for name in self._find_own_methods(model):
                if any(getattr(vars(cls).get(name), "_readonly", False) for cls in model.mro()):
                    reading.add((model._name, name))
                elif name not in OTHER_METHODS and not name.startswith("action_"):
                    undecided.add((model._name, name))
        self.assertEqual(reading, READING_METHODS)
        self.assertFalse(undecided, "say neither that they read nor that they act")

    def _find_own_methods(self, model):
        """Return the names of the public methods that this addon gives to a model."""
        return {
            name
            for cls in model.mro()
            if cls.__module__.startswith("odoo.addons.customer_contract.")
            for name, value in vars(cls).items()
            if isinstance(value, FunctionType) and not name.startswith("_")
        }

    def test_customer_reads(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        document = self._create_document(contract, portal_visible=True)
        url = contract.access_url
        self._log_in(self.portal_user)
        for path in ("/my/contracts", url, f"{url}?report_type=html"):
            self.assertEqual(self._read(path).status_code, 200)
        self.assertFalse(self._count_events(contract, "downloaded"))

        signed = self._read(f"{url}?report_type=pdf&download=true")
        self.assertEqual(signed.content, contract.sudo().signed_document_id.raw)
        self.assertEqual(self._count_events(contract, "downloaded"), 1)
        self._read(f"{url}/document/{document.id}?download=1")
        self.assertEqual(self._count_events(contract, "downloaded"), 2)
        self.assertEqual(self._get_log(document).mapped("act"), ["downloaded"])
        event = contract.sudo().event_ids.sorted("sequence")[-1]
        payload = event._get_payload()
        self.assertEqual(payload["actor"]["login"], self.portal_user.login)
        self.assertEqual(payload["details"]["file"], document.name)
        self.assertTrue(payload["ip_address"])
        self.assertTrue(contract.with_user(self.manager).verify_integrity()["ok"])

    def test_nothing_is_served_that_is_not_recorded(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        self._log_in(self.portal_user)
        append = self.registry["customer.contract.event"]._append_row
        tries = []

        def fail(events, *arguments):
            tries.append(events.env.cr)
            if len(tries) == 1:
                raise OSError("the database does not answer")
            return append(events, *arguments)

        path = f"{contract.access_url}?report_type=pdf"
        with (
            patch.object(self.registry["customer.contract.event"], "_append_row", fail),
            self.assertLogs("odoo.http", "ERROR"),
        ):
            self.assertEqual(self._read(path).status_code, 500)
            self.assertFalse(self._count_events(contract, "downloaded"))
            self.assertEqual(self._read(path).status_code, 200)
        self.assertEqual(self._count_events(contract, "downloaded"), 1)

    def test_auditor_reads(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        self._log_in(self.manager)
        trail = self._call("get_audit_trail", contract.ids)
        self.assertEqual(self._take_served(), [("call_kw", True)])
        self.assertEqual(trail[-1]["hash"], contract.sudo().trail_head)
        self.assertTrue(self._call("verify_integrity", contract.ids)["ok"])
        self.assertTrue(self._call("get_readable_audit_trail", contract.ids))
        self.assertEqual(self._take_served(), [("call_kw", True)])
        self.assertTrue(self._call("get_evidence_bundle", contract.ids))
        self.assertEqual(self._take_served(), [("call_kw", True)])
        self.assertEqual(self._count_events(contract, "bundle_exported"), 1)

        answer = self._read(f"/contract/{contract.id}/evidence")
        self.assertEqual(answer.content[:2], b"PK")
        self.assertEqual(self._count_events(contract, "bundle_exported"), 2)
        rows = json.loads(self._read(f"/contract/{contract.id}/trail?format=json").text)
        self.assertEqual(rows[-1]["event_type"], "bundle_exported")
        self.assertEqual(self._count_events(contract, "trail_exported"), 1)

    def test_anybody_verifies(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        self._log_in()
        self.assertEqual(self._read("/contract/verify").status_code, 200)
        code = contract.sudo().verification_code
        self.assertIn(contract.name, self._read(f"/contract/verify/{code}").text)
        # what is tried in vain is counted, whoever serves it
        self.assertEqual(self._read("/contract/verify/NOSUCHCODE").status_code, 404)
        attempts = self.env["customer.contract.rate.limit"].search_count(
            [("scope", "=", "verification")]
        )
        self.assertEqual(attempts, 1)

    def test_own_acts_are_seen(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._read(contract.access_url)
        self._confirm_view(contract)
        self._read(contract.access_url)
        self.assertIn("redirect_url", self._sign(contract))
        self._take_served()
        page = self._get(contract.access_url)
        self.assertEqual(self._take_served(), [("portal_contract_page", False)])
        self.assertNotIn("o_contract_sign_button", page.text)
        with patch("odoo.addons.customer_contract.controllers.access.OWN_ACTS_SECONDS", -1):
            self._read(contract.access_url)
        self.assertGreaterEqual(OWN_ACTS_SECONDS, 30)

    def test_fresh_link_works(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        path = self._issue_link(contract, self.link_holder)
        self._log_in()
        self._get(path)
        self._take_served()
        self._get(contract.access_url)
        self.assertEqual(self._take_served(), [("portal_contract_page", False)])
        self._log_in()
        with patch("odoo.addons.customer_contract.controllers.link.OWN_ACTS_SECONDS", -1):
            self._get(path)
        self.assertEqual(self._read(contract.access_url).status_code, 200)

    def test_replaced_version_is_not_seen(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        digest = contract.sudo().current_version_id.content_digest
        self.assertIn(f'data-viewed-digest="{digest}"', self._read(contract.access_url).text)
        for shown, count in (("0" * 64, 0), (digest, 1)):
            self.make_jsonrpc_request(f"{contract.access_url}/viewed", {"digest": shown})
            self.env.invalidate_all()
            self.assertEqual(self._count_events(contract, "viewed"), count)
