import lxml.html
from lxml.html.diff import htmldiff
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import format_date, html_sanitize

from ...tools.safe_style import clean_styles
from ...utils import check_one


class CustomerContract(models.Model):
    """What changed between two frozen versions, for those who read the older one.

    Two versions side by side: what was agreed on before, and what is proposed now.
    """

    _inherit = "customer.contract"

    has_earlier_version = fields.Boolean(compute="_compute_has_earlier_version")

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
        clean = [
            clean_styles(str(html_sanitize(body or "", strip_classes=True)))
            for body in (before, after)
        ]
        marked = html_sanitize(htmldiff(*clean), strip_classes=True)
        return Markup("<h4>%s</h4>%s") % (title, marked)

    # === VERSIONS SIDE BY SIDE === #

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
        check_one(self)
        self.check_access("read")
        return self._open_dialog(
            "customer.contract.comparison",
            self.env._("What Has Changed"),
            {
                "default_contract_id": self.id,
                "default_old_version_id": (self.version_ids - self.current_version_id)
                .sorted("number")[-1:]
                .id,
                "default_new_version_id": self.current_version_id.id,
                "dialog_size": "extra-large",
            },
        )

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
