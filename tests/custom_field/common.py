from odoo import Command

from ...utils import Actor
from ..common import ContractCommon


class ContractValueCommon(ContractCommon):
    """A type with custom fields, some of which the customer fills in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract_type = cls.env["customer.contract.type"].create(
            {
                "name": "Delivery",
                "field_ids": [
                    Command.create(values)
                    for values in (
                        {
                            "label": "Delivery Date",
                            "value_type": "date",
                            "is_editable": True,
                            "is_required": True,
                            "minimum": "2026-01-01",
                        },
                        {"label": "Ovens", "value_type": "integer", "is_editable": True}
                        | {"minimum": "1", "maximum": "20"},
                        {"label": "Deposit", "value_type": "monetary", "is_editable": True},
                        {"label": "Weekend Service", "value_type": "boolean", "is_editable": True},
                        {
                            "label": "Carrier",
                            "value_type": "selection",
                            "choices": "Own van\nPost",
                            "is_editable": True,
                            "needs_approval": True,
                        },
                        {
                            "label": "Tax ID",
                            "default_source": "partner_id.vat",
                            "is_editable": True,
                            "pattern": "[A-Z]{2}[0-9]{4}",
                            "pattern_message": "Two letters and four digits, please.",
                        },
                        {"label": "Remarks", "value_type": "text", "is_editable": True},
                        {"label": "Margin", "value_type": "float", "is_in_contract": False},
                    )
                ],
            }
        )
        cls.contract_type.field_ids.flush_recordset()
        cls.fields_by_label = {row.label: row for row in cls.contract_type.field_ids}

    @classmethod
    def _create_delivery(cls, **values):
        """Create a contract with custom fields and placeholders, ready to be sent."""
        return cls._create_contract(
            **{
                "type_id": cls.contract_type.id,
                "properties": {
                    "delivery_date": "2027-03-01",
                    "ovens": 2,
                    "carrier": "own_van",
                    "margin": 12.5,
                },
                "section_ids": [
                    Command.create(
                        {
                            "title": "Delivery",
                            "body": "<p>We deliver {{ Ovens }} ovens on "
                            "<b>{{ Delivery Date }}</b>.</p>",
                        }
                    ),
                    Command.create(
                        {
                            "title": "Weekends",
                            "body": "<p>We come on weekends.</p>",
                            "condition_field_id": cls.fields_by_label["Weekend Service"].id,
                        }
                    ),
                    Command.create({"title": "Price", "body": "<p>The price is fixed.</p>"}),
                ],
                **values,
            }
        )

    def _create_sent_delivery(self, **values):
        """Create such a contract and send it; the customer is in turn."""
        contract = self._create_delivery(**values)
        contract.action_send()
        return contract

    def _create_countersigned_delivery(self):
        """Create such a contract that our manager signed before the customer."""
        contract = self._create_delivery()
        for person in contract.participant_ids:
            person.sequence = 10 if person.party == "company" else 20
        self._sign_as_manager(contract)
        contract.action_send()
        return contract

    def _confirm(self, contract, partner=None, digest=None, identified_by="portal", **typed):
        """Confirm details as the page does."""
        contract = contract.with_user(self.portal_user).sudo()
        participant = self._get_participant(contract, partner or self.customer)
        result = contract._confirm_values(
            Actor(participant.with_env(contract.env), identified_by),
            typed,
            digest=digest or contract.current_version_id.content_digest,
        )
        contract.invalidate_recordset()
        return result
