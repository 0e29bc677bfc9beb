import ipaddress
import json

from odoo.http import request, route

from .access import may_read_replica
from .portal import CustomerContractPortal

MISS_SCOPE = "verification"
MOST_MISSES = 20
MISS_SECONDS = 10 * 60


def get_network(text):
    """Return the address or network that one client has.

    Whoever has an IPv6 address usually has its whole network.

    :param str text: an IP address
    :return: the address if it is of version 4, else its network; all clients without
        an address are one
    :rtype: str
    """
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class CustomerContractVerification(CustomerContractPortal):
    """Whether a document is genuine, for anybody who holds it."""

    @route(
        "/contract/verify",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=may_read_replica,
    )
    def verify(self, code=None, **kwargs):
        """Ask for a code or a file; go on to the contract's page with a code."""
        if code:
            return self._make_private(
                request.redirect(f"/contract/verify/{self._clean_verification_code(code)}")
            )
        return self._render_verification({})

    @route(
        "/contract/verify/<string:code>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=may_read_replica,
    )
    def verify_code(self, code, **kwargs):
        """Tell about the contract with a code, or that there is none."""
        if self._is_verification_limited():
            return self._render_verification({"is_limited": True}, status=429)
        contract_sudo = request.env["customer.contract"]._find_by_verification_code(code)
        if not contract_sudo:
            self._count_missed_verification()
            return self._render_verification(
                {"typed_code": self._clean_verification_code(code)}, status=404
            )
        verification = contract_sudo._prepare_verification()
        return self._render_verification(
            {"contract": verification, "files": json.dumps(verification["files"])}
        )

    @route(
        "/contract/verify/file",
        type="jsonrpc",
        auth="public",
        methods=["POST"],
        website=True,
        readonly=may_read_replica,
    )
    def verify_file(self, digest="", **kwargs):
        """Find the contract that a file belongs to, by the file's digest.

        The file itself does not leave the browser.

        :param str digest: the file's SHA-256 in hexadecimal
        :return: ``url`` of the page about the contract, empty if there is none; or
            ``is_limited`` if it was asked too often
        :rtype: dict
        """
        if self._is_verification_limited():
            return {"url": "", "is_limited": True}
        contract_sudo = request.env["customer.contract"]._find_by_file_digest(digest)
        if not contract_sudo:
            self._count_missed_verification()
            return {"url": "", "is_limited": False}
        code = contract_sudo.verification_code
        return {"url": f"/contract/verify/{code}", "is_limited": False}

    def _prepare_contract_values(self, access):
        contract_sudo = access.contract_sudo
        return {
            **super()._prepare_contract_values(access),
            # in groups of four, as it is printed
            "verification_code": contract_sudo._group_code(contract_sudo.verification_code),
        }

    def _render_verification(self, values, status=200):
        """Render the page.

        :param dict values: what there is to tell
        :param int status: the HTTP status
        :rtype: odoo.http.Response
        """
        return self._make_private(
            request.render(
                "customer_contract.verification_page",
                {
                    "page_name": "contract_verification",
                    "contract": None,
                    "files": None,
                    "typed_code": "",
                    "is_limited": False,
                    "verifier_digest": request.env["customer.contract"]._get_verifier_digest(),
                    **values,
                },
                status=status,
            )
        )

    def _clean_verification_code(self, code):
        """Return a code as far as it can be one, to show it and put it in an address.

        :param str code: the code as typed
        :rtype: str
        """
        return "".join(char for char in code[:100] if char.isalnum())[:40] or "-"

    def _get_verifier_key(self):
        """Return whose misses are counted.

        :rtype: str
        """
        return get_network(request.httprequest.remote_addr)

    def _is_verification_limited(self):
        """Tell whether somebody has tried too many codes or files that do not exist."""
        return request.env["customer.contract.rate.limit"]._is_exhausted(
            MISS_SCOPE, self._get_verifier_key(), MOST_MISSES, MISS_SECONDS
        )

    def _count_missed_verification(self):
        """Count a code or file that does not exist."""
        request.env["customer.contract.rate.limit"]._allow(
            MISS_SCOPE, self._get_verifier_key(), MOST_MISSES, MISS_SECONDS
        )
