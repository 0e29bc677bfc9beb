from odoo import _, models


class CustomerContract(models.Model):
    """Scans of what was signed by hand, as part of the signed contract."""

    _inherit = "customer.contract"

    def _seal(self, pdf, evidence, key, authority):
        """Put the scans behind the contract before it is sealed.

        :param bytes pdf: the contract with its certificate of completion
        :param dict evidence: the evidence
        :param SealKey key: what to seal it with, if it is to be sealed
        :param authority: the timestamp authority, if there is one
        :rtype: bytes
        """
        return super()._seal(self._append_scans(pdf), evidence, key, authority)

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
        return self.env["customer.contract.paper.gate"]._append(
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

    def _prepare_bundle_files(self):
        files = super()._prepare_bundle_files()
        for paper in self.paper_ids.filtered("scan_attachment_id"):
            for number, file in enumerate(paper.file_ids, 1):
                ending = "pdf" if file.kind == "pdf" else "jpg"
                content = file.attachment_id.raw
                if content:
                    files[f"papers/{paper.id}/{number:02d}.{ending}"] = content
        return files
