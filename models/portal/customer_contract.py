from odoo import _, api, fields, models, tools
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ...const import (
    ASKED_STATES,
    ASKING_STATES,
    LINKS_KEY,
    PORTAL,
    PREPARING_STATES,
    PREVIEW_KEY,
)
from ...utils import check_one

# A signed file that takes longer waits for something, such as a time stamp.
USUAL_MINUTES = 2
OF_OUTSIDERS = [("party", "!=", "company")]


class CustomerContract(models.Model):
    """How the outside world reaches a contract: portal and personal links."""

    _inherit = "customer.contract"

    to_do = fields.Selection(
        selection_add=[
            ("sign", "Sign"),
            ("approve", "Approve"),
            ("send",),
            ("mail", "Correct the Address"),
        ]
    )

    @api.depends_context(PREVIEW_KEY)
    def _compute_access_url(self):
        super()._compute_access_url()
        # Everything on a previewed page leads to where nothing counts.
        person_id = self.env.context.get(PREVIEW_KEY)
        suffix = f"/preview/{person_id}" if isinstance(person_id, int) else ""
        for contract in self:
            contract.access_url = f"/my/contracts/{contract.id}{suffix}"

    def _portal_ensure_token(self):
        """Give no link to the document as such: links are personal and expire."""
        return ""

    def get_portal_url(
        self,
        suffix=None,
        report_type=None,
        download=None,
        query_string=None,
        anchor=None,
    ):
        """Return the contract's portal address, without any token.

        :param str suffix: what to append to the path
        :param str report_type: ``html`` or ``pdf`` to get the report
        :param bool download: whether to download instead of to show
        :param str query_string: more of the query, starting with ``&``
        :param str anchor: where on the page
        :return: a path on this server
        :rtype: str
        """
        self.ensure_one()
        query = "".join(
            (
                f"&report_type={report_type}" if report_type else "",
                "&download=true" if download else "",
                query_string or "",
            )
        ).lstrip("&")
        return "".join(
            (
                self.access_url,
                suffix or "",
                f"?{query}" if query else "",
                f"#{anchor}" if anchor else "",
            )
        )

    def _get_share_url(self, redirect=False, signup_partner=False, pid=None, share_token=True):
        """Return the page that asks for a login, without token or signature."""
        return self.get_portal_url()

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["partner_id"]

    @api.model
    def _get_linked_participant(self, contract_id):
        """Return the participant whose personal link was opened in this session.

        :param int contract_id: the contract's id
        :rtype: recordset of `customer.contract.participant`, elevated
        """
        Link = self.env["customer.contract.link"].sudo()
        links = request.session.get(LINKS_KEY, {}) if request else {}
        link_sudo = Link.browse(links.get(str(contract_id)))
        if link_sudo and link_sudo._is_usable():
            participant_sudo = link_sudo.participant_id
            if participant_sudo.contract_id.id == contract_id and participant_sudo._is_let_in():
                return participant_sudo
        return Link.participant_id

    def _revoke_links(self, participants=None):
        """Make personal links stop working.

        :param recordset participants: only theirs; everybody's if left out
        """
        # Nobody has rights on links.
        people_sudo = (participants or self.participant_ids).sudo()
        links_sudo = (
            self.env["customer.contract.link"]
            .sudo()
            .search([("participant_id", "in", people_sudo.ids), ("is_revoked", "=", False)])
        )
        links_sudo.is_revoked = True
        for participant_sudo in links_sudo.participant_id:
            participant_sudo.contract_id._log_event("link_revoked", participant=participant_sudo)

    # === PORTAL PAGES === #

    @api.model
    def _get_portal_domain(self, partner=None):
        """Return the contracts that belong on a person's own portal pages.

        The record rule of portal users is this domain; employees see more in the back
        office than they find here. Whoever acts finds what is out.

        :param recordset partner: the person; the current user's if left out
        :rtype: odoo.fields.Domain
        """
        person_id = (partner or self.env.user.partner_id).id
        # Whether somebody is an employee does not depend on who asks.
        users_sudo = (partner or self.env.user.partner_id).sudo().user_ids
        is_employee = any(not user.share for user in users_sudo)
        # Rules are kept in memory: what is kept here are ids, and no records.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)",
                SQL.identifier(alias, "id"),
                model._compile_portal_query(person_id, is_employee),
            ),
            predicate=lambda contract: contract._is_in_portal(person_id, is_employee),
        )

    def _is_in_portal(self, person_id, is_employee):
        """Tell whether the contract belongs on a person's own portal pages."""
        return bool(self._filter_for_portal(person_id, is_employee))

    def _filter_for_portal(self, person_id, is_employee):
        """Return those of the contracts that belong on a person's own portal pages.

        :param int person_id: the person's `res.partner`
        :param bool is_employee: whether the person has a login of an employee
        :rtype: recordset
        """
        alternatives = self._get_portal_alternatives(person_id, is_employee)
        return self.filtered_domain(Domain.OR(alternatives))

    @api.model
    @tools.ormcache("person_id", "is_employee", "self.env.context.get('active_test', True)")
    def _compile_portal_query(self, person_id, is_employee):
        """Return the query for the contracts of a person's own portal pages.

        Each alternative is found by an index, where PostgreSQL would look at every contract
        for all of them together. Odoo takes as long to make the query as PostgreSQL to answer
        it, and a page asks several times.

        :param int person_id: the person's `res.partner`
        :param bool is_employee: whether the person has a login of an employee
        :rtype: odoo.tools.SQL
        """
        # Only what the key names goes into what is kept.
        context = {"active_test": self.env.context.get("active_test", True)}
        contracts_sudo = self.env(su=True, context=context)[self._name]
        queries = [
            contracts_sudo._search(alternative, active_test=False).subselect()
            for alternative in self._get_portal_alternatives(person_id, is_employee)
        ]
        return SQL(" UNION ").join(queries)

    @api.model
    def _get_portal_alternatives(self, person_id, is_employee):
        """Return why contracts belong on a person's own portal pages, one domain for each.

        Each of them is narrow by itself, so that an index finds it. Features that share
        contracts extend this.

        :param int person_id: the person's `res.partner`
        :param bool is_employee: whether the person has a login of an employee
        :rtype: list[odoo.fields.Domain]
        """
        # Nobody acts for the company without a login as an employee, nor reads what is asked.
        standing = [] if is_employee else OF_OUTSIDERS

        def has_part(*conditions):
            own = [("partner_id", "=", person_id), *standing, *conditions]
            return Domain("participant_ids", "any", own)

        acts = Domain("state", "not in", PREPARING_STATES) & has_part(("role", "!=", "observer"))
        approves = Domain("state", "=", "approval") & has_part(
            ("role", "!=", "observer"), ("requested_on", "!=", False)
        )
        return [acts, approves]

    @api.model
    def _get_portal_to_do_domain(self):
        """Return the contracts that wait for the current person to act.

        :rtype: odoo.fields.Domain
        """
        return Domain("state", "in", ASKING_STATES) & Domain(
            "participant_ids",
            "any",
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("state", "in", ASKED_STATES),
                ("role", "!=", "observer"),
            ],
        )

    @api.model
    def _get_to_do_domains(self):
        partner = self.env.user.partner_id

        def asks(role):
            own = [("partner_id", "=", partner.id), ("state", "in", ASKED_STATES)]
            return Domain("participant_ids", "any", [*own, ("role", "=", role)])

        return {
            "sign": Domain("state", "=", "sent") & asks("signer"),
            "approve": Domain("state", "in", ASKING_STATES) & asks("approver"),
            **super()._get_to_do_domains(),
            # Whoever is not reached cannot answer.
            "mail": Domain("user_id", "=", self.env.uid) & Domain("has_unreached", "=", True),
        }

    def _get_next_step(self, partner=None):
        """Tell what happens next with the contract.

        :param recordset partner: the reader, addressed directly where it is their turn
        :return: one sentence
        :rtype: str
        """
        self.ensure_one()
        if self.state in ASKING_STATES:
            # Participants see who is waited for, not each other's records.
            following = self.sudo()._get_next_participants()
            if partner and partner in following.partner_id:
                return (
                    _("Your approval is needed")
                    if self.state == "approval"
                    else _("Your signature is needed")
                )
            names = ", ".join(following.mapped("partner_id.name"))
            if partner and self._is_signed_by(partner):
                return _("Signed by you, waiting for %(people)s", people=names)
            return _("Waiting for %(people)s", people=names)
        if self._is_preparing():
            return _("The signed contract is being prepared")
        # one at a time: translating takes longer than all the rest
        match self.state:
            case "draft":
                return _("Draft")
            case "disputed":
                return _("Waiting for an answer to the dispute")
            case "declined":
                return _("Declined")
            case "cancelled":
                return _("Cancelled")
            case "expired":
                return _("The deadline to sign has passed")
        return ""

    def _is_signed_by(self, partner):
        """Tell whether somebody has signed the current version.

        :param recordset partner: the person
        """
        self.ensure_one()
        # Participants see who is waited for, not each other's records.
        return any(
            person._get_current_signature()
            for person in self.sudo().participant_ids
            if person.partner_id == partner
        )

    def _get_portal_events(self):
        """Return what the parties are told about the contract's history.

        :rtype: recordset of `customer.contract.event`, elevated
        """
        self.ensure_one()
        events_sudo = self.sudo().event_ids
        told = events_sudo._get_types_for(PORTAL)
        return events_sudo.filtered(lambda event: event.event_type in told).sorted("sequence")

    def _get_portal_documents(self):
        """Return the documents the parties may read.

        :rtype: recordset of `customer.contract.document`, elevated
        """
        self.ensure_one()
        return self.sudo().document_ids.filtered("portal_visible")

    def _get_stored_pdf(self):
        """Return the file that stands for the contract: signed, else as frozen.

        :return: the attachment, elevated; none while a draft was never frozen, or
            while the signed contract is being prepared
        :rtype: recordset of `ir.attachment`
        """
        self.ensure_one()
        contract_sudo = self.sudo()
        if contract_sudo.state == "signed":
            return contract_sudo.signed_document_id
        return contract_sudo.current_version_id.pdf_attachment_id

    def _is_preparing(self):
        """Tell whether the contract is signed by all, and its file not there yet."""
        self.ensure_one()
        return self.state == "signed" and not self.sudo().signed_document_id

    def _is_preparing_long(self):
        """Tell whether the signed file takes longer than it should, whatever it waits for."""
        self.ensure_one()
        usual = fields.Datetime.subtract(fields.Datetime.now(), minutes=USUAL_MINUTES)
        return self._is_preparing() and bool(self.signed_on) and self.signed_on < usual

    def action_preview(self):
        """Open the contract as its customer sees it.

        :return: an action that opens the portal page
        :rtype: dict
        """
        check_one(self)
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": self.get_portal_url(),
            "target": "new",
        }
