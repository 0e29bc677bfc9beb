from lxml import html

from odoo.tests import tagged

from ...models.portal.mail_mail import make_text_alternative
from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestLetter(ContractPortalCommon):
    """What people outside read in mails about contracts."""

    def setUp(self):
        super().setUp()
        self.manager.phone = "+32 2 555 01 02"
        self.env["res.lang"]._activate_lang("fr_FR")

    def _catch(self, act):
        """Return the mails that an act sends, newest first.

        :param callable act: what is done
        :rtype: recordset of `mail.mail`
        """
        known = self.env["mail.mail"].sudo().search([])
        act()
        return self.env["mail.mail"].sudo().search([], order="id desc") - known

    def _get_mail_to(self, mails, partner):
        return mails.filtered(
            lambda mail: partner in mail.recipient_ids or partner.email in (mail.email_to or "")
        )[:1]

    def _assert_letter(self, mail, partner, *words):
        """Assert that a mail has what every mail has: reader, sender, a phone-wide page."""
        page = html.document_fromstring(mail.body_html)
        text = " ".join(page.text_content().split())
        for word in (f"Hello {partner.name},", self.manager.name, self.company.name, *words):
            self.assertIn(word, text)
        self.assertIn("+32 2 555 01 02", text)
        self.assertNotRegex(text, r"[0-9a-f]{40}")
        buttons = page.xpath("//a[contains(@style, 'inline-block')]")
        self.assertLessEqual(len(buttons), 1)
        for node in page.xpath("//*[@width]"):
            self.assertIn("%", node.get("width"))
        return text

    def test_request(self):
        contract = self._create_contract(amount_total=1200, sign_deadline="2090-01-31")
        contract.participant_ids.sequence = 5
        mails = self._catch(contract.action_send)
        mail = self._get_mail_to(mails, self.customer)
        text = self._assert_letter(
            mail, self.customer, "1,200.00", "11:59", contract.title, "decline", "If you do nothing"
        )
        self.assertIn("Reference: " + contract.name, text)

    def test_signed_has_a_line_to_verify_and_no_hash(self):
        contract = self._create_signed_contract()
        mails = self._catch(lambda: self._finalize(contract))
        mail = self._get_mail_to(mails, self.customer)
        self._assert_letter(mail, self.customer, "Verify")
        self.assertIn(f"/contract/verify/{contract.verification_code}", mail.body_html)

    def test_each_reads_own_language(self):
        self.customer.lang = "fr_FR"
        other = self.env["res.partner"].create(
            {"name": "Ulla Un", "email": "ulla@aurora.example.com", "lang": "en_US"}
        )
        contract = self._create_contract()
        contract.write(
            {"participant_ids": [(0, 0, {"partner_id": other.id, "role": "signer", "sequence": 2})]}
        )
        contract.participant_ids.sequence = 5
        mails = self._catch(contract.action_send)
        french, english = (self._get_mail_to(mails, one) for one in (self.customer, other))
        self.assertIn('lang="fr-FR"', french.body_html)
        self.assertIn('lang="en-US"', english.body_html)
        self.assertNotEqual(french.mail_message_id, english.mail_message_id)
        self.assertIn("asks you to read and sign", english.body_html)

    def test_declining_has_a_receipt(self):
        contract = self._create_sent_contract()
        self._open_link(contract, self.customer)
        mails = self._catch(
            lambda: self._post(f"/my/contracts/{contract.id}/decline", reason="Far too dear")
        )
        mail = self._get_mail_to(mails, self.customer)
        self._assert_letter(mail, self.customer, "You have declined", "Far too dear")

    def test_disputing_has_a_receipt(self):
        contract = self._create_sent_contract()
        self._open_link(contract, self.customer)
        mails = self._catch(
            lambda: self._post(f"/my/contracts/{contract.id}/dispute", reason="Clause 2 is wrong")
        )
        mail = self._get_mail_to(mails, self.customer)
        self._assert_letter(mail, self.customer, "objected", "Clause 2 is wrong")

    def test_expiry_is_told(self):
        contract = self._create_sent_contract(sign_deadline="2090-01-31")
        contract._write_protected({"sign_deadline": "2020-01-01"})
        mails = self._catch(contract._expire)
        mail = self._get_mail_to(mails, self.customer)
        self._assert_letter(mail, self.customer, "has passed")
        self.assertNotIn("/contract/sign/", mail.body_html)

    def test_code(self):
        contract = self._create_sent_contract(identity_policy="code")
        participant = self._get_participant(contract, self.customer)
        mails = self._catch(participant._send_code)
        self._assert_letter(mails[:1], self.customer, contract.name, "ten minutes")

    def test_a_text_that_greets_is_not_greeted_twice(self):
        contract = self._create_sent_contract()
        words = "Hello Carla, please look at clause 3."
        mails = self._catch(
            lambda: contract.message_post(
                body=words,
                partner_ids=self.customer.ids,
                subtype_xmlid="mail.mt_comment",
            )
        )
        mail = self._get_mail_to(mails, self.customer)
        self.assertIn("o_contract_letter", mail.body_html)
        self.assertEqual(mail.body_html.count("Hello"), 1)

    def test_plain_text(self):
        contract = self._create_contract(amount_total=1200)
        contract.participant_ids.sequence = 5
        mails = self._catch(contract.action_send)
        mail = self._get_mail_to(mails, self.customer)
        text = make_text_alternative(mail.body_html)
        self.assertRegex(text, r"Review & Sign: https?://\S+/contract/sign/")
        self.assertNotIn("[1]", text)
        self.assertNotIn("*", text)
