"""Requests under way are bound to the address that was frozen; who may not act is held.

Whoever stands for the company without a login as an employee was asked like people
outside before. Their links end, and administrators get the list of them.
"""

import json

from markupsafe import Markup

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    parts = env["customer.contract.participant"].search(
        [
            ("is_retired", "=", False),
            ("role", "in", ("approver", "signer")),
            ("contract_id.current_version_id", "!=", False),
            ("frozen_email", "=", False),
        ]
    )
    frozen = {}
    for contract in parts.contract_id:
        content = json.loads(contract.current_version_id.content)
        for person in content.get("participants", []):
            frozen[contract.id, person["id"]] = person.get("email") or False
        has_left = {
            (event._get_payload().get("participant") or {}).get("id")
            for event in contract.event_ids
            if event.event_type == "contact_left"
            and (event._get_payload().get("version") or {}).get("number")
            == contract.current_version_id.number
        }
        for part in parts & contract.participant_ids:
            person = part.partner_id
            is_gone = part.id in has_left and part.party == "counterparty"
            company = contract.commercial_partner_id if is_gone else person.commercial_partner_id
            part._write_protected(
                {
                    "frozen_email": frozen.get((contract.id, part.id), person.email) or False,
                    "frozen_company_id": company.id,
                }
            )
    open_parts = env["customer.contract.participant"].search(
        env["customer.contract.participant"]._get_reviewed_domain()
    )
    open_parts._review_standing()
    without_login = open_parts.filtered(
        lambda part: part._stands_for_company() and not part._get_employee()
    )
    for part in without_login:
        part.contract_id._revoke_links(part)
    listed = open_parts.filtered("hold_reason") | without_login
    if listed:
        _tell_administrators(env, listed)


def _tell_administrators(env, parts):
    """Plan an activity for each administrator, with the list of those held in it."""
    for company in parts.company_id:
        own = parts.filtered(lambda part, company=company: part.company_id == company)
        for user in env["customer.contract"]._get_contract_administrators(company):
            speaking = own.contract_id[:1].with_context(
                lang=user.lang, mail_activity_quick_update=True
            )
            items = Markup("").join(
                Markup("<li>%s: %s</li>") % (part.contract_id.display_name, part.partner_id.name)
                for part in own
            )
            speaking.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=speaking.env._("People who can no longer act on contracts"),
                note=Markup("<p>%s</p><ul>%s</ul>")
                % (
                    speaking.env._(
                        "These people are asked to act and have no login or right for it any "
                        "more, or something has changed about their contacts. Their links no "
                        "longer work where they stand for the company: replace or confirm them. "
                        "Whoever stands for the company without a login signs on paper."
                    ),
                    items,
                ),
            )
