import base64
import io
import logging
import math
import random
import warnings

from PIL import Image, ImageDraw

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..utils import Actor

_logger = logging.getLogger(__name__)

LANGUAGES = ("fr_FR", "es_ES")
INK = (24, 38, 110, 255)
# The picture is drawn larger and made smaller, which smooths the pen's edges.
SIGNATURE_SIZE, SMOOTHING = (420, 140), 3

# What happens to each contract after it was written: steps of the model below, some
# with the words that go with them. Contracts without steps remain drafts.
STORIES = {
    "contract_storage": ("company_signs", "send", "counterparty_signs"),
    "contract_software": ("company_signs", "send", "counterparty_signs"),
    "contract_training": ("company_signs", "send", "counterparty_signs"),
    "contract_hosting": ("company_signs", "send", "counterparty_signs"),
    "contract_oven": ("company_signs", "send", "counterparty_signs"),
    "contract_clinic": (
        "company_signs",
        "send",
        "counterparty_signs",
        ("terminate", "The clinic moves to another city and closes its rooms in Valencia."),
    ),
    "contract_locks": ("company_signs",),
    "contract_framework": ("submit", "employee_approves"),
    "contract_workshop": ("share",),
    "contract_fleet": ("company_signs", "send", "counterparty_reads"),
    "contract_trailer": ("company_signs", "send"),
    "contract_secrecy": ("send", "counterparty_reads", "counterparty_signs"),
    "contract_electric": (
        "company_signs",
        "send",
        "counterparty_reads",
        (
            "counterparty_disputes",
            "We agreed on 34 dollars for each bike. Section 2 says 38.",
            "customer_contract_dispute_category_price",
            2,
        ),
        ("manager_answers", "38 dollars include theft insurance. 34 was the price without it."),
        ("counterparty_replies", "We have an insurance of our own. Can you leave it out?"),
    ),
    "contract_guarantee": (
        "company_signs",
        "send",
        "counterparty_reads",
        ("counterparty_sends_paper", "Lyon"),
    ),
    "contract_festival": ("company_signs", "send", "other_signs", "counterparty_reads"),
    "contract_boat": ("company_signs", "send"),
    "contract_rental": ("send", "counterparty_reads"),
    "contract_cargo": (
        "send",
        "counterparty_reads",
        ("counterparty_fills_in", {"place_of_delivery": "at_your_shop", "theft_insurance": "true"}),
        "counterparty_signs",
        "company_signs",
    ),
    "contract_garden": (
        "company_signs",
        "send",
        "counterparty_reads",
        ("counterparty_declines", "The price is too high"),
    ),
    "contract_store": (
        "company_signs",
        "send",
        ("cancel", "The landlord let the shop to somebody else."),
    ),
    "contract_photography": ("company_signs", "send", "expire"),
    "contract_reseller": ("company_signs", "send", "revise", "company_signs", "send"),
}


