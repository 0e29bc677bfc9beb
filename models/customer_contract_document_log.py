from odoo import _, fields, models
from odoo.http import request


class CustomerContractDocument(models.Model):
    """Who opened the file, and who may see it."""

    _inherit = "customer.contract.document"

    access_count = fields.Integer(compute="_compute_access_count")

    def _compute_access_count(self):
        counts = dict(
            self.env["customer.contract.document.access"]._read_group(
                [("document_ref", "in", self.ids)], ["document_ref"], ["__count"]
            )
        )
        for document in self:
            document.access_count = counts.get(document.id, 0)

    def _log_access(self, act, participant=None, identified_by="backend"):
        """Record in the access log that somebody got to see the file.

        :param str act: ``opened``, ``downloaded`` or ``thumbnail``
        :param recordset participant: as whom the person is here, if not as an employee
        :param str identified_by: how the person was identified
        """
        self.env["customer.contract.document.access"]._append(self, act, participant, identified_by)

    def action_view_accesses(self):
        """Open the access log of the file.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_document_access_action"
        )
        return {
            **action,
            "display_name": _("Access to %(file)s", file=self.name),
            "domain": [("document_ref", "=", self.id)],
        }

    def action_download(self):
        """Download the file.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/contract/document/{self.id}?download=true",
            "target": "download",
        }

    def _is_repeated_request(self):
        """Tell whether a browser only asks about the file, or for the rest of it."""
        if not request:
            return False
        start = request.httprequest.headers.get("Range", "")
        return request.httprequest.method == "HEAD" or (
            bool(start) and not start.startswith("bytes=0-")
        )
