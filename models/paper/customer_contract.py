from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...const import ASKED_STATES
from ...utils import Act, ContractPrint, check_one, sha256_of

RECEIVED = "paper_received"
PAPER_EVENTS = ("paper_submitted", RECEIVED)


class CustomerContract(models.Model):
    """Signing by hand: what is printed, sent, checked, and becomes a signature.

    The scans become part of the signed contract.
    """

    _inherit = "customer.contract"

    primary_act = fields.Selection(selection_add=[("check_paper", "Check the Signed Paper")])
    paper_ids = fields.One2many("customer.contract.paper", "contract_id", "Papers")
    paper_to_check_id = fields.Many2one(
        "customer.contract.paper", compute="_compute_paper_to_check_id"
    )
    to_do = fields.Selection(selection_add=[("paper", "Check the Paper")])
    can_receive_paper = fields.Boolean(compute="_compute_paper_to_check_id")

    def _compute_paper_to_check_id(self):
        for contract in self:
            contract.paper_to_check_id = contract.paper_ids.filtered(
                lambda paper: paper.state == "submitted"
            )[:1]
            contract.can_receive_paper = any(
                participant._can_choose_paper() and participant._get_paper().state != "submitted"
                for participant in contract.participant_ids
            )

    @api.model
    def _get_primary_act_dependencies(self):
        return [*super()._get_primary_act_dependencies(), "paper_ids.state"]

    def _find_primary_act(self):
        return "check_paper" if self.paper_to_check_id else super()._find_primary_act()

    def _has_acted(self, user):
        return super()._has_acted(user) or user.name in self.paper_ids.mapped("decided_by")

    @api.model
    def _get_acts(self):
        return super()._get_acts() | {
            # A one-time code is asked for when the signed contract is sent.
            "print": Act(("signer",), ("sent",), asks_identity=False),
            "submit_paper": Act(("signer",), ("sent",)),
        }

    def _find_obstacle(self, participant, name):
        if name in ("print", "submit_paper"):
            if participant._can_choose_paper():
                return None
            return self._explain_why_not_on_paper(participant)
        obstacle = super()._find_obstacle(participant, name)
        if not obstacle and name == "fill_in" and participant._get_paper().state == "submitted":
            return _("We are checking the contract that you have signed on paper.")
        return obstacle

    def _find_missing_right(self, participant, name):
        if name == "submit_paper" and participant._signs_by_hand_only():
            return _("A colleague who may sign for the company has to take in your signed paper.")
        if name in ("print", "submit_paper"):
            if problems := self._get_value_problems(participant):
                return "\n".join(problems)
        return super()._find_missing_right(participant, name)

    def _begin_paper(self, actor):
        """Begin to sign by hand, for whoever is known surely enough, but for a code.

        :param Actor actor: the signer
        :return: as `_begin`
        :rtype: tuple[recordset, Actor, str]
        :raise UserError: telling why not
        """
        begun = contract_sudo, actor_sudo, _reason = self._begin(actor, "print")
        if not actor_sudo.participant._needs_code(actor_sudo.identified_by):
            contract_sudo._check_identified(actor_sudo)
        return begun

    def _explain_why_not_on_paper(self, participant):
        """Explain to a participant why signing by hand is not possible now.

        :param recordset participant: the participant
        :rtype: str
        """
        self.ensure_one()
        if participant.role != "signer":
            return _("Only the people named as signers can sign this contract.")
        if participant._is_in_turn() and not participant._may_sign_on_paper():
            return _("This contract cannot be signed on paper.")
        return self._explain_why_not(participant)

    def _get_paper_copy(self, actor):
        """Return the PDF that a person prints and signs, and record that it was taken.

        :param Actor actor: the signer
        :rtype: recordset of `customer.contract.paper.copy`, elevated
        :raise UserError: if the person cannot sign by hand now
        """
        contract_sudo, actor_sudo, _reason = self._begin_paper(actor)
        copy_sudo = self.env["customer.contract.paper.copy"]._ensure(contract_sudo)
        contract_sudo._log_event(
            "paper_downloaded",
            details={"sha256": copy_sudo.digest, "pages": copy_sudo.page_count},
            actor=actor_sudo,
        )
        actor_sudo.participant._touch_paper()
        return copy_sudo

    def _collect_paper(self, actor):
        """Return the draft in which a person's signed pages are collected.

        :param Actor actor: the signer
        :rtype: recordset of `customer.contract.paper`, elevated
        :raise UserError: if the person cannot sign by hand now, or has already sent it
        """
        _contract, actor_sudo, _reason = self._begin_paper(actor)
        # Of two tabs that begin at the same time, the second one is run again and finds
        # what the first has begun.
        actor_sudo.participant._touch_paper()
        actor_sudo.participant.flush_recordset(["paper_since"])
        paper_sudo = self.env["customer.contract.paper"]._ensure_draft(actor_sudo.participant)
        paper_sudo._check_is_draft()
        return paper_sudo

    def _submit_paper(self, actor, values, is_confirmed=False):
        """Send what was collected, as the signed contract of a person.

        :param Actor actor: the signer
        :param dict values: ``signed_by``, ``capacity`` and ``signed_date``
        :param bool is_confirmed: whether the person knows what is wrong with the pages
        :return: the paper, elevated
        :rtype: recordset of `customer.contract.paper`
        :raise UserError: if it cannot be sent now
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "submit_paper")
        participant_sudo = actor_sudo.participant
        paper_sudo = self.env["customer.contract.paper"]._ensure_draft(participant_sudo)
        contract_sudo._check_paper_values(values)
        if paper_sudo.page_ids and paper_sudo.check_state == "problem" and not is_confirmed:
            raise UserError(
                "\n".join(paper_sudo._find_problems())
                + "\n"
                + _("Please correct this, or tick the box to send it as it is.")
            )
        user = self.env.user
        paper_sudo._submit(
            {
                **values,
                "identified_by": f"paper_{actor_sudo.identified_by}",
                "account": participant_sudo._get_email() if user._is_public() else user.login,
                **self._prepare_event_client(),
            }
        )
        if participant_sudo.channel != "paper":
            participant_sudo._write_protected({"channel": "paper"})
            contract_sudo._log_event("consent_withdrawn", actor=actor_sudo)
        participant_sudo._touch_paper()
        contract_sudo._log_event(
            "paper_submitted", details=paper_sudo._prepare_details(), actor=actor_sudo
        )
        if (
            contract_sudo.company_id.contract_paper_auto_accept
            and paper_sudo.check_state == "matched"
        ):
            paper_sudo._accept(decided_by="")
        else:
            paper_sudo._ask_to_check()
        contract_sudo._send_receipt(
            "customer_contract.mail_template_paper_received",
            participant_sudo,
            customer_contract_is_accepted=paper_sudo.state == "accepted",
        )
        contract_sudo._finish_paper_activities()
        return paper_sudo

    def _check_paper_values(self, values):
        """Refuse to send a paper without the name on it, or dated in the future.

        :param dict values: ``signed_by``, ``capacity`` and ``signed_date``
        :raise UserError: telling what is wrong
        """
        self._clean_name(values.get("signed_by"))
        signed_date = fields.Date.to_date(values.get("signed_date"))
        if not signed_date:
            raise UserError(_("Please enter the date that stands next to the signature."))
        if signed_date > fields.Date.add(fields.Date.context_today(self), days=1):
            raise UserError(_("The date next to the signature cannot be in the future."))

    def _receive_paper(self, participant, files, values):
        """Take in a paper that arrived by post, mail or hand, as somebody of the company.

        It becomes a signature only when it is accepted, and always says who took it in.

        :param recordset participant: the signer, in turn
        :param list files: pairs of a name and the file's content
        :param dict values: what stands on the paper, and how and when it arrived
        :return: the paper
        :rtype: recordset of `customer.contract.paper`
        :raise UserError: if the signer cannot sign by hand now, or a file is refused
        """
        self.ensure_one()
        self._check_may_decide_on_papers()
        # Papers are written by the system alone.
        contract_sudo, participant_sudo = self.sudo(), participant.sudo()
        contract_sudo._lock_for_act()
        if participant_sudo.contract_id != self or not participant_sudo._can_choose_paper():
            raise UserError(contract_sudo._explain_why_not_on_paper(participant_sudo))
        self._check_may_take_in(participant_sudo)
        contract_sudo._check_paper_values(values)
        paper_sudo = self.env["customer.contract.paper"]._ensure_draft(participant_sudo)
        if paper_sudo.state == "draft" and paper_sudo.page_ids:
            # What the signer has begun to collect stays apart from what arrived.
            paper_sudo._void()
            paper_sudo = self.env["customer.contract.paper"]._ensure_draft(participant_sudo)
        for name, content in files:
            paper_sudo._add_file(name, content)
        paper_sudo._submit(
            {
                **values,
                "received_by": self.env.user.name,
                "identified_by": RECEIVED,
                "account": self.env.user.login,
                **self._prepare_event_client(),
            }
        )
        if participant_sudo.channel != "paper":
            participant_sudo._write_protected({"channel": "paper"})
        contract_sudo._log_event(
            "paper_received",
            details=paper_sudo._prepare_details(),
            participant=participant_sudo,
        )
        contract_sudo._finish_paper_activities()
        return paper_sudo.sudo(False)

    def _check_may_take_in(self, participant):
        """Refuse a paper of somebody who may not act.

        It takes the right to sign for the company to accept one of the company's signer.

        :param recordset participant: who signed it
        :raise UserError: if the person's part is held
        """
        hold = participant._find_hold()
        # Whoever only lacks the right to sign electronically signs by hand.
        if hold and hold != "right":
            raise UserError(participant._get_standing_problem())

    def _check_may_decide_on_papers(self):
        """Refuse whoever may not change the contract.

        :raise AccessError: for portal users and those who may not write the contract
        """
        if self.env.user.share:
            raise AccessError(_("Signed papers are checked by the contract's managers."))
        self.check_access("write")

    def action_open_paper(self):
        """Open the signed paper that waits to be checked, or the contract's papers.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        if self.paper_to_check_id:
            return self.paper_to_check_id._get_form_action()
        return {
            "type": "ir.actions.act_window",
            "name": _("Signed on Paper"),
            "res_model": "customer.contract.paper",
            "views": [(False, "list"), (False, "form")],
            "domain": [("contract_id", "=", self.id), ("state", "!=", "draft")],
            "context": {"create": False},
        }

    def action_open_receive_paper(self):
        """Open the dialog that takes in a paper which arrived by post or mail.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self._check_may_decide_on_papers()
        return self._open_dialog(
            "customer.contract.paper.receive",
            _("Take In a Signed Paper"),
            {"default_contract_id": self.id},
        )

    def _finish_paper_activities(self):
        """End the work planned about papers that nobody waits for any more.

        Several people may sign on paper at the same time: one activity stays for each of
        them that is still waited for.
        """
        # Whoever acts in the portal has no right to employees' work.
        for contract in self.sudo():
            to_check = contract.paper_ids.filtered(lambda paper: paper.state == "submitted")
            expected = contract.participant_ids.filtered(
                lambda participant: (
                    participant.channel == "paper"
                    and participant.state in (*ASKED_STATES, "disputed")
                )
            )
            for activity_type, waiting in (
                ("customer_contract.mail_activity_type_paper", to_check),
                (
                    "customer_contract.mail_activity_type_paper_wish",
                    expected - to_check.participant_id,
                ),
            ):
                activities = contract.activity_search([activity_type]).sorted("id")
                activities[: max(len(activities) - len(waiting), 0)].unlink()

    def write(self, vals):
        result = super().write(vals)
        if "current_version_id" in vals:
            for contract in self:
                # Nobody's rights decide that pages of an old version are worth nothing.
                papers_sudo = contract.sudo().paper_ids
                papers_sudo.filtered(
                    lambda paper, contract=contract: (
                        paper.version_id != contract.sudo().current_version_id
                    )
                )._void()
        return result

    def _get_overdue_domain(self):
        # Whoever has sent a signed paper in time does not lose it while we check it.
        waits_for_us = Domain("paper_ids", "any", [("state", "=", "submitted")])
        return list(Domain(super()._get_overdue_domain()) & ~waits_for_us)

    def _describe_identity(self, identified_by):
        if identified_by == "paper":
            return _("Signed on paper")
        if not (identified_by or "").startswith("paper_"):
            return super()._describe_identity(identified_by)
        if identified_by == RECEIVED:
            return _("Signed on paper; the paper was taken in by an employee of the company")
        return _(
            "Signed on paper; scan sent by: %(who)s",
            who=super()._describe_identity(identified_by.removeprefix("paper_")),
        )

    @api.model
    def _get_to_do_domains(self):
        return super()._get_to_do_domains() | {
            "paper": Domain("state", "=", "sent")
            & Domain("user_id", "=", self.env.uid)
            & Domain("paper_ids", "any", [("state", "=", "submitted")])
        }

    def _get_next_step(self, partner=None):
        self.ensure_one()
        step = super()._get_next_step(partner)
        if self.state != "sent":
            return step
        # Participants see that a paper is being checked, not the paper.
        contract_sudo = self.sudo()
        papers_sudo = contract_sudo.paper_ids.filtered(lambda paper: paper.state == "submitted")
        if not papers_sudo:
            return step
        waiting = contract_sudo._get_next_participants()
        papers_sudo = papers_sudo.filtered(lambda paper: paper.participant_id in waiting)
        if waiting and papers_sudo.participant_id == waiting:
            people = ", ".join(papers_sudo.mapped("signed_by"))
            return _("The paper signed by %(people)s is being checked", people=people)
        return step

    # === SCANS === #

    def _finish_document(self, pdf, evidence, options):
        return super()._finish_document(self._append_scans(pdf), evidence, options)

    def _append_scans(self, pdf):
        """Put the scans of the current version's signatures behind a file.

        :param bytes pdf: the contract with its certificate of completion
        :rtype: bytes
        """
        self.ensure_one()
        signatures = self.current_signature_ids.filtered(
            lambda signature: signature.channel == "paper"
        )
        if not signatures:
            return pdf
        return self.env["customer.contract.file.check"]._append(
            pdf,
            [
                (signature._get_picture(), self._describe_scan(number, signature))
                for number, signature in enumerate(signatures.sorted("id"), 1)
            ],
        )

    def _describe_scan(self, number, signature):
        """Return the lines above each page of a scan, as far as they can be printed there.

        :param int number: the annex's number
        :param recordset signature: the signature
        :rtype: list[str]
        """
        contract = self.with_context(lang=self.current_version_id._get_content()["language"])
        return [
            contract._make_printable(
                contract._get_annex_words() % {"number": number, "reference": self.name},
                f"Annex {number} to {self.name}: signed by hand, page",
            ),
            f"SHA-256 {signature.image_digest}",
        ]

    def _get_annex_words(self):
        """Return the words above a scan, with places for number and reference."""
        return _("Annex %(number)s to %(reference)s: signed by hand, page")

    def _make_printable(self, text, otherwise):
        """Return a text in Latin script, or another one instead.

        :param str text: the text in the contract's language
        :param str otherwise: the same in English
        :rtype: str
        """
        try:
            text.encode("cp1252")
        except UnicodeEncodeError:
            return otherwise
        return text

    def _get_integrity_checks(self):
        checks = super()._get_integrity_checks()
        if self._get_events(*PAPER_EVENTS):
            checks.append(("papers", self._find_paper_problem))
        return checks

    def _find_paper_problem(self):
        """Return what is wrong with the files in which signed papers came, or none."""
        recorded = {
            digest
            for event in self._get_events(*PAPER_EVENTS)
            for digest in event.details.get("files", [])
        }
        read_file = self._get_read_rows().read_file
        files = self.paper_ids.file_ids.attachment_id
        if recorded - {sha256_of(read_file(file)) for file in files}:
            return _("a file was changed or is missing")
        return None

    def _prepare_bundle_files(self):
        files = super()._prepare_bundle_files()
        for paper in self.paper_ids.filtered("scan_attachment_id"):
            for number, file in enumerate(paper.file_ids, 1):
                ending = "pdf" if file.kind == "pdf" else "jpg"
                content = file.attachment_id.raw
                if content:
                    files[f"papers/{paper.id}/{number:02d}.{ending}"] = content
        return files

    def _get_bundle_comparisons(self):
        return {**super()._get_bundle_comparisons(), "papers": self._compare_papers}

    def _compare_papers(self, found, kept):
        """Return in what the files of signed papers are others than were taken in, or none."""
        wanted = {
            digest
            for kind in PAPER_EVENTS
            for details in kept["told"].get(kind, ())
            for digest in details["files"]
        }
        there = {digest for name, digest in found["files"].items() if name.startswith("papers/")}
        if there - wanted:
            return _("there is a file that was not taken in here")
        return _("a file that was taken in here is missing") if wanted - there else None

    # === COPIES TO PRINT === #

    def _render_paper_pdf(self, content, signatures):
        """Render the contract with places to sign by hand.

        :param dict content: the canonical content
        :param recordset signatures: the signatures that it shows
        :rtype: bytes
        """
        self.ensure_one()
        return self._render_print(ContractPrint(content, tuple(signatures.ids), is_paper=True))
