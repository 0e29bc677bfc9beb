"""A field that a rule hid in some states of contracts is hidden in all of them.

Nobody sees more than before. Whoever makes rules is told which ones reach further now.
"""

from markupsafe import Markup

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    states = env["customer.contract"]._fields["state"].get_values(env)
    rules = env["customer.contract.field.rule"].with_context(active_test=False)
    former = {
        rule: [state for state in states if rule[f"in_{state}"]]
        for rule in rules.search([("access", "=", "hidden")])
    }
    widened = {rule: ticked for rule, ticked in former.items() if 0 < len(ticked) < len(states)}
    for rule, ticked in former.items():
        if ticked:
            # the note tells it in words
            rule.with_context(tracking_disable=True).write(dict.fromkeys(_get_ticks(states), False))
    if widened:
        _tell_administrators(env, widened)


def _get_ticks(states):
    return [f"in_{state}" for state in states]


def _tell_administrators(env, widened):
    """Leave a note on each rule, and plan an activity for each administrator.

    Neither needs a mail server.
    """
    users = env.ref("customer_contract.group_contract_manager").all_user_ids
    users = users.filtered(lambda user: user.active and not user.share)
    for rule, ticked in widened.items():
        speaking = rule.with_context(lang=users[:1].lang)
        speaking.message_post(body=_describe(speaking, ticked), subtype_xmlid="mail.mt_note")
    place = next((rule for rule in widened if rule.active), next(iter(widened)))
    for user in users:
        speaking = place.with_context(lang=user.lang, mail_activity_quick_update=True)
        items = Markup("").join(
            Markup("<li>%s</li>") % _describe(rule.with_env(speaking.env), ticked)
            for rule, ticked in widened.items()
        )
        speaking.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=speaking.env._("Field rules of contracts reach further"),
            note=Markup("<p>%s</p><ul>%s</ul>")
            % (
                speaking.env._(
                    "Fields are no longer hidden in some states only. These rules hide their "
                    "fields in all states now; please see whether that is what you want, or "
                    "make them read-only."
                ),
                items,
            ),
        )


def _describe(rule, ticked):
    """Tell in the reader's language what a rule hid, and when."""
    field_labels = dict(rule._get_ruled_fields())
    contract_state = rule.env["customer.contract"]._fields["state"]
    state_labels = dict(contract_state._description_selection(rule.env))
    return rule.env._(
        "“%(field)s” was hidden in: %(states)s. It is hidden in all states now.",
        field=field_labels.get(rule.field_name, rule.field_name),
        states=", ".join(state_labels[state] for state in ticked),
    )
