from odoo import _, fields, models


class CustomerContractSignature(models.Model):
    """Signatures by hand: instead of a picture there is the scan of what was signed."""

    _inherit = "customer.contract.signature"

    image = fields.Binary(required=False)
    paper_id = fields.Many2one(
        "customer.contract.paper", index="btree_not_null", ondelete="restrict"
    )
    scan_attachment_id = fields.Many2one("ir.attachment", "Scan", ondelete="restrict")
    signed_date = fields.Date("Date on Paper")
    _image_or_scan = models.Constraint(
        "CHECK ((channel = 'paper' AND scan_attachment_id IS NOT NULL AND paper_id IS NOT NULL)"
        " OR (channel != 'paper' AND image IS NOT NULL))",
        "A signature has a picture, or the scan of a signed paper.",
    )

    def _get_picture(self):
        if self.channel != "paper":
            return super()._get_picture()
        return self.scan_attachment_id.raw or b""

    def _get_picture_ending(self):
        return "pdf" if self.channel == "paper" else super()._get_picture_ending()

    def _find_problem(self):
        problem = super()._find_problem()
        if problem or self.channel != "paper":
            return problem
        paper = self.paper_id
        if paper.state != "accepted" or paper.scan_digest != self.image_digest:
            return _("the paper it belongs to says something else")
        return None

    def _export(self):
        # Electronic acts keep the digest they always had.
        act = super()._export()
        if self.channel == "paper":
            paper = self.paper_id
            act["paper"] = {
                "dated": fields.Date.to_string(self.signed_date) or "",
                "pages": len(paper.page_ids),
                "page_check": paper.check_state or "",
                "accepted_by": paper.decided_by or "",
                "reason": paper.decision_reason or "",
                "received_by": paper.received_by or "",
                "received_through": paper.received_through or "",
                "received_on": fields.Date.to_string(paper.received_on) or "",
            }
        return act
