from odoo import api, fields, models

# Programs that show a file ask for it again and again.
SAME_ACCESS_MINUTES = 10


class CustomerContractDocumentAccess(models.Model):
    """One line of the access log of a file: who opened it, when, and from where.

    The lines stay when the file is deleted, so they name it instead of pointing to it.
    """

    _name = "customer.contract.document.access"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Access to a Contract Document"
    _order = "id desc"
    _rec_name = "document_name"
    _log_access = False

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    document_ref = fields.Integer("Document ID", required=True, index=True, aggregator=None)
    document_name = fields.Char("File", required=True)
    document_checksum = fields.Char("SHA-1", help="Tells which content the file had.")
    act = fields.Selection(
        [
            ("opened", "Opened"),
            ("downloaded", "Downloaded"),
            ("thumbnail", "Shown Small"),
        ],
        required=True,
    )
    accessed_on = fields.Datetime("When", required=True)
    person = fields.Char("Who", required=True)
    address = fields.Char("E-mail or Login")
    identified_by = fields.Selection(
        [
            ("link", "Personal Link"),
            ("link_code", "Personal Link and One-Time Code"),
            ("portal", "Portal Login"),
            ("portal_2fa", "Portal Login with Second Factor or Passkey"),
            ("preview", "Employee, Previewing the Portal"),
            ("backend", "Employee"),
        ]
    )
    ip_address = fields.Char("IP Address")
    user_agent = fields.Char("Program")

    @api.model
    def _append(self, document, act, actor=None):
        """Record that somebody got to see a file.

        :param recordset document: the `customer.contract.document`
        :param str act: a value of ``act``
        :param Actor actor: as whom the person is here, if not as an employee
        """
        document.ensure_one()
        contract = document.contract_id
        person = contract._prepare_event_actor(actor)
        client = contract._prepare_event_client()
        values = {
            "contract_id": contract.id,
            "document_ref": document.id,
            "document_name": document.name,
            "document_checksum": document.checksum,
            "act": act,
            "accessed_on": fields.Datetime.now(),
            "person": person["name"],
            "address": person.get("email") or person.get("login") or "",
            "identified_by": actor.identified_by if actor else "backend",
            "ip_address": client.get("ip_address", ""),
            "user_agent": client.get("user_agent", ""),
        }
        self._record_act(lambda accesses: accesses._append_row(values))

    @api.model
    def _append_row(self, values):
        """Write a line, unless the same file is only fetched again to be shown.

        :param dict values: the line
        :return: the line, if any
        :rtype: recordset of `customer.contract.document.access`
        """
        return self if self._is_repetition(values) else self._record(values)

    @api.model
    def _is_repetition(self, values):
        """Tell whether the same file is only fetched again to be shown.

        :param dict values: the values of the line to be written
        """
        if values["act"] == "downloaded":
            return False
        names = ("document_ref", "document_checksum", "act", "person", "address", "ip_address")
        since = fields.Datetime.subtract(values["accessed_on"], minutes=SAME_ACCESS_MINUTES)
        # Nobody outside may read the log that is written about them.
        return bool(
            self.sudo().search_count(
                [(name, "=", values[name]) for name in names] + [("accessed_on", ">", since)],
                limit=1,
            )
        )
