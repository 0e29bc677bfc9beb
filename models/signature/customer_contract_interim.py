from odoo import _, fields, models


class CustomerContract(models.Model):
    """The contract while some have signed and others have not: as its page shows it."""

    _inherit = "customer.contract"

    interim_document_id = fields.Many2one(
        "ir.attachment", "Contract Signed by Some", readonly=True, copy=False
    )
    interim_signatures = fields.Char(readonly=True, copy=False)

    def _get_shown_pdf(self):
        """Return the file that says what the page shows, with the signatures so far.

        What was frozen stays as it is: the other file is made when it is first asked for,
        and once for the same signatures.

        :return: the attachment, elevated; none where there is no file yet
        :rtype: recordset of `ir.attachment`
        """
        stored_sudo = self._get_stored_pdf()
        contract_sudo = self.sudo()
        if not stored_sudo or not contract_sudo._list_interim_signatures():
            return stored_sudo
        if contract_sudo._has_pdf_to_make():
            # Of two who ask at the same time, one makes it and the other gets the same.
            contract_sudo._lock_for_act()
            if contract_sudo._has_pdf_to_make():
                contract_sudo._store_interim_document()
        return contract_sudo.interim_document_id

    def _get_interim_signatures(self):
        """Return the signatures of those who have signed, while others have not.

        :rtype: recordset of `customer.contract.signature`
        """
        self.ensure_one()
        signatures = self.current_signature_ids.sorted("id")
        return signatures if self.state != "signed" else signatures.browse()

    def _list_interim_signatures(self):
        """Return their ids as what is stored beside the file that shows them.

        :return: empty if there are none
        :rtype: str
        """
        return ",".join(map(str, self._get_interim_signatures().ids))

    def _has_pdf_to_make(self):
        """Tell whether the file with the signatures so far is still to be made.

        :rtype: bool
        """
        self.ensure_one()
        # Whoever reads the contract need not see the signatures' records.
        contract_sudo = self.sudo()
        shown = contract_sudo._list_interim_signatures()
        return bool(shown) and contract_sudo.interim_signatures != shown

    def _store_interim_document(self):
        """Render the contract with the signatures so far, and store it."""
        self.ensure_one()
        version = self.current_version_id
        document = self._store_evidence_file(
            _(
                "%(reference)s version %(number)s signed by some.pdf",
                reference=self._get_file_stem(),
                number=version.number,
            ),
            self._render_contract_pdf(version._get_content(), self._get_interim_signatures()),
        )
        self._write_protected(
            {
                "interim_document_id": document.id,
                "interim_signatures": self._list_interim_signatures(),
            }
        )
