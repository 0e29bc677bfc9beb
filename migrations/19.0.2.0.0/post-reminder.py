"""Reminders that are long due leave bit by bit, after the managers have seen the plan.

Where more than some thousand contracts waited for people, the oldest were never reminded.
"""

from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, api

MOST_A_DAY = 200
MOST_LISTED = 50


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    Participant = env["customer.contract.participant"]
    due = Participant.search(
        Participant._get_reminder_due_domain(), order="last_contact_on, id"
    ).filtered(
        lambda person: (
            person._is_reminder_due()
            and person.reminder_due_on < person.company_id._get_contract_today() - timedelta(days=1)
        )
    )
    spread(due)
    for manager, people in due.grouped(lambda person: person.contract_id.user_id).items():
        if manager.active:
            _tell(manager, people.sorted("reminder_due_on"))


def spread(due):
    """Plan one reminder a person and day, and no more a day than people bear to answer.

    :param recordset due: the participants, whoever has waited longest first
    """
    of_person, of_day = Counter(), Counter()
    for participant in due:
        wait = max(2, of_person[participant.partner_id])
        while of_day[wait] >= MOST_A_DAY:
            wait += 1
        of_person[participant.partner_id] = wait + 1
        of_day[wait] += 1
        today = participant.company_id._get_contract_today()
        participant._write_protected({"reminder_due_on": today + timedelta(days=wait)})


def _tell(manager, people):
    """Plan an activity for a contract's manager, with the plan in it."""
    speaking = people.contract_id[:1].with_context(
        lang=manager.lang, mail_activity_quick_update=True
    )
    items = Markup("").join(
        Markup("<li>%s: %s, %s</li>")
        % (person.reminder_due_on, person.partner_id.name, person.contract_id.display_name)
        for person in people[:MOST_LISTED]
    )
    text = speaking.env._(
        "These people were never reminded, or not for long. They are reminded on the days "
        "below, unless automatic reminders of the contract are switched off before. In all: "
        "%(number)s.",
        number=len(people),
    )
    speaking.activity_schedule(
        "mail.mail_activity_data_todo",
        user_id=manager.id,
        summary=speaking.env._("Reminders that are long due"),
        note=Markup("<p>%s</p><ul>%s</ul>") % (text, items),
    )
