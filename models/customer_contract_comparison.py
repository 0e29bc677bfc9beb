import lxml.html
from lxml.html.diff import htmldiff
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import html_sanitize


class CustomerContract(models.Model):
    """Two versions side by side: what was agreed on before, and what is proposed now."""

    _inherit = "customer.contract"

    has_earlier_version = fields.Boolean(compute="_compute_has_earlier_version")

    @api.depends("version_ids", "current_version_id")
    def _compute_has_earlier_version(self):
        for contract in self:
            earlier = contract.version_ids - contract.current_version_id
            contract.has_earlier_version = bool(earlier)

    def action_compare(self):
        """Open what changed since the version before.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Has Changed"),
            "res_model": "customer.contract.comparison",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_contract_id": self.id,
                "default_old_version_id": (self.version_ids - self.current_version_id)
                .sorted("number")[-1:]
                .id,
                "default_new_version_id": self.current_version_id.id,
                "dialog_size": "extra-large",
            },
        }

    def _get_last_read_version(self, participant):
        """Return the version before the current one that a participant has seen.

        :param recordset participant: the participant
        :rtype: recordset of `customer.contract.version`, elevated
        """
        self.ensure_one()
        contract_sudo = self.sudo()
        current_sudo = contract_sudo.current_version_id
        numbers = set()
        for event in contract_sudo.event_ids:
            if event.event_type not in ("viewed", "signed", "disputed"):
                continue
            payload = event._get_payload()
            if (payload.get("participant") or {}).get("id") == participant.id:
                numbers.add((payload.get("version") or {}).get("number"))
        return contract_sudo.version_ids.filtered(
            lambda version: version.number in numbers and version.number < current_sudo.number
        ).sorted("number")[-1:]

    def _compare_side_by_side(self, old, new):
        """Show two contents next to each other, where they differ.

        :param dict old: the content of one version
        :param dict new: the content of another
        :return: ``title``, ``before`` and ``after`` (HTML) of whatever differs
        :rtype: list[dict]
        """
        before, after = (
            self._prepare_comparable_facts(old),
            self._prepare_comparable_facts(new),
        )
        rows = [
            {
                "title": label,
                "before": Markup("<del>%s</del>") % before[label]
                if before.get(label)
                else Markup(""),
                "after": Markup("<ins>%s</ins>") % after[label] if after.get(label) else Markup(""),
            }
            for label in {**before, **after}
            if before.get(label, "") != after.get(label, "")
        ]
        gone = list(old.get("sections", []))
        for section in new.get("sections", []):
            match = next((other for other in gone if other["title"] == section["title"]), None)
            if match:
                gone.remove(match)
            body = match["body"] if match else ""
            if not match or body != section["body"]:
                rows.append(self._compare_texts(section["title"], body, section["body"]))
        return rows + [self._compare_texts(other["title"], other["body"], "") for other in gone]

    def _compare_texts(self, title, before, after):
        """Mark in two texts what is only in one of them.

        :param str title: the section's title
        :param str before: its HTML in one version
        :param str after: its HTML in another
        :rtype: dict
        """
        clean = [str(html_sanitize(body or "", strip_classes=True)) for body in (before, after)]
        marked = htmldiff(*clean)
        return {
            "title": escape(title or ""),
            "before": self._keep_side(marked, "ins"),
            "after": self._keep_side(marked, "del"),
        }

    @api.model
    def _keep_side(self, marked, dropped):
        """Return one side of a text in which insertions and deletions are marked.

        :param str marked: HTML with both
        :param str dropped: ``ins`` or ``del``, whichever is not of that side
        :rtype: markupsafe.Markup
        """
        root = lxml.html.fragment_fromstring(marked, create_parent="div")
        for node in list(root.iter(dropped)):
            node.drop_tree()
        inner = lxml.html.tostring(root, encoding="unicode")
        return html_sanitize(inner, strip_classes=True)
