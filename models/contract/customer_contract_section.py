import re

from odoo import api, fields, models

PICTURE_IN_TEXT = re.compile(r"/web/image/(?:ir\.attachment/)?(\d+)")


class CustomerContractSection(models.Model):
    """One clause as it stands in one contract."""

    _name = "customer.contract.section"
    _description = "Contract Section"
    _order = "contract_id, sequence, id"
    _rec_name = "title"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    number = fields.Integer("No.", compute="_compute_number")
    title = fields.Char()
    body = fields.Html(sanitize_attributes=True, sanitize_form=True)

    @api.depends("sequence", "contract_id.section_ids.sequence")
    def _compute_number(self):
        for contract in self.contract_id:
            for number, section in enumerate(contract.section_ids.sorted("sequence"), 1):
                section.number = number
        for section in self:
            section.number = section.number or 0

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        sections.contract_id._check_content_is_open()
        sections._log_change("section_added")
        sections._adopt_pictures()
        return sections

    def write(self, vals):
        self.contract_id._check_content_is_open()
        result = super().write(vals)
        self.contract_id._check_content_is_open()
        if vals.keys() & {"title", "body"}:
            self._log_change("section_changed")
        if "body" in vals:
            self._adopt_pictures()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.contract_id._check_content_is_open()
        self._log_change("section_removed")

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

    def _log_change(self, change):
        """Record in the trail that sections were added, changed or removed."""
        for section in self:
            if not section.contract_id.sudo().trail_length:
                continue  # the contract is just being created with its sections
            section.contract_id._log_event(
                "changed",
                details={
                    "change": change,
                    "section": section.title or str(section.number),
                },
            )
