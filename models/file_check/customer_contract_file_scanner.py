import logging
import socket
import struct

from odoo import _, api, models
from odoo.exceptions import UserError

from ...const import SCANNER_ADDRESS, SCANNER_PARAMETER

_logger = logging.getLogger(__name__)
TIMEOUT = 20
PIECE = 64 * 1024


class CustomerContractFileScanner(models.AbstractModel):
    """A malware scanner that looks at uploaded files, if the server has one.

    It speaks the protocol of ClamAV's ``clamd``. While it does not answer, nothing is
    taken in.
    """

    _name = "customer.contract.file.scanner"
    _description = "Malware Scanner for Files from Outside"

    @api.model
    def _check(self, content):
        """Refuse a file that the scanner objects to.

        :param bytes content: the file
        :raise UserError: if it does, or does not answer
        """
        # Only administrators read and write parameters; every upload is checked.
        address = self.env["ir.config_parameter"].sudo().get_param(SCANNER_PARAMETER)
        if not address:
            return
        try:
            answer = self._ask(address, content)
        except (OSError, ValueError) as error:
            _logger.warning("The malware scanner does not answer: %s", error)
            raise UserError(
                _("The file cannot be checked for malware right now. Please try again later.")
            ) from error
        if answer.endswith(" FOUND"):
            _logger.warning("An uploaded file was refused by the malware scanner: %s", answer)
            raise UserError(_("The file was refused by the malware scanner."))
        if answer != "stream: OK":
            _logger.warning("The malware scanner answered: %s", answer)
            raise UserError(
                _("The file cannot be checked for malware right now. Please try again later.")
            )

    @api.model
    def _ask(self, address, content):
        """Send a file to the scanner and return its verdict.

        :param str address: ``unix:/path`` or ``tcp:host:port``
        :param bytes content: the file
        :rtype: str
        :raise OSError: if it does not answer
        :raise ValueError: if the address is none
        """
        match = SCANNER_ADDRESS.fullmatch(address.strip())
        if not match:
            raise ValueError("the address is none")
        if match["path"]:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            connection = socket.create_connection((match["host"], int(match["port"])), TIMEOUT)
        with connection:
            connection.settimeout(TIMEOUT)
            if match["path"]:
                connection.connect(match["path"])
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096:
                received = connection.recv(4096)
                if not received:
                    break
                answer += received
        return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
