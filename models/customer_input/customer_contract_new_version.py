from odoo import api, models
from odoo.tools import format_list

from ...const import PENDING_STATES


class CustomerContract(models.Model):
    """New versions that confirmed details make while the contract is out for signature.

    The person who confirmed them goes on without waiting for anybody: whoever signed the
    version before is asked again afterwards. Those signatures remain as history.
    """

    _inherit = "customer.contract"

    # === WHO SIGNS FIRST === #

    def _get_signing_order(self):
        # Customers who may change something sign first, so that nobody signs twice.
        order = super()._get_signing_order()
        has_editable = bool(self.sudo().type_id._get_editable_fields())
        return "counterparty_first" if order == "company_first" and has_editable else order

    @api.onchange("type_id")
    def _onchange_type_turns_order(self):
        if self._can_be_edited():
            self._turn_proposed_order()

    def write(self, vals):
        result = super().write(vals)
        if "type_id" in vals and "participant_ids" not in vals and not self._is_system_write():
            for contract in self:
                contract._turn_proposed_order()
        return result

    def _turn_proposed_order(self):
        """Have the proposed signers stand in the usual order of the contract's type."""
        self.ensure_one()
        proposed = {
            person.party: person
            for person in self.participant_ids
            if person.is_proposed and person.role == "signer" and not person.step_id
        }
        if set(proposed) != {"company", "counterparty"}:
            return
        usual = {
            values["party"]: values["sequence"] for values in self._prepare_proposed_participants()
        }
        present = {party: person.sequence for party, person in proposed.items()}
        turned = {"company": usual.get("counterparty"), "counterparty": usual.get("company")}
        if present == turned and present != usual:
            for party, person in proposed.items():
                person.sequence = usual[party]

    # === NEW VERSIONS === #

    def _apply_values(self, actor, changes):
        """Have changed values count: record them and freeze the contract with them.

        :param Actor actor: who changed them, elevated
        :param dict changes: new values by the fields' names
        """
        self.ensure_one()
        participant = actor.participant
        handovers_sudo = self._get_devices_in_use(participant)
        again = self._get_signed_before(participant)
        names = again.mapped("partner_id.name")
        described = self._log_values_changed(actor, changes, names)
        self._write_values(changes)
        self._log_event("version_superseded", details={"version": self.current_version_id.number})
        self._ask_again_after(again, participant)
        self._record_version(author=participant.partner_id.name)
        handovers_sudo.version_id = self.current_version_id
        self._mark_confirmed(participant)
        self._tell_of_changed_values(participant, described, names)

    def _get_devices_in_use(self, participant):
        """Return the device that was handed over to a person and is in that person's hands.

        It shows the new version in the same sitting.

        :param recordset participant: the person
        :rtype: recordset of `customer.contract.in.person`, elevated
        """
        # Nobody has rights on handovers.
        Handover_sudo = self.env["customer.contract.in.person"].sudo()
        return Handover_sudo._get_of(participant).filtered(lambda one: one._is_usable())

    def _log_values_changed(self, actor, changes, names=()):
        """Record changed values in the trail, before they are written.

        :param Actor actor: who changed them
        :param dict changes: new values by the fields' names
        :param list[str] names: who is asked to sign again
        :return: old and new text by label
        :rtype: dict[str, list[str]]
        """
        described = self._describe_value_changes(changes)
        self._log_event(
            "values_changed",
            details={"fields": described, **({"sign_again": list(names)} if names else {})},
            actor=actor,
        )
        return described

    def _get_signed_before(self, participant):
        """Return who has signed the current version and would have to sign a new one.

        :param recordset participant: who would change something
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        return self.sudo().participant_ids.filtered(
            lambda person: (
                person.role == "signer" and person.state == "done" and person != participant
            )
        )

    def _ask_again_after(self, again, participant):
        """Put those who have to sign again behind the person who goes on.

        They keep their order among themselves, and come before whoever comes later.

        :param recordset again: those who have signed the version before
        :param recordset participant: the person who goes on
        """
        if not again:
            return
        steps = again.step_id
        # Somebody else of a step need not act in place of whoever signs again.
        freed = steps.participant_ids.filtered(lambda person: person.state == "skipped")
        moved = again | steps.participant_ids
        moved |= moved.union(*(person._get_origin() for person in moved))
        moved -= participant | participant.step_id.participant_ids
        orders = sorted({person.sequence for person in moved})
        places = {order: participant.sequence + place for place, order in enumerate(orders, 1)}
        later = (self.participant_ids - moved).filtered(
            lambda person: person.sequence > participant.sequence
        )
        self._move_participants(
            {
                **{person: person.sequence + len(orders) for person in later},
                **{person: places[person.sequence] for person in moved},
            }
        )
        (again | freed)._write_protected({"state": "waiting", "done_on": False})

    def _move_participants(self, orders):
        """Give participants other places in the order; those of a step move together.

        :param dict orders: the new order by participant
        """
        steps = self.env["customer.contract.routing.step"]
        for person, order in orders.items():
            if not person.step_id:
                person._write_protected({"sequence": order})
            elif person.step_id not in steps:
                steps |= person.step_id
                person.step_id._write_protected({"sequence": order})

    def _tell_of_changed_values(self, participant, described, names):
        """Tell the manager, and whoever else has the contract before them.

        :param recordset participant: who changed something
        :param dict described: old and new text by label
        :param list[str] names: who is asked to sign again
        """
        # Whoever acts in the portal makes messages go out that only employees may write.
        contract_sudo = self.sudo()

        def tell(env):
            text = env._(
                "%(person)s changed %(changes)s. Version %(number)s is out for signature now.",
                person=participant.partner_id.name,
                changes=self.with_env(env)._format_value_changes(described),
                number=contract_sudo.current_version_id.number,
            )
            if names:
                text += " " + env._(
                    "Asked to sign again, after %(person)s: %(people)s.",
                    person=participant.partner_id.name,
                    people=format_list(env, list(names)),
                )
            return text

        self._tell_manager(tell, activity_type=None)
        others_sudo = contract_sudo._get_acting_participants().filtered(
            lambda person: (
                person != participant
                and person._is_outside()
                and person.requested_on
                and person.state in PENDING_STATES
            )
        )
        if others_sudo:
            self._send_template(
                "customer_contract.mail_template_values_changed", others_sudo.partner_id
            )
