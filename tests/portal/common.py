import re
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import http
from odoo.tests import HttpCase, new_test_user

from ..common import ContractCommon


class ContractPortalCommon(ContractCommon, HttpCase):
    """Visitors of the portal, and what they do there over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consent = cls.env["customer.contract.consent"]._get_current(cls.company, "en_US")
        cls.link_holder = cls.env["res.partner"].create(
            {
                "name": "Lina Link",
                "email": "lina@aurora.example.com",
                "parent_id": cls.customer_company.id,
            }
        )

    def setUp(self):
        super().setUp()
        self._watch_for_writes()

    def _watch_for_writes(self):
        """Have a test fail in which a route that only reads wrote: Odoo serves it again.

        A replica of the database would have refused it, and the request is made twice.
        """
        warnings = self.startPatcher(patch.object(http._logger, "warning"))
        self.addCleanup(
            lambda: self.assertFalse(
                [call for call in warnings.mock_calls if "read/write cursor" in str(call)]
            )
        )

    @classmethod
    def _create_portal_user(cls, login, name, company=None):
        """Create a portal user, as a contact of a company."""
        user = new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@aurora.example.com",
            groups="base.group_portal",
        )
        if company:
            user.partner_id.parent_id = company
        return user

    def _log_in(self, user=None):
        """Start a new session, as a user or as nobody."""
        login = user.login if user else None
        self.authenticate(login, login)

    def _issue_link(self, contract, partner):
        """Return the path of a new personal link."""
        participant = self._get_participant(contract, partner)
        address = self.env["customer.contract.link"]._issue(participant)
        return urlsplit(address).path

    def _open_link(self, contract, partner):
        """Come as somebody without an account, by a new personal link."""
        self._log_in()
        return self.url_open(self._issue_link(contract, partner))

    def _get(self, path, **kwargs):
        """Open a page without following redirections."""
        return self.url_open(path, allow_redirects=False, **kwargs)

    def _get_csrf_token(self):
        """Return the token of the current session."""
        page = self.url_open("/web/login").text
        return re.search(r'csrf_token: "([^"]+)"', page).group(1)

    def _post(self, path, **values):
        """Send a form without following redirections."""
        data = {"csrf_token": self._get_csrf_token(), **values}
        return self.url_open(path, data=data, allow_redirects=False)

    def _sign(self, contract, **values):
        """Send a signature, as the signing form does.

        :return: what the route answers
        :rtype: dict
        """
        params = {
            "name": "Carla Customer",
            "signature": self.signature,
            "digest": contract.current_version_id.content_digest,
            "consent": self.consent.digest,
            **values,
        }
        answer = self.make_jsonrpc_request(f"/my/contracts/{contract.id}/sign", params)
        self.env.invalidate_all()
        return answer

    def _confirm_view(self, contract):
        """Tell that the contract's page is shown, as its script does."""
        answer = self.make_jsonrpc_request(f"/my/contracts/{contract.id}/viewed", {})
        self.env.invalidate_all()
        return answer

    def _count_events(self, contract, event_type):
        """Count the events of one kind in a contract's trail."""
        contract.invalidate_recordset()
        events = contract.sudo().event_ids
        return len(events.filtered(lambda event: event.event_type == event_type))
