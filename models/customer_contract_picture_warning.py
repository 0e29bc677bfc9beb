import lxml.html

from odoo import _, api, fields, models


class CustomerContract(models.Model):
    """Pictures that the contract's text shows now, and would not when it is frozen."""

    _inherit = "customer.contract"

    picture_warning = fields.Text(compute="_compute_picture_warning", groups="base.group_user")

    # Not on the sections: the form would ask the server after every word typed in them.
    # What is shown is what was saved.
    @api.depends("state", "current_version_id")
    def _compute_picture_warning(self):
        for contract in self:
            warnings = contract._get_sending_warnings() if contract._can_be_edited() else []
            contract.picture_warning = "\n".join(warnings)

    def _get_sending_warnings(self):
        """Find what the sender should know before the contract is frozen.

        None of it keeps the contract from being sent.

        :return: one sentence per warning
        :rtype: list[str]
        """
        self.ensure_one()
        warnings = []
        for section in self.section_ids:
            for source in self._find_lost_pictures(section.body):
                warnings.append(
                    _(
                        "Section %(section)s: the picture %(address)s is not stored here and "
                        "will be missing in the contract. Upload it instead.",
                        section=section.title or section.number,
                        address=source,
                    )
                )
        return warnings

    def _find_lost_pictures(self, html):
        """Find the pictures in a text that are dropped when it is frozen.

        :param str html: the text
        :return: their addresses, shortened
        :rtype: list[str]
        """
        if not html or "<img" not in html:
            return []
        root = lxml.html.fragment_fromstring(str(html), create_parent="div")
        sources = [node.get("src") or "" for node in root.iter("img")]
        return [
            source if len(source) <= 80 else f"{source[:79]}…"
            for source in sources
            if not self._prepare_embedded_image(source)
        ]
