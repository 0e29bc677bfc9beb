from odoo.tests import tagged

from .common import ContractPortalCommon

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


@tagged("post_install", "-at_install")
class TestView(ContractPortalCommon):
    """What counts as viewed: what a browser confirms, or an act; not a plain request."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self.participant = self._get_participant(self.contract, self.link_holder)
        self.path = self._issue_link(self.contract, self.link_holder)
        self._log_in()

    def _open(self, agent=BROWSER, **headers):
        response = self.url_open(self.path, headers={"User-Agent": agent, **headers})
        self.env.invalidate_all()
        return response

    def test_request_is_no_view(self):
        page = self._open()
        self.assertEqual(page.status_code, 200)
        self.assertIn("data-viewed-url", page.text)
        self.assertEqual(self.participant.state, "requested")
        self.assertEqual(self._count_events(self.contract, "link_opened"), 1)
        self.assertFalse(self._count_events(self.contract, "viewed"))

    def test_browser_confirms(self):
        self._open()
        self._confirm_view(self.contract)
        self._confirm_view(self.contract)
        self.assertEqual(self.participant.state, "viewed")
        self.assertEqual(self._count_events(self.contract, "viewed"), 1)

    def test_programs_are_recorded_as_such(self):
        for agent, headers in (
            ("BingPreview/1.0b", {}),
            ("Googlebot/2.1", {}),
            (BROWSER, {"Sec-Purpose": "prefetch;prerender"}),
        ):
            self._open(agent, **headers)
        self.assertEqual(self._count_events(self.contract, "link_fetched"), 3)
        self.assertFalse(self._count_events(self.contract, "link_opened"))
        self.assertEqual(self.participant.state, "requested")
        link = self.env["customer.contract.link"].search(
            [("participant_id", "=", self.participant.id)], limit=1
        )
        self.assertFalse(link.opened_on)

    def test_first_act_counts_as_view(self):
        self._open()
        self.assertIn("redirect_url", self._sign(self.contract, name="Lina Link"))
        self.assertEqual(self._count_events(self.contract, "viewed"), 1)
        kinds = self.contract.sudo().event_ids.sorted("sequence").mapped("event_type")
        self.assertLess(kinds.index("viewed"), len(kinds) - 1 - kinds[::-1].index("signed"))

    def test_strangers_confirm_nothing(self):
        self.assertIn("error", self._confirm_view(self.contract))
        stranger = self._create_portal_user("view_stranger", "Sam Stranger")
        self._log_in(stranger)
        self.assertIn("error", self._confirm_view(self.contract))
        self.assertFalse(self._count_events(self.contract, "viewed"))