class CustomerContractDemo(models.AbstractModel):
    """Plays the stories of the demo contracts with the methods that people use.

    States, signatures and trails cannot be written as data, and that is the point of
    them: so the people of the demo act.
    """

    _name = "customer.contract.demo"
    _description = "Stories of the Demo Contracts"

    @api.model
    def _install_languages(self):
        """Activate the languages some demo customers read, with the portal's texts."""
        languages = self.env["res.lang"]
        for code in LANGUAGES:
            languages |= languages._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(
            ["web", "mail", "portal", "customer_contract"], languages.mapped("code")
        )

    @api.model
    def _play_stories(self):
        """Let the demo's people sign, send, refuse and cancel their contracts.

        Without a program that makes PDFs nothing can be frozen: the contracts then
        remain drafts.
        """
        if not self.env["ir.actions.report"]._get_contract_engine():
            _logger.info("The demo contracts remain drafts: nothing that prints is installed")
            return
        self._install_seal()
        newest_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id
        # While an addon is being installed, Odoo leaves out the views that extend its
        # own: the certificate of completion would be missing from signed contracts.
        context = {"mail_notify_force_send": False, "load_all_views": True}
        with warnings.catch_warnings():
            # Odoo makes the links in mails with a function that werkzeug will drop.
            warnings.filterwarnings("ignore", "'werkzeug.urls", DeprecationWarning)
            for name, steps in STORIES.items():
                contract = self.env.ref(f"customer_contract.{name}", raise_if_not_found=False)
                if contract and contract._can_be_edited():
                    self._play(contract.with_context(**context), steps)
        self._drop_mails(newest_mail)

    @api.model
    def _install_seal(self):
        """Give the company a certificate, if this server has a passphrase for its key."""
        Certificate = self.env["customer.contract.certificate"]
        company = self.env.ref("base.main_company")
        if Certificate._has_passphrase() and not Certificate.search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            Certificate._generate(company, company.name, years=3)

    @api.model
    def _play(self, contract, steps):
        """Play one contract's story, and finish what was signed by everybody.

        :param recordset contract: the demo contract, still a draft
        :param tuple steps: what happens to it
        """
        for step in steps:
            name, *words = (step,) if isinstance(step, str) else step
            getattr(self, f"_play_{name}")(contract, *words)
        if contract.state != "signed":
            return
        try:
            with self.env.cr.savepoint():
                contract._store_signed_document()
                contract._send_copies()
        except (OSError, UserError) as error:
            contract.invalidate_recordset()
            _logger.info("The scheduled action will finish %s: %s", contract.name, error)

    @api.model
    def _drop_mails(self, newest_mail):
        """Drop the mails of the stories: nobody out there takes part in the demo.

        :param int newest_mail: id of the last mail before them
        """
        mails = self.env["mail.mail"].search(
            [("id", ">", newest_mail or 0), ("model", "=like", "customer.contract%")]
        )
        notifications = self.env["mail.notification"].search([("mail_mail_id", "in", mails.ids)])
        notifications.write({"notification_status": "sent"})
        mails.unlink()

    # === STEPS === #

    def _play_submit(self, contract):
        self._as_manager(contract).action_submit()

    def _play_employee_approves(self, contract):
        approver = contract._get_next_participants()._get_internal_user().ensure_one()
        contract.with_user(approver).action_approve()

    def _play_share(self, contract):
        self._as_manager(contract).action_share_with_customer(share_documents=True)

    def _play_send(self, contract):
        self._as_manager(contract).action_send()

    def _play_revise(self, contract):
        """Begin a second version with better terms."""
        contract = self._as_manager(contract)
        contract.action_new_version()
        contract.write({"amount_total": contract.amount_total * 0.8})

    def _play_company_signs(self, contract):
        signer = self._find_next(contract, "company")
        signer._get_internal_user().ensure_one()
        contract.with_user(signer._get_internal_user()).action_sign_as_manager(
            self._draw_signature(signer.partner_id.name)
        )

    def _play_counterparty_reads(self, contract):
        person = self._find_next(contract, "counterparty")
        person.with_user(self._get_acting_user(person)).sudo()._mark_viewed(
            self._get_identification(person)
        )

    def _play_counterparty_fills_in(self, contract, typed):
        person = self._find_next(contract, "counterparty")
        contract.with_user(self._get_acting_user(person)).sudo()._confirm_values(
            Actor(person, self._get_identification(person)),
            typed,
            digest=contract.current_version_id.content_digest,
        )

    def _play_counterparty_signs(self, contract):
        self._sign_outside(contract, self._find_next(contract, "counterparty"))

    def _play_other_signs(self, contract):
        self._sign_outside(contract, self._find_next(contract, "other"))

    def _play_counterparty_disputes(self, contract, reason, category, clause):
        person = self._find_next(contract, "counterparty")
        contract.with_user(self._get_acting_user(person)).sudo()._dispute(
            Actor(person, self._get_identification(person)),
            reason,
            category=self.env.ref(f"customer_contract.{category}"),
            clause=clause,
        )

    def _play_manager_answers(self, contract, answer):
        self._as_manager(contract).action_answer_dispute(answer)

    def _play_counterparty_replies(self, contract, text):
        person = contract._get_open_dispute().participant_id
        contract.with_user(self._get_acting_user(person)).sudo()._reply_to_dispute(
            Actor(person, "portal"), text
        )

    def _play_counterparty_declines(self, contract, reason):
        person = self._find_next(contract, "counterparty")
        contract.with_user(self._get_acting_user(person)).sudo()._decline(
            Actor(person, self._get_identification(person)), reason
        )

    def _play_cancel(self, contract, reason):
        self._as_manager(contract).action_cancel(reason)

    def _play_terminate(self, contract, reason):
        self._as_manager(contract).action_terminate(reason)

    def _play_expire(self, contract):
        yesterday = fields.Date.subtract(fields.Date.context_today(contract), days=1)
        self._as_manager(contract).sign_deadline = yesterday
        contract._expire()

    # === PEOPLE === #

    def _as_manager(self, contract):
        """Return the contract as its manager acts on it."""
        return contract.with_user(contract.user_id)

    def _find_next(self, contract, party):
        """Return the first participant in turn who acts for a party."""
        return contract._get_next_participants().filtered(
            lambda participant: participant.party == party
        )[:1]

    def _get_acting_user(self, participant):
        """Return the user as whom a participant visits: the own one, or the public."""
        return participant.partner_id.user_ids[:1] or self.env.ref("base.public_user")

    def _get_identification(self, participant):
        """Return how a participant is identified: portal login or personal link."""
        return "portal" if participant.partner_id.user_ids else "link"

    def _sign_outside(self, contract, participant):
        """Sign as the portal does for somebody from outside.

        :param recordset contract: the contract
        :param recordset participant: the signer in turn
        """
        version = contract.current_version_id
        contract = contract.with_context(lang=participant.partner_id.lang)
        contract.with_user(self._get_acting_user(participant)).sudo()._sign(
            Actor(participant, self._get_identification(participant)),
            signature=self._draw_signature(participant.partner_id.name),
            signed_by=participant.partner_id.name,
            digest=version.content_digest,
            consent=self.env["customer.contract.consent"]._get_current(
                contract.company_id, version._get_content()["language"]
            ),
        )

    # === SIGNATURES === #

    @api.model
    def _draw_signature(self, name):
        """Draw a made-up signature: pen strokes of its own for each name.

        :param str name: the person's name
        :return: a PNG in base64
        :rtype: str
        """
        # The same name gets the same strokes: these are pictures, not secrets.
        pen = random.Random(name)  # noqa: S311
        width, height = (side * SMOOTHING for side in SIGNATURE_SIZE)
        picture = Image.new("RGBA", (width, height), (*INK[:3], 0))
        draw = ImageDraw.Draw(picture)
        left = width * 0.05
        for word in name.split()[:3]:
            space = width * 0.9 * len(word) / sum(map(len, name.split()[:3]))
            self._draw_stroke(draw, self._write_word(pen, word, left, space, height))
            left += space
        self._draw_stroke(draw, self._write_flourish(pen, width, height))
        output = io.BytesIO()
        picture.resize(SIGNATURE_SIZE, Image.Resampling.LANCZOS).save(output, format="PNG")
        return base64.b64encode(output.getvalue()).decode()

    def _write_word(self, pen, word, left, space, height):
        """Return the points of one word, loop by loop, the first the largest.

        :rtype: list[tuple[float, float]]
        """
        step, slant = space / (len(word) + 0.5), pen.uniform(0.2, 0.45)
        baseline, small = height * pen.uniform(0.56, 0.64), height * pen.uniform(0.07, 0.11)
        points = []
        for position, letter in enumerate(word):
            tall = position == 0 or letter in "bdfhklt"
            rise = height * pen.uniform(0.24, 0.36) if tall else small * pen.uniform(0.7, 1.4)
            drop = height * pen.uniform(0.12, 0.2) if letter in "gjpqy" else 0
            loop, middle = step * pen.uniform(0.2, 0.75), baseline - rise / 2 + drop / 2
            for part in range(24):
                angle = 2 * math.pi * part / 24
                rising = math.cos(angle) * (rise + drop) / 2
                across = left + step * (position + part / 24) + math.sin(angle) * loop / 2
                points.append((across - slant * rising, middle + rising))
            small *= 0.96
        return points

    def _write_flourish(self, pen, width, height):
        """Return the points of the line that ends a signature.

        :rtype: list[tuple[float, float]]
        """
        start, end = width * pen.uniform(0.06, 0.3), width * pen.uniform(0.75, 0.97)
        level, bend, tilt = height * 0.82, height * pen.uniform(0.03, 0.1), pen.uniform(-0.08, 0.05)
        waves = pen.uniform(0.5, 1.4)
        return [
            (
                start + (end - start) * part / 60,
                level + bend * math.sin(waves * math.pi * part / 30) + tilt * height * part / 60,
            )
            for part in range(61)
        ]

    def _draw_stroke(self, draw, points):
        """Draw a line that is thinner where the pen moves up."""
        for (left, above), (right, below) in zip(points, points[1:], strict=False):
            pressure = 2.4 if below >= above else 1.5
            radius = pressure * SMOOTHING / 2
            draw.line((left, above, right, below), fill=INK, width=round(pressure * SMOOTHING))
            draw.ellipse((right - radius, below - radius, right + radius, below + radius), fill=INK)
