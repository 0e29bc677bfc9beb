from odoo import _, fields, models
from odoo.exceptions import UserError

from ...utils import Actor, check_one, strip_unseen


class CustomerContractPaper(models.Model):
    """How a paper that was sent is checked: accepted as a signature, or returned."""

    _inherit = "customer.contract.paper"

    def action_accept(self, reason=""):
        """Accept papers as the signatures of those who signed them.

        :param str reason: why, if the page check found something
        :return: True
        :rtype: bool
        :raise UserError: if a paper cannot be accepted now, or needs a reason
        """
        for paper in self:
            paper._check_may_decide()
            # Signatures are written by the system alone.
            paper.sudo()._accept(decided_by=self.env.user.name, reason=reason)
        return True

    def action_return(self, reason):
        """Return papers to those who sent them, who are asked to send them again.

        :param str reason: what has to change; they read it
        :return: True
        :rtype: bool
        :raise UserError: if a paper is no longer to be checked, or no reason is given
        """
        for paper in self:
            paper._check_may_decide()
            # Papers are written by the system alone.
            paper.sudo()._return(decided_by=self.env.user.name, reason=reason)
        return True

    def action_open_accept(self):
        """Accept the paper; ask why if the page check found something.

        :return: an action, or True
        :rtype: dict | bool
        """
        check_one(self)
        self._check_may_decide()
        if self.check_state == "matched":
            return self.action_accept()
        return self._open_decision("accept", _("Accept Nevertheless"))

    def action_open_return(self):
        """Ask why the paper is returned.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self._check_may_decide()
        return self._open_decision("return", _("Return to the Signer"))

    def action_open_form(self):
        """Open the paper beside its version.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self._get_form_action()

    def _open_decision(self, purpose, title):
        """Open the dialog that asks for a reason.

        :param str purpose: ``accept`` or ``return``
        :param str title: the dialog's title
        :rtype: dict
        """
        return self.contract_id._open_dialog(
            "customer.contract.paper.decide",
            title,
            {"default_paper_id": self.id, "default_purpose": purpose},
        )

    def _get_form_action(self):
        """Return the action that opens the paper beside its version.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Check the Signed Paper"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _check_may_decide(self):
        """Refuse whoever may not decide on the paper.

        :raise AccessError: for those who may not change the contract; for signatures of
            the company also for those who may not sign for it
        """
        self.ensure_one()
        self.check_access("read")
        self.contract_id._check_may_decide_on_papers()
        if self.participant_id.party == "company":
            self.contract_id._check_may_sign_for_company()

    def _check_is_to_check(self):
        """Refuse to decide on a paper that does not wait for it.

        :raise UserError: if it does not
        """
        self.ensure_one()
        self.contract_id._lock_for_act()
        if self.state != "submitted":
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                _("This paper is no longer to be checked: %(state)s.", state=labels[self.state])
            )

    def _accept(self, decided_by, reason=""):
        """Make the scan the signature of its signer, and go on with whoever is next.

        :param str decided_by: the employee who checked it; nobody if all codes matched
            and the company wants no more
        :param str reason: why, if the page check found something
        :return: the signature
        :rtype: recordset of `customer.contract.signature`
        :raise UserError: if it cannot be accepted now
        """
        self._check_is_to_check()
        contract, participant = self.contract_id, self.participant_id
        if (
            contract.state != "sent"
            or not participant._is_in_turn()
            or self.version_id != contract.current_version_id
        ):
            raise UserError(
                _("This cannot be accepted now: the contract no longer waits for this signature.")
            )
        if not self._has_intact_scan():
            raise UserError(_("The scan was changed or is missing. Ask for it again."))
        reason = strip_unseen(reason)
        if self.check_state != "matched" and not reason:
            raise UserError(
                _("Please say why you accept it although the page check found something.")
            )
        self._write_protected(
            {
                "state": "accepted",
                "decided_by": decided_by or False,
                "decided_on": fields.Datetime.now(),
                "decision_reason": reason or False,
            }
        )
        self.contract_id._finish_paper_activities()
        details = {"accepted_by": decided_by or "", **self._prepare_details()}
        if reason:
            details["reason"] = reason
        return contract._record_signature(
            Actor(participant, self.identified_by), self._prepare_signature(), details=details
        )

    def _prepare_signature(self):
        """Prepare the signature that the paper becomes.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "channel": "paper",
            "paper_id": self.id,
            "scan_attachment_id": self.scan_attachment_id.id,
            "signed_by": self.signed_by,
            "capacity": self.capacity or self.participant_id.capacity,
            "signed_on": self.submitted_on,
            "signed_date": self.signed_date,
            "image": False,
            "image_digest": self.scan_digest,
            "intent_text": _("Signed by hand on paper"),
            "account": self.account,
            "ip_address": self.ip_address,
            "user_agent": self.user_agent,
        }

    def _return(self, decided_by, reason):
        """Ask the signer to send the paper again.

        :param str decided_by: the employee who checked it
        :param str reason: what has to change
        :raise UserError: if it is no longer to be checked, or no reason is given
        """
        self._check_is_to_check()
        reason = strip_unseen(reason)
        if not reason:
            raise UserError(_("Please say what has to be corrected: the signer reads it."))
        self._write_protected(
            {
                "state": "returned",
                "decided_by": decided_by,
                "decided_on": fields.Datetime.now(),
                "decision_reason": reason,
            }
        )
        self.contract_id._finish_paper_activities()
        contract, participant = self.contract_id, self.participant_id
        contract._log_event(
            "paper_returned",
            details={"scan_sha256": self.scan_digest, "reason": reason},
            participant=participant,
        )
        contract.with_context(customer_contract_reason=reason)._send_template(
            "customer_contract.mail_template_paper_returned", participant.partner_id
        )

    def _ask_to_check(self):
        """Tell the responsible and the contract's internal followers to check the paper."""
        self.ensure_one()
        contract = self.contract_id
        followers = contract.message_partner_ids.filtered(
            lambda partner: any(not user.share for user in partner.user_ids)
        )
        contract._tell_manager(
            lambda env: env._(
                "Contract signed on paper by %(person)s, to be checked.\n%(problems)s",
                person=self.signed_by,
                problems=self.with_env(env).check_summary,
            ),
            "customer_contract.mail_activity_type_paper",
            also=followers,
            summary=lambda env: env._("Contract signed on paper, to be checked"),
        )
