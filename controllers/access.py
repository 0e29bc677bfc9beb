"""Who is here, and as whom: what all pages and acts of a contract ask first."""

import re
import time
from typing import NamedTuple
from urllib.parse import urlencode

from odoo.fields import Domain
from odoo.http import request

from ..const import LINKS_KEY, PREPARING_STATES, WRITTEN_KEY
from ..utils import Actor

# What is served under a contract's address is for one person's eyes: it is kept by no
# cache, shown in no frame, and does not tell other servers where it was read.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


# Where the session keeps which participants have entered their one-time code, and how
# long that counts, so that a blank signature does not cost another code.
CODES_KEY = "customer_contract_codes"
CODE_COUNTS_SECONDS = 15 * 60


# A replica of the database is behind by moments, or by seconds when much is written.
# Whoever acts sees the act on the next page: it is read where it was written.
OWN_ACTS_SECONDS = 30


def may_read_replica(controller, rule, args):
    """Tell whether a request that only reads may be served by a replica.

    :param odoo.http.Controller controller: that serves the route
    :param werkzeug.routing.Rule rule: the route
    :param dict args: what its address names
    """
    if time.time() - request.session.get(WRITTEN_KEY, 0) <= OWN_ACTS_SECONDS:
        return False
    if request.httprequest.args.get("report_type") != "pdf" or "contract_id" not in args:
        return True
    # Whether it can be read by whoever asks is checked by what serves it.
    contract_sudo = request.env["customer.contract"].sudo().browse(args["contract_id"]).exists()
    return not (contract_sudo and contract_sudo._has_pdf_to_make())


# How browsers say that nobody has asked for it yet, and programs what they are.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")
MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|preview|externalhit|scanner|proofpoint|barracuda|mimecast", re.I
)


class ContractAccess(NamedTuple):
    """How the current visitor reaches one contract.

    ``contract_sudo`` and ``participant_sudo`` are elevated: whoever gets this object
    has passed the check. ``participant_sudo`` is empty for those who may only read.

    The ``mode`` tells what the visitor is here for:

    * ``acting``: a participant, with all that the page offers
    * ``signing``: a participant who is here to sign, and for nothing else
    * ``reading``: somebody who reads the contract without a part in it
    * ``previewing_as``: an employee who looks at it as a given person; that person's
      forms are shown, and do nothing
    * ``previewing``: an employee who looks at it as nobody in particular
    """

    contract_sudo: object
    participant_sudo: object
    identified_by: str  # as models and events know it, or "preview"
    mode: str = "acting"

    @property
    def actor(self):
        """Who acts, as models ask for it."""
        return Actor(self.participant_sudo, self.identified_by)

    @property
    def can_act(self):
        """Whether what the visitor does here counts."""
        return self.mode in ("acting", "signing")

    @property
    def signs_only(self):
        """Whether the visitor is here to sign, and for nothing else."""
        return self.mode == "signing"

    @property
    def is_preview(self):
        """Whether an employee looks at what somebody else sees."""
        return self.mode in ("previewing_as", "previewing")

    @property
    def shows_forms(self):
        """Whether the page is shown with what people can do on it."""
        return self.mode != "previewing"

    @property
    def is_link(self):
        """Whether the visitor came by a personal link, without an account."""
        return self.identified_by in ("link", "link_code")


class PrivateAnswerMixin:
    """For controllers whose answers are for one person's eyes."""

    def _make_private(self, response):
        """Set the headers of whatever is for one person's eyes.

        :param odoo.http.Response response: the answer
        :return: the same answer
        :rtype: odoo.http.Response
        """
        response.headers.update(PRIVATE_HEADERS)
        return response


