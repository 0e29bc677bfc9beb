import base64
import re
import secrets

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from ...utils import sha256_of

PAGE_CODE = re.compile(r"CCP:([A-Z2-7]{16}):(\d{1,3}):(\d{1,3})")


class CustomerContractPaperCopy(models.Model):
    """The PDF of a version that is printed and signed by hand.

    It is made once for a version and the signatures that it shows, and kept: whoever
    asks again gets the same file. The codes on its pages name it at random, so that
    they tell nothing to whoever finds a page.
    """

    _name = "customer.contract.paper.copy"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Contract to Sign on Paper"
    _order = "id desc"
    _rec_name = "code"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "customer.contract.version", required=True, index=True, ondelete="cascade"
    )
    shown_signatures = fields.Char(help="The signatures that stand on it.")
    code = fields.Char(required=True, readonly=True)
    page_count = fields.Integer(required=True, readonly=True)
    attachment_id = fields.Many2one("ir.attachment", required=True, ondelete="restrict")
    digest = fields.Char("SHA-256", required=True)
    _code_unique = models.UniqueIndex("(code)", "Each copy has its own code.")
    _version_unique = models.UniqueIndex(
        "(version_id, shown_signatures)", "A version is prepared for paper only once."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Copies to sign on paper are made by the system."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(_("Copies to sign on paper cannot be changed."))

    @api.model
    def _ensure(self, contract):
        """Return the copy of a contract as it stands, and make it if it is the first.

        :param recordset contract: the `customer.contract`, frozen
        :return: the copy, elevated
        :rtype: recordset of `customer.contract.paper.copy`
        """
        # Signers have no rights on copies; the contract was checked before.
        contract_sudo = contract.sudo()
        version_sudo = contract_sudo.current_version_id
        signatures_sudo = contract_sudo.current_signature_ids.sorted("id")
        shown = ",".join(map(str, signatures_sudo.ids)) or "-"
        Copy_sudo = self.sudo()
        domain = [("version_id", "=", version_sudo.id), ("shown_signatures", "=", shown)]
        if known_sudo := Copy_sudo.search(domain, limit=1):
            return known_sudo
        # Of two who ask at the same time, one makes it and the other gets the same.
        contract_sudo._lock_for_act()
        code = self._generate_code()
        pdf, page_count = self._draw(contract_sudo, signatures_sudo, code)
        attachment_sudo = contract_sudo._store_evidence_file(
            _(
                "%(reference)s version %(number)s to sign.pdf",
                reference=contract_sudo._get_file_stem(),
                number=version_sudo.number,
            ),
            pdf,
        )
        return Copy_sudo._as_system().create(
            {
                "contract_id": contract_sudo.id,
                "version_id": version_sudo.id,
                "shown_signatures": shown,
                "code": code,
                "page_count": page_count,
                "attachment_id": attachment_sudo.id,
                "digest": sha256_of(pdf),
            }
        )

    @api.model
    def _draw(self, contract, signatures, code):
        """Render a version for paper: places to sign, no watermark, codes on each page.

        :param recordset contract: the contract, elevated
        :param recordset signatures: the signatures given so far
        :param str code: what the pages' codes name
        :return: the PDF and how many pages it has
        :rtype: tuple[bytes, int]
        """
        # pyHanko takes a moment to load, which other requests need not wait for.
        from ...tools.pdf.page_code import stamp_pages

        content = contract.current_version_id._get_content()
        pdf = contract._render_paper_pdf(content, signatures)
        return stamp_pages(pdf, lambda number, count: f"CCP:{code}:{number}:{count}")

    @api.model
    def _generate_code(self):
        """Generate what the codes on the pages name: 80 random bits.

        :rtype: str
        """
        return base64.b32encode(secrets.token_bytes(10)).decode()

    @api.model
    def _find_by_page_code(self, text):
        """Find the copy that a page's code names, and which page it is.

        :param str text: the code as read
        :return: the copy, elevated, and the page's number; nothing if there is none
        :rtype: tuple
        """
        match = PAGE_CODE.fullmatch(text or "")
        if not match:
            return self.browse(), 0
        # What a page belongs to is found out whoever sends it, and told to nobody else.
        copy_sudo = self.sudo().search([("code", "=", match[1])], limit=1)
        number, count = int(match[2]), int(match[3])
        if count != copy_sudo.page_count or not 1 <= number <= count:
            return self.browse(), 0
        return copy_sudo, number
