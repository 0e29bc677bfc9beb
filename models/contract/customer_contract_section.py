import re

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ...utils import TypedChar, cut_to_change

PICTURE_IN_TEXT = re.compile(r"/web/image/(?:ir\.attachment/)?(\d+)")


class CustomerContractSection(models.Model):
    """One clause as it stands in one contract."""

    _name = "customer.contract.section"
    _inherit = "customer.contract.component.mixin"
    _description = "Contract Section"
    _order = "contract_id, sequence, id"
    _rec_name = "title"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    number = fields.Integer("No.", compute="_compute_number")
    title = TypedChar()
    body = fields.Html(sanitize_attributes=True, sanitize_form=True, index="trigram")

    @api.depends("sequence", "contract_id.section_ids.sequence")
    def _compute_number(self):
        for contract in self.contract_id:
            for number, section in enumerate(contract.section_ids.sorted("sequence"), 1):
                section.number = number
        for section in self:
            section.number = section.number or 0

    @api.model_create_multi
    def create(self, vals_list):
        # Before, since the database itself refuses it, in its own words.
        self._get_owners("contract_id", vals_list)._check_content_is_open()
        sections = super().create(vals_list)
        for section in sections:
            section._log_change("section_added", {})
        sections._adopt_pictures()
        return sections

    def write(self, vals):
        self.contract_id._check_content_is_open()
        before = {section: section._prepare_wording() for section in self}
        result = super().write(vals)
        self.contract_id._check_content_is_open()
        if vals.keys() & {"title", "body"}:
            for section in self:
                section._log_change("section_changed", before[section])
        if "body" in vals:
            self._adopt_pictures()
        return result

    @api.model
    def _get_guarded_columns(self):
        return ["sequence", "title", "body"]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.contract_id._check_content_is_open()
        for section in self:
            section._log_change("section_removed", section._prepare_wording(), {})

    def _adopt_pictures(self):
        """Attach the user's new pictures in the text to their section.

        The editor stores a picture before its section exists. Left alone, it could be
        read by nobody else, and would be missing when somebody else freezes the contract.
        """
        for section in self:
            numbers = {int(number) for number in PICTURE_IN_TEXT.findall(section.body or "")}
            if numbers:
                self.env["ir.attachment"].search(
                    [
                        ("id", "in", list(numbers)),
                        ("res_model", "=", self._name),
                        ("res_id", "in", (0, False)),
                        ("create_uid", "=", self.env.uid),
                    ]
                ).res_id = section.id

    def _prepare_wording(self):
        """Prepare what the section says, as the trail keeps it: text without its layout.

        :return: texts by the names of fields
        :rtype: dict[str, str]
        """
        self.ensure_one()
        return {"title": self.title or "", "body": html2plaintext(self.body or "")}

    def _log_change(self, change, before=None, after=None):
        """Record in the trail that the section was added, changed or removed.

        Old and new text are kept where they differ, up to some length.

        :param str change: what was done to it
        :param dict before: its wording before; none if something else has changed
        :param dict after: its wording now, as it stands if left out
        """
        self.ensure_one()
        if not self.contract_id.sudo().trail_length:
            return  # the contract is just being created with its sections
        details = {"change": change, "section": self.title or str(self.number)}
        if before is not None:
            after = self._prepare_wording() if after is None else after
            details["fields"] = {
                self.env["ir.model.fields"]._get(self._name, name).field_description: list(
                    cut_to_change(before.get(name, ""), after.get(name, ""))
                )
                for name in ("title", "body")
                if before.get(name, "") != after.get(name, "")
            }
        self.contract_id._log_event("changed", details=details)
