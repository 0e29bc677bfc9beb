import logging
import re

from odoo import fields
from odoo.http import request, route

from ..const import ASKING_STATES, LINKS_KEY
from ..utils import Actor
from .access import OWN_ACTS_SECONDS
from .portal import CustomerContractPortal

RENEWAL_PAUSE_MINUTES = 5
TOKEN_IN_ADDRESS = re.compile(
    r"((?:/|%2F)contract(?:/|%2F)(?:sign|in_person)(?:/|%2F))[^/\s?&#\"']+", re.I
)
# Who writes addresses of requests to the log. A logger's filters see what is logged by
# itself, not by those below it.
LOGGERS = ("werkzeug", "odoo.http", "odoo.addons.http_routing.models.ir_http")


class LinkLogFilter(logging.Filter):
    """Keeps the tokens of personal links out of this server's own log.

    A token gives access to a contract, and the address of a request is written to the
    log: of every one by the web server, of refused ones by Odoo.
    """

    def filter(self, record):
        message = record.getMessage()
        masked = TOKEN_IN_ADDRESS.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


for logger in LOGGERS:
    logging.getLogger(logger).addFilter(LinkLogFilter())


class CustomerContractLink(CustomerContractPortal):
    """The links that participants get by e-mail: they open the contract's page."""

    @route("/contract/sign/<string:token>", type="http", auth="public", website=True)
    def open_personal_link(self, token, **kwargs):
        """Let the link's holder in and go on to the contract's page.

        The session remembers which link was opened, so that the token leaves the
        address bar, the browser's history and whatever is sent along from the page.
        """
        link_sudo = request.env["customer.contract.link"]._find(token)
        if not link_sudo:
            return self._make_private(
                request.render(
                    "customer_contract.portal_link_unknown",
                    {"page_name": "contract_link", "no_breadcrumbs": True},
                    status=404,
                )
            )
        participant_sudo = link_sudo.participant_id
        user = request.env.user
        if not user._is_public() and user.partner_id != participant_sudo.partner_id:
            return self._render_wrong_account(link_sudo, reopen_url=f"/contract/sign/{token}")
        contract_sudo = participant_sudo.contract_id
        links = request.session.get(LINKS_KEY) or {}
        known_sudo = link_sudo.browse(links.get(str(contract_sudo.id), ())).exists()
        if known_sudo.participant_id != participant_sudo:
            # Whoever knows the session from before, and may have planted it, loses it.
            request.session.should_rotate = True
        request.session[LINKS_KEY] = {**links, str(contract_sudo.id): link_sudo.id}
        if link_sudo._is_usable():
            self._record_opening(link_sudo)
        # A replica may not know yet of a link that was just made, or of what it is about.
        age = fields.Datetime.now() - link_sudo.create_date
        request.has_acted = age.total_seconds() < OWN_ACTS_SECONDS
        address = self._get_localized_address(participant_sudo)
        return self._make_private(request.redirect(address, code=303))

    def _get_localized_address(self, participant_sudo):
        """Return the contract's page in the language of the link's addressee.

        :param recordset participant_sudo: the participant, elevated
        :rtype: str
        """
        address = participant_sudo.contract_id.access_url
        lang = participant_sudo.partner_id.lang
        Http = request.env["ir.http"]
        is_offered = lang in request.env["res.lang"]._get_frontend()
        if not is_offered or lang == Http._get_default_lang().code:
            return address
        return Http._url_lang(address, lang)

    @route(
        "/my/contracts/<int:contract_id>/link",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def renew_personal_link(self, contract_id, **kwargs):
        """Mail a new link to the person an expired one was sent to.

        The answer is the same whether or not there was anything to send.
        """
        link_sudo = self._get_session_link(contract_id)
        if link_sudo and self._can_be_renewed(link_sudo):
            self._renew_link(link_sudo.participant_id)
        return self._make_private(
            request.render(
                "customer_contract.portal_link_requested",
                {"page_name": "contract_link", "no_breadcrumbs": True},
            )
        )

    def _can_be_renewed(self, link_sudo):
        """Tell whether an expired link's addressee gets a new one.

        :param recordset link_sudo: the `customer.contract.link`, elevated
        """
        participant_sudo = link_sudo.participant_id
        pause = fields.Datetime.subtract(fields.Datetime.now(), minutes=RENEWAL_PAUSE_MINUTES)
        has_fresh_one = link_sudo.search_count(
            [("participant_id", "=", participant_sudo.id), ("create_date", ">", pause)],
            limit=1,
        )
        return (
            not link_sudo.is_revoked
            and not has_fresh_one
            and self._get_link_problem(link_sudo) == "expired"
            and participant_sudo._is_let_in()
            and participant_sudo._is_outside()
        )

    def _renew_link(self, participant_sudo):
        """Mail a new link: with the request to act, if the person is waited for.

        :param recordset participant_sudo: the participant, elevated
        """
        if self._is_waited_for(participant_sudo):
            participant_sudo._notify_request()
        else:
            participant_sudo.contract_id._send_template(
                "customer_contract.mail_template_link", participant_sudo.partner_id
            )

    def _is_waited_for(self, participant_sudo):
        """Tell whether something is left to do for a participant, whatever the link says.

        :param recordset participant_sudo: the participant, elevated
        """
        is_under_way = participant_sudo.contract_id.state in ASKING_STATES
        return is_under_way and participant_sudo._is_in_turn()

    def _record_opening(self, link_sudo):
        """Record that a personal link was opened, or fetched by a program that says so.

        :param recordset link_sudo: the `customer.contract.link`, elevated
        """
        if self._is_machine():
            fetched_sudo = link_sudo.participant_id
            fetched_sudo.contract_id._log_event("link_fetched", participant=fetched_sudo)
            return
        if not link_sudo.opened_on:
            link_sudo.opened_on = fields.Datetime.now()
        participant_sudo = link_sudo.participant_id
        participant_sudo.contract_id._log_event(
            "link_opened", actor=Actor(participant_sudo, "link")
        )
