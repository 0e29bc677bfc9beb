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
        signatures_sudo = contract_sudo.current_signature_ids.sorted("id")
        if not stored_sudo or contract_sudo.state == "signed" or not signatures_sudo:
            return stored_sudo
        shown = ",".join(map(str, signatures_sudo.ids))
        if contract_sudo.interim_signatures != shown:
            # Of two who ask at the same time, one makes it and the other gets the same.
            contract_sudo._lock_for_act()
            if contract_sudo.interim_signatures != shown:
                contract_sudo._store_interim_document(signatures_sudo, shown)
        return contract_sudo.interim_document_id

    def _store_interim_document(self, signatures, shown):
        """Render the contract with the signatures so far, and store it.

        :param recordset signatures: the signatures under the current version
        :param str shown: their ids
        """
        self.ensure_one()
        version = self.current_version_id
        document = self._store_evidence_file(
            _(
                "%(reference)s version %(number)s signed by some.pdf",
                reference=self._get_file_stem(),
                number=version.number,
            ),
            self._render_contract_pdf(version._get_content(), signatures),
        )
        self._write_protected({"interim_document_id": document.id, "interim_signatures": shown})
