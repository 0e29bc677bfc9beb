from odoo.http import root
from odoo.tests import tagged

from ..portal.common import ContractPortalCommon
from .test_in_person import TestInPersonHttp


@tagged("post_install", "-at_install")
class TestOneDevice(ContractPortalCommon):
    """The code of a handed-over device opens one device, whoever comes when."""

    _hand_over = TestInPersonHttp._hand_over
    _start = TestInPersonHttp._start

    def _get_handover(self, path):
        return self.env["customer.contract.in.person"]._find(path.rpartition("/")[2])

    def test_a_session_without_the_devices_secret_is_closed(self):
        """What a retried request leaves in a session opens nothing."""
        contract = self._create_sent_contract()
        path = self._hand_over(contract)
        handover = self._get_handover(path)
        self._log_in()
        self._start(path)
        self.assertEqual(self._get(contract.access_url).status_code, 200)
        for left in (
            handover.id,
            {"id": handover.id, "secret": ""},
            {"id": handover.id, "secret": "x"},
        ):
            session = self.authenticate(None, None)
            session["customer_contract_in_person"] = left
            self._save(session)
            with self.subTest(left=left):
                self.assertEqual(self._sign(contract)["reason"], "no_access")

    def _save(self, session):
        root.session_store.save(session)

    def test_it_is_opened_once(self):
        contract = self._create_sent_contract()
        handover = self._get_handover(self._hand_over(contract))
        secret = handover._open()
        self.assertTrue(secret)
        self.assertIsNone(handover._open())
        self.assertTrue(handover._is_opened_by(secret))
        self.assertFalse(handover._is_opened_by(handover.session_digest))
        self.assertFalse(handover._is_opened_by(None))

    def test_a_locked_row_opens_nothing(self):
        """Of two devices at the same moment, the second finds the row taken."""
        contract = self._create_sent_contract()
        handover = self._get_handover(self._hand_over(contract))
        taken = []
        self.patch(
            type(handover),
            "try_lock_for_update",
            lambda records, **kwargs: taken.append(1) or records.browse(),
        )
        self.assertIsNone(handover._open())
        self.assertTrue(taken)
        self.assertFalse(handover.opened_on)

    def test_another_address_leads_back(self):
        contract, other = self._create_sent_contract(), self._create_sent_contract()
        self._log_in()
        path = self._hand_over(contract)
        self._start(path)
        for address in (other.access_url, path, "/contract/in_person/nonsense"):
            with self.subTest(address):
                answer = self._get(address)
                self.assertEqual(answer.status_code, 303)
                self.assertTrue(answer.headers["Location"].endswith(contract.access_url))
        self.assertIn("redirect_url", self._sign(contract))
