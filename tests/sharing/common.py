from odoo.fields import Domain
from odoo.tests import new_test_user

from ..common import ContractCommon


class SharingCommon(ContractCommon):
    """People of a customer who read along, and some who may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.observer_user = cls._create_portal_user("sharing_observer", "Olga Observer")
        cls.observer = cls.observer_user.partner_id
        cls.requester_user = cls._create_portal_user("sharing_requester", "Rick Requester")
        cls.requester = cls.requester_user.partner_id
        cls.colleague_user = cls._create_portal_user("sharing_colleague", "Colin Colleague")
        cls.other_company = cls.env["res.partner"].create(
            {"name": "Zenith Mills", "is_company": True}
        )
        cls.outsider = cls.env["res.partner"].create(
            {
                "name": "Otto Outsider",
                "email": "otto@zenith.example.com",
                "parent_id": cls.other_company.id,
            }
        )
        cls.manager.group_ids += cls.env.ref("base.group_partner_manager")
        cls.administrator = new_test_user(
            cls.env,
            login="sharing_administrator",
            groups="customer_contract.group_contract_manager,base.group_partner_manager",
        )

    @classmethod
    def _create_portal_user(cls, login, name):
        user = new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@aurora.example.com",
            groups="base.group_portal",
        )
        user.partner_id.parent_id = cls.customer_company
        return user

    def _sees(self, user, contract):
        """Tell whether a portal user finds a contract, by rule and by domain alike."""
        self.env.invalidate_all()
        own = contract.with_user(user)
        by_rule = own.has_access("read")
        by_domain = bool(own.sudo().filtered_domain(own._get_portal_domain()))
        by_search = bool(
            own.sudo().search(own._get_portal_domain() & Domain("id", "=", contract.id))
        )
        self.assertEqual(by_rule, by_domain)
        self.assertEqual(by_rule, by_search)
        return by_rule

    def _share(self, contract, **values):
        return contract.with_user(self.manager).action_share_with_customer(
            **{
                "requester_id": self.requester.id,
                "observer_ids": self.observer.ids,
                **values,
            }
        )

    def _get_observers(self, contract):
        contract.invalidate_recordset()
        return contract.sudo()._get_observers().partner_id

    def _get_mailed(self, contract, text="shared a contract with you"):
        """Return who was told that the contract is shared."""
        messages = contract.sudo().message_ids.filtered(lambda one: text in (one.subject or ""))
        return messages.partner_ids

    def _get_event_types(self, contract):
        contract.invalidate_recordset()
        return contract.sudo().event_ids.mapped("event_type")

    def _observe(self, contract, partner=None):
        """Add an observer the way a program does."""
        return (
            self.env["customer.contract.participant"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": contract.id,
                    "partner_id": (partner or self.observer).id,
                    "role": "observer",
                }
            )
        )
