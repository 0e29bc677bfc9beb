from lxml.html.diff import htmldiff
from markupsafe import Markup

from odoo import models
from odoo.tools import format_date, html_sanitize


class CustomerContract(models.Model):
    """What changed between two frozen versions, for those who read the older one."""

    _inherit = "customer.contract"

    def _get_changes_since(self, digest):
        """Show what changed since the version somebody has read.

        :param str digest: SHA-256 of the content that was read
        :return: HTML with insertions and deletions marked; empty if that content never
            was a version of this contract
        :rtype: markupsafe.Markup
        """
        self.ensure_one()
        # Whoever knows a version's digest was shown that version.
        contract_sudo = self.sudo()
        current_sudo = contract_sudo.current_version_id
        seen_sudo = contract_sudo.version_ids.filtered(
            lambda version: version.content_digest == digest
        )[:1]
        if not seen_sudo or not current_sudo or seen_sudo == current_sudo:
            return Markup("")
        old, new = seen_sudo._get_content(), current_sudo._get_content()
        parts = [
            *self._compare_facts(old, new),
            *self._compare_sections(old.get("sections", []), new.get("sections", [])),
        ]
        return Markup("").join(parts)

    def _compare_facts(self, old, new):
        """Compare what stands around the sections.

        :param dict old: the content of one version
        :param dict new: the content of another
        :return: one line of HTML for each difference
        :rtype: list[markupsafe.Markup]
        """
        before, after = (
            self._prepare_comparable_facts(old),
            self._prepare_comparable_facts(new),
        )
        return [
            Markup("<p><strong>%s:</strong> <del>%s</del> <ins>%s</ins></p>")
            % (label, before.get(label, ""), after.get(label, ""))
            for label in {**before, **after}
            if before.get(label, "") != after.get(label, "")
        ]

    def _prepare_comparable_facts(self, content):
        """Prepare the facts of a version as readers know them.

        :param dict content: the content of the version
        :return: text by label
        :rtype: dict[str, str]
        """
        amount = content.get("amount") or {}
        people = [
            person["name"] for person in content["participants"] if person["role"] == "signer"
        ]
        return {
            self.env._("Title"): content.get("title") or "",
            self.env._("Counterparty"): content["counterparty"]["name"],
            self.env._("Signers"): ", ".join(people),
            self.env._("Amount"): " ".join(
                filter(None, (amount.get("value"), amount.get("currency")))
            ),
            self.env._("Start"): format_date(self.env, content.get("date_start") or False),
            self.env._("End"): format_date(self.env, content.get("date_end") or False),
            self.env._("Documents"): ", ".join(
                file["name"] for file in content.get("documents", [])
            ),
        }

    def _compare_sections(self, old, new):
        """Compare the sections of two versions; those with the same title are paired.

        :param list[dict] old: the sections of one version
        :param list[dict] new: the sections of another
        :return: HTML of each section that differs
        :rtype: list[markupsafe.Markup]
        """
        gone = list(old)
        parts = []
        for section in new:
            match = next((other for other in gone if other["title"] == section["title"]), None)
            if match:
                gone.remove(match)
            before, after = match["body"] if match else "", section["body"]
            if before != after:
                parts.append(self._mark_changes(section["title"], before, after))
        return parts + [self._mark_changes(other["title"], other["body"], "") for other in gone]

    def _mark_changes(self, title, before, after):
        """Mark insertions and deletions in one section.

        :param str title: the section's title
        :param str before: its HTML in one version
        :param str after: its HTML in another
        :rtype: markupsafe.Markup
        """
        clean = [str(html_sanitize(body or "", strip_classes=True)) for body in (before, after)]
        marked = html_sanitize(htmldiff(*clean), strip_classes=True)
        return Markup("<h4>%s</h4>%s") % (title, marked)