class ContractAccessMixin(PrivateAnswerMixin):
    """For controllers that serve one contract."""

    def _get_access(self, contract_id):
        """Find out who is here and as whom.

        An account goes before a personal link, and a personal link is only good for
        the person it was sent to: not for somebody else who is logged in.

        :param int contract_id: the contract's id
        :return: the access, or none
        :rtype: ContractAccess | None
        """
        user = request.env.user
        Contract = request.env["customer.contract"].with_context(active_test=False)
        if not user._is_public():
            # Employees may be asked to act without having rights on contracts; for
            # portal users, the record rules say the same as this domain.
            contract_sudo = Contract.sudo().search(
                Contract._get_portal_domain() & Domain("id", "=", contract_id), limit=1
            )
            if contract_sudo:
                participant_sudo = self._get_own_part(contract_sudo, user.partner_id)
                if participant_sudo or not user._is_internal():
                    return ContractAccess(
                        contract_sudo,
                        participant_sudo,
                        contract_sudo._get_login_strength(),
                        "acting" if participant_sudo else "reading",
                    )
            if user._is_internal():
                contract = (
                    Contract.search([("id", "=", contract_id)])
                    if (Contract.has_access("read"))
                    else Contract
                )
                if contract:
                    # The page shows what participants see, not what the user may.
                    contract_sudo = contract.sudo()
                    nobody = contract_sudo.participant_ids.browse()
                    return ContractAccess(contract_sudo, nobody, "preview", "previewing")
        participant_sudo = Contract._get_linked_participant(contract_id)
        if participant_sudo and (
            user._is_public() or participant_sudo.partner_id == user.partner_id
        ):
            strength = "link_code" if self._has_entered_code(participant_sudo) else "link"
            return ContractAccess(participant_sudo.contract_id, participant_sudo, strength)
        return None

    def _has_entered_code(self, participant_sudo):
        """Tell whether the right one-time code was entered in this session lately.

        :param recordset participant_sudo: the participant, elevated
        """
        entered = (request.session.get(CODES_KEY) or {}).get(str(participant_sudo.id)) or {}
        version_sudo = participant_sudo.contract_id.current_version_id
        return (
            entered.get("version") == version_sudo.id
            and entered.get("until", 0) > time.time()
            and not participant_sudo.is_code_locked
        )

    def _enter_code(self, access, code):
        """Compare a one-time code; a right one counts for a while in this session.

        :param ContractAccess access: who is here and as whom
        :param str code: the code as typed
        :return: what is wrong, or none
        :rtype: str | None
        """
        participant_sudo = access.participant_sudo
        problem = participant_sudo._enter_code(code)
        if not problem:
            # a new dictionary, so that the session notices the change
            request.session[CODES_KEY] = {
                **(request.session.get(CODES_KEY) or {}),
                str(participant_sudo.id): {
                    "version": access.contract_sudo.current_version_id.id,
                    "until": time.time() + CODE_COUNTS_SECONDS,
                },
            }
        return problem

    def _get_own_part(self, contract_sudo, partner):
        """Find a person's part in a contract: the one in turn, if there are several.

        :param recordset contract_sudo: the contract, elevated
        :param recordset partner: the person
        :rtype: recordset of `customer.contract.participant`, elevated
        """
        own_sudo = contract_sudo.participant_ids.filtered(
            lambda participant: participant.partner_id == partner
        )
        return own_sudo.sorted(
            lambda participant: (
                not participant._is_in_turn(),
                ("signer", "approver", "observer").index(participant.role),
            )
        )[:1]

    def _get_session_link(self, contract_id):
        """Return the personal link opened in this session, even if it stopped working.

        :param int contract_id: the contract's id
        :rtype: recordset of `customer.contract.link`, elevated
        """
        links = request.session.get(LINKS_KEY) or {}
        # Nobody has rights on links; the session proves that this one was opened.
        link_sudo = request.env["customer.contract.link"].sudo().browse(links.get(str(contract_id)))
        link_sudo = link_sudo.exists()
        if link_sudo.participant_id.contract_id.id != contract_id:
            return link_sudo.browse()
        return link_sudo

    def _refuse_page(self, contract_id):
        """Answer a visitor who has no access: why, as far as that is theirs to know.

        Contracts that do not exist and contracts of others get the same answer.

        :param int contract_id: the contract's id
        :rtype: odoo.http.Response
        """
        link_sudo = self._get_session_link(contract_id)
        user = request.env.user
        if link_sudo:
            if not user._is_public() and user.partner_id != link_sudo.participant_id.partner_id:
                return self._render_wrong_account(link_sudo)
            return self._render_unusable_link(link_sudo)
        if user._is_public():
            target = urlencode({"redirect": f"/my/contracts/{contract_id}"})
            return request.redirect(f"/web/login?{target}")
        return request.redirect("/my")

    def _render_wrong_account(self, link_sudo, reopen_url=None):
        """Tell that a personal link was sent to somebody else.

        :param recordset link_sudo: the `customer.contract.link`, elevated
        :param str reopen_url: where to go after logging out
        :rtype: odoo.http.Response
        """
        contract_sudo = link_sudo.participant_id.contract_id
        own_access = self._get_access(contract_sudo.id)
        return self._make_private(
            request.render(
                "customer_contract.portal_link_wrong_account",
                {
                    "page_name": "contract_link",
                    "addressee": link_sudo.participant_id.partner_id.name,
                    "own_url": contract_sudo.access_url if own_access else None,
                    "logout_url": "/web/session/logout?"
                    + urlencode({"redirect": reopen_url or "/web/login"}),
                },
                status=403,
            )
        )

    def _render_unusable_link(self, link_sudo):
        """Tell why a personal link does not work (any more), and what to do.

        :param recordset link_sudo: the `customer.contract.link`, elevated
        :rtype: odoo.http.Response
        """
        contract_sudo = link_sudo.participant_id.contract_id
        return self._make_private(
            request.render(
                "customer_contract.portal_link_unusable",
                {
                    "page_name": "contract_link",
                    "reason": self._get_link_problem(link_sudo),
                    "version_number": contract_sudo.current_version_id.number,
                    "company": contract_sudo.company_id,
                    "renew_url": f"/my/contracts/{contract_sudo.id}/link",
                },
                status=410,
            )
        )

    def _get_link_problem(self, link_sudo):
        """Return why a personal link does not work, as a short name.

        :param recordset link_sudo: the `customer.contract.link`, elevated
        :rtype: str
        """
        contract_sudo = link_sudo.participant_id.contract_id
        if contract_sudo.state == "cancelled":
            return "cancelled"
        if contract_sudo.state in PREPARING_STATES:
            return "revision"
        if contract_sudo.state == "expired":
            return "deadline"
        if link_sudo.version_id != contract_sudo.current_version_id:
            return "new_version"
        return "replaced" if link_sudo.is_revoked else "expired"

    def _is_machine(self):
        """Tell whether a request was made by a program rather than for a reader.

        Not all that do so say so: what counts as viewed is confirmed by the page itself.
        """
        http_request = request.httprequest
        headers = http_request.headers
        return (
            http_request.method == "HEAD"
            or "Odoo-Link-Preview" in headers
            or any("prefetch" in headers.get(name, "") for name in PREFETCH_HEADERS)
            or bool(MACHINES.search(http_request.user_agent.string or ""))
        )
