from odoo import _, api, fields, models
from odoo.exceptions import AccessError

RESULTS = [
    ("matched", "Right Page"),
    ("other_version", "Other Version"),
    ("foreign", "Other Document"),
    ("several", "Several Pages"),
    ("no_code", "No Code Found"),
    ("unchecked", "Not Checked"),
]


class CustomerContractPaperPage(models.Model):
    """One page that was sent, and what its code says."""

    _name = "customer.contract.paper.page"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Signed Page"
    _order = "paper_id, sequence, id"

    paper_id = fields.Many2one(
        "customer.contract.paper", required=True, index=True, ondelete="cascade"
    )
    file_id = fields.Many2one(
        "customer.contract.paper.file", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    index = fields.Integer(help="The page's position in its file, from 0.")
    turn = fields.Integer(help="By how many degrees it is turned to stand upright.")
    result = fields.Selection(RESULTS, required=True)
    number = fields.Integer("Page")
    total = fields.Integer("Of")
    other_version = fields.Integer()
    preview = fields.Binary(attachment=True)
    problem = fields.Char("Remark", compute="_compute_problem")

    @api.depends("result", "sequence")
    @api.depends_context("lang")
    def _compute_problem(self):
        for page in self:
            page.problem = page._describe_problem(page.sequence)

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Signed pages are taken in, and not entered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_system_write():
            raise AccessError(_("Signed pages cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collecting(self):
        if not self._is_system_write() or any(page.paper_id.state != "draft" for page in self):
            raise AccessError(_("Signed pages cannot be deleted."))

    @api.model
    def _judge(self, paper, page):
        """Tell from the codes on a page whether it belongs to the paper.

        :param recordset paper: the paper
        :param dict page: what the gate says about the page
        :return: values of the page
        :rtype: dict
        """
        codes = page["codes"]
        if not page["is_read"]:
            return {"result": "unchecked"}
        if not codes:
            return {"result": "no_code"}
        turn = codes[0]["turn"]
        if len(codes) > 1:
            return {"result": "several", "turn": turn}
        copy_sudo, number = self.env["customer.contract.paper.copy"]._find_by_page_code(
            codes[0]["text"]
        )
        # Of other people's contracts nothing is told, not even that they exist.
        if copy_sudo.contract_id != paper.contract_id:
            return {"result": "foreign", "turn": turn}
        values = {"turn": turn, "number": number, "total": copy_sudo.page_count}
        if copy_sudo.version_id != paper.version_id:
            return {
                **values,
                "result": "other_version",
                "other_version": copy_sudo.version_id.number,
            }
        return {**values, "result": "matched"}

    def _describe_problem(self, position):
        """Tell what is wrong with the page, if anything.

        :param int position: where it stands among the pages sent
        :rtype: str
        """
        self.ensure_one()
        return {
            "foreign": _(
                "Picture %(position)s shows a page of another document.", position=position
            ),
            "other_version": _(
                "Picture %(position)s shows page %(number)s of version %(other)s; the contract "
                "is now version %(current)s. Please download it again.",
                position=position,
                number=self.number,
                other=self.other_version,
                current=self.paper_id.version_id.number,
            ),
            "several": _(
                "Picture %(position)s shows several pages. Please send one after the other.",
                position=position,
            ),
            "no_code": _(
                "No page code was found on picture %(position)s. Please take it again with the "
                "whole page and enough light.",
                position=position,
            ),
            "unchecked": _(
                "Picture %(position)s could not be checked by the computer.", position=position
            ),
        }.get(self.result, "")

    def _turn_by(self, degrees):
        """Turn the page clockwise.

        :param int degrees: by how many
        """
        self.ensure_one()
        self.paper_id._check_is_draft()
        self._write_protected({"turn": (self.turn + degrees) % 360})
