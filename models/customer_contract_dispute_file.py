import re

from odoo import _, api, models
from odoo.exceptions import UserError

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 60
MOST_NAME = 80
EXTENSIONS = {"pdf": "pdf", "jpeg": "jpg", "png": "jpg"}


class CustomerContractDispute(models.Model):
    """What signers may attach to an objection."""

    _inherit = "customer.contract.dispute"

    @api.model
    def _prepare_files(self, files):
        """Check files from outside, and have them stored as what they are.

        What a file is, its bytes tell, not its name. Pictures are made anew; what is
        active or damaged is refused.

        :param list files: pairs of a name and the content
        :return: the same, with safe names and contents
        :rtype: list[tuple[str, bytes]]
        :raise UserError: telling which file is not accepted, and why
        """
        if len(files) > MOST_FILES:
            raise UserError(_("Please send at most %(count)s files at a time.", count=MOST_FILES))
        return [self._prepare_file(name, content) for name, content in files]

    @api.model
    def _prepare_file(self, name, content):
        """Check one file.

        :param str name: what the sender called it
        :param bytes content: the file
        :return: a safe name and the content
        :rtype: tuple[str, bytes]
        :raise UserError: telling why it is not accepted
        """
        stem = self._clean_file_stem(name)
        if len(content) > MOST_BYTES:
            raise UserError(
                _(
                    "%(file)s is too large: %(most)s MB are allowed.",
                    file=stem,
                    most=MOST_BYTES // 1024 // 1024,
                )
            )
        try:
            self.env["customer.contract.paper.scanner"]._check(content)
            inspected = self.env["customer.contract.paper.gate"]._inspect(content, MOST_PAGES)
        except UserError as error:
            raise UserError(_("%(file)s: %(problem)s", file=stem, problem=str(error))) from error
        return f"{stem}.{EXTENSIONS[inspected['kind']]}", inspected["content"]

    @api.model
    def _clean_file_stem(self, name):
        """Return a file's name without folders, extension and whatever is no plain text.

        :param str name: what the sender called it
        :rtype: str
        """
        plain = re.split(r"[\\/]", name or "")[-1]
        stem = plain.rpartition(".")[0] or plain
        return re.sub(r"[^\w\s.,()+-]+", "_", stem).strip(" .")[:MOST_NAME] or _("File")
