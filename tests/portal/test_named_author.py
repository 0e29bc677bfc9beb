# What people write to each other is not translated.
# pylint: disable=translation-required
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ContractCommon

MAIL = """\
From: {sender}
To: catchall@example.com
Subject: Re: contract
Message-ID: <forged-{number}@example.com>
In-Reply-To: {reference}
Content-Type: text/plain

I agree to pay double
"""


@tagged("post_install", "-at_install")
class TestNamedAuthor(ContractCommon):
    """Whoever stands as a message's author wrote it."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()
        self.own = self.contract.with_user(self.manager)

    def _count(self):
        self.env.invalidate_all()
        return len(
            self.contract.sudo().message_ids.filtered(
                lambda one: (
                    one.author_id in self.customer | self.customer_company
                    and "pay double" in str(one.body)
                )
            )
        )

    def test_employees_do_not_write_as_customers(self):
        message = self.own.message_post(body="Mine")
        for call in (
            lambda: self.own.message_post(body="pay double", author_id=self.customer.id),
            lambda: self.own.message_post(
                body="pay double", email_from=self.customer.email, message_type="comment"
            ),
            lambda: self.own.message_post(
                body="pay double", message_type="email", author_id=self.customer.id
            ),
            lambda: (
                self.env["mail.message"]
                .with_user(self.manager)
                .create(
                    {
                        "model": "customer.contract",
                        "res_id": self.contract.id,
                        "body": "pay double",
                        "author_id": self.customer.id,
                        "message_type": "comment",
                    }
                )
            ),
            lambda: message.with_user(self.manager).write({"author_id": self.customer.id}),
            lambda: (
                self.env["mail.thread"]
                .with_user(self.manager)
                .message_process(False, self._prepare_mail())
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
            self.assertFalse(self._count())

    def _prepare_mail(self, number=1):
        reference = self.contract.sudo().message_ids.sorted("id")[-1].message_id
        return MAIL.format(sender=self.customer.email_formatted, number=number, reference=reference)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_the_gateway_takes_in_what_customers_write(self):
        for number, uid in enumerate((SUPERUSER_ID, self.env.ref("base.user_admin").id), 5):
            self.env["mail.thread"].with_user(uid).message_process(
                False, self._prepare_mail(number)
            )
        self.assertEqual(self._count(), 2)

    def test_people_write_as_themselves(self):
        self.own.message_post(body="Mine")
        self.own.message_post(body="Ours", author_id=self.env.ref("base.user_admin").partner_id.id)
        self.contract.with_user(self.portal_user).message_post(body="pay double")
        self.assertEqual(self._count(), 1)
