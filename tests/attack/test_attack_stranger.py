import re
from urllib.parse import urlsplit

from odoo.http import root
from odoo.tests import tagged

from ...tools.safe_style import clean_style
from ..evidence.test_safe_style import LOADING
from ..portal.common import ContractPortalCommon
from .common import REFUSED, attack, attacks, attempt

PORTAL = "Strangers: searching as a portal user"
SESSIONS = "Strangers: links, codes and sessions"
TEXT = "Strangers: what a contract's text loads"

PATHS = (
    "message_ids.body",
    "message_ids.email_from",
    "message_ids.notified_partner_ids",
    "message_follower_ids.partner_id",
    "activity_ids.summary",
    "activity_user_id.login",
    "participant_ids.partner_id.email",
    "event_ids.payload",
    "user_id.login",
    "partner_id.comment",
    "note",
    "properties.x",
)
CONSENTS = (["x"], {"x": 1}, 1, "", None, "true")


@tagged("post_install", "-at_install")
class TestAttackStranger(ContractPortalCommon):
    """What people outside try."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract(requester_id=self.link_holder.id)
        self.participant = self._get_participant(self.contract, self.link_holder)
        self.colleague = self.env["res.partner"].create(
            {
                "name": "Bob Second",
                "email": "bob@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        self.participant.copy({"partner_id": self.colleague.id, "contract_id": self.contract.id})
        self._sign_as_manager(self.contract)
        self.contract.action_send()

    @attacks(
        PORTAL,
        {
            f"Own contracts are searched by {path}{how}": REFUSED
            for path in PATHS
            for how in ("", ", in the negative")
        },
    )
    def test_search(self):
        own = self.env["customer.contract"].with_user(self.portal_user)
        got = {}
        for path in PATHS:
            condition = [(path, "ilike", "a")]
            got[f"Own contracts are searched by {path}"] = attempt(
                lambda c=condition: own.search_count(c)
            )
            got[f"Own contracts are searched by {path}, in the negative"] = attempt(
                lambda c=condition: own.search_count(["!", *c])
            )
        return got

    @attacks(
        PORTAL,
        {
            f"Own contracts are sorted and grouped by {name}": REFUSED
            for name in ("message_ids", "note", "activity_ids", "participant_ids", "event_ids")
        },
    )
    def test_group(self):
        own = self.env["customer.contract"].with_user(self.portal_user)
        return {
            f"Own contracts are sorted and grouped by {name}": attempt(
                lambda n=name: own.formatted_read_group([], [n], ["__count"])
            )
            for name in ("message_ids", "note", "activity_ids", "participant_ids", "event_ids")
        }

    def _tell(self, answer):
        return REFUSED if answer.get("reason") else "done"

    @attack(SESSIONS, "A session planted before the link was opened signs", REFUSED)
    def test_fixation(self):
        self._log_in()
        self._get("/web/login")
        planted = self.opener.cookies["session_id"]
        self._get(self._issue_link(self.contract, self.link_holder))
        self.opener.cookies.clear()
        self.opener.cookies["session_id"] = planted
        return self._tell(self._sign(self.contract))

    @attack(SESSIONS, "A device that came too late with the handover's token signs", REFUSED)
    def test_second_device(self):
        address = self.contract.with_user(self.manager)._hand_over(self.participant)
        self.env.flush_all()
        self._log_in()
        self._post(f"{urlsplit(address).path}/start")
        handover = self.env["customer.contract.in.person"].sudo().search([], limit=1)
        session = self.authenticate(None, None)
        session["customer_contract_in_person"] = {"id": handover.id, "secret": "x" * 43}
        root.session_store.save(session)
        return self._tell(self._sign(self.contract))

    @attack(SESSIONS, "A handover's token is opened twice", REFUSED)
    def test_opened_twice(self):
        address = self.contract.with_user(self.manager)._hand_over(self.participant)
        self.env.flush_all()
        path = f"{urlsplit(address).path}/start"
        self._log_in()
        self._post(path)
        self._log_in()
        return REFUSED if self._post(path).status_code != 303 else "done"

    @attack(SESSIONS, "The page of one signer signs as the next in the same browser", REFUSED)
    def test_two_links(self):
        self._log_in()
        page = self.url_open(self._issue_link(self.contract, self.link_holder)).text
        reader = re.search(r'data-reader="(\d+)"', page)[1]
        self._get(self._issue_link(self.contract, self.colleague))
        return self._tell(self._sign(self.contract, reader=reader))

    @attacks(SESSIONS, {f"A consent of ``{consent!r}`` signs": REFUSED for consent in CONSENTS})
    def test_consent(self):
        self._log_in()
        self._get(self._issue_link(self.contract, self.link_holder))
        return {
            f"A consent of ``{consent!r}`` signs": self._tell(
                self._sign(self.contract, consent=consent)
            )
            for consent in CONSENTS
        }

    @attacks(TEXT, {f"A section's style is ``{style}``": REFUSED for style in LOADING})
    def test_styles(self):
        return {
            f"A section's style is ``{style}``": "done"
            if "elsewhere" in clean_style(style)
            else REFUSED
            for style in LOADING
        }
