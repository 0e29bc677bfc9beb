import base64
from functools import cache

from markupsafe import Markup

from odoo import api, models
from odoo.tools import file_open
from odoo.tools.image import image_data_uri, image_process

from ..utils import ContractPrint, format_evidence_moment, format_frozen_amount

STYLE_SHEETS = (
    "customer_contract/static/src/contract/report/contract_report.css",
    "customer_contract/static/src/contract/report/contract_report_screen.css",
    "customer_contract/static/src/contract/text/contract_text.css",
)
# Sharp at the size it is printed in; more only makes the file larger.
SIGNATURE_SIZE = (600, 300)
SIGNERS_PER_ROW = 2


@cache
def read_style_sheets(*paths):
    """Return style sheets of the addon, one after the other.

    :param str paths: the files
    :rtype: markupsafe.Markup
    """
    content = ""
    for path in paths:
        with file_open(path) as style_sheet:
            content += style_sheet.read()
    return Markup(content)


def _group_digits(digest):
    """Return a digest's first digits in groups of four, to compare by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4)).strip()


class ReportCustomerContract(models.AbstractModel):
    """What the contract report shows, in words ready to print."""

    _name = "report.customer_contract.report_customer_contract"
    _description = "Contract Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        contracts = self.env["customer.contract"].browse(docids)
        contracts.check_access("read")
        printed = (data or {}).get("contract_print")
        # Whoever may read a contract may read all that its report shows, also what
        # is stored on records that only employees reach.
        contracts_sudo = contracts.sudo()
        return {
            "doc_ids": contracts.ids,
            "doc_model": contracts._name,
            "docs": contracts_sudo,
            "prints": {
                contract_sudo.id: self._prepare_print(
                    contract_sudo,
                    printed if isinstance(printed, ContractPrint) else None,
                )
                for contract_sudo in contracts_sudo
            },
            "style_sheet": read_style_sheets(*STYLE_SHEETS),
        }

    @api.model
    def _prepare_print(self, contract, printed=None):
        """Prepare what the report shows of one contract.

        :param recordset contract: the contract, elevated
        :param ContractPrint printed: what to print instead of the contract as it stands
        :return: values for the report's template
        :rtype: dict
        """
        if printed:
            content, is_frozen = printed.content, True
            signatures = (
                self.env["customer.contract.signature"].sudo().browse(printed.signature_ids)
            )
        else:
            content = contract._get_report_content()
            is_frozen = bool(contract.current_version_id)
            signatures = contract.current_signature_ids
        language = self._get_language(content)
        self = self.with_context(lang=language)
        places = contract._get_signature_places(content, signatures)
        return {
            "content": content,
            "language": language,
            "direction": self.env["res.lang"]._get_data(code=language).direction or "ltr",
            "sections": contract.with_context(lang=language)._prepare_shown_sections(content),
            "date_start": contract._format_content_date(content["date_start"], language),
            "date_end": contract._format_content_date(content["date_end"], language),
            "amount": self._format_content_amount(content["amount"], language),
            "digest": self._get_short_digest(content) if is_frozen else "",
            "signer_rows": self._prepare_signer_rows(contract, places, language),
            "approvers": self._prepare_approvers(contract, content, language),
            "watermark": self._get_watermark(contract, is_frozen, places, is_live=not printed),
        }

    @api.model
    def _get_language(self, content):
        """Return the content's language, as far as it is still installed.

        :param dict content: the canonical content
        :return: a code of `res.lang`
        :rtype: str
        """
        language = content["language"]
        return language if self.env["res.lang"]._get_data(code=language) else "en_US"

    @api.model
    def _format_content_amount(self, amount, language):
        """Format the contract's amount for readers of a language.

        :param dict amount: value and currency of the canonical content, or none
        :param str language: a language code
        :rtype: str
        """
        if not amount:
            return ""
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", amount["currency"])], limit=1)
        )
        return format_frozen_amount(self.env, amount, currency, language)

    @api.model
    def _format_moment(self, contract, moment, language):
        """Format a date and time for the counterparty, with UTC beside it.

        :param recordset contract: the contract
        :param datetime moment: a moment in UTC
        :param str language: a language code
        :rtype: str
        """
        zone = contract._get_reader_zone()
        return format_evidence_moment(self.env, moment, zone, language)

    @api.model
    def _get_short_digest(self, content):
        """Return the first digits of the content's digest, as versions print it."""
        Version = self.env["customer.contract.version"]
        return _group_digits(Version._digest(Version._serialize(content)))

    @api.model
    def _prepare_signer_rows(self, contract, places, language):
        """Prepare the signature blocks, in the rows in which they stand.

        :param recordset contract: the contract
        :param list places: who signs where, and with which signature
        :param str language: a language code
        :rtype: list[list[dict]]
        """
        blocks = [
            {
                "person": person,
                "represented": self._get_represented_party(contract, person),
                "signature": signature,
                "signed_by": signature.signed_by,
                "capacity": signature.capacity or ("" if note else person["capacity"]),
                "note": note or self._describe_choice(person, signature),
                "signed_on": self._format_moment(contract, signature.signed_on, language),
                "image": self._get_signature_image(signature),
                "digest": _group_digits(signature.content_digest or ""),
            }
            for person, signature, note in places
        ]
        return [
            blocks[start : start + SIGNERS_PER_ROW]
            for start in range(0, len(blocks), SIGNERS_PER_ROW)
        ]

    @api.model
    def _describe_choice(self, person, signature):
        """Tell that not everybody has to sign, where nobody has signed yet.

        :param dict person: the signer in the canonical content
        :param recordset signature: the signature or none
        :rtype: str
        """
        step = person.get("step")
        if signature or not step or step["needed"] >= step["of"]:
            return ""
        return self.env._(
            "%(step)s: %(needed)s of %(of)s sign",
            step=step["name"],
            needed=step["needed"],
            of=step["of"],
        )

    @api.model
    def _get_represented_party(self, contract, person):
        """Return for whom somebody signs: the company, or themselves."""
        return person["company"] or person["name"]

    @api.model
    def _get_signature_image(self, signature):
        """Return a signature's picture in the size it is printed in.

        :param recordset signature: a signature or none
        :return: a ``data:`` address, or an empty text
        :rtype: str
        """
        if not signature.image:
            return ""
        picture = image_process(base64.b64decode(signature.image), size=SIGNATURE_SIZE)
        return image_data_uri(base64.b64encode(picture))

    @api.model
    def _prepare_approvers(self, contract, content, language):
        """Prepare the table of those who approve without signing.

        :param recordset contract: the contract
        :param dict content: the canonical content
        :param str language: a language code
        :rtype: list[dict]
        """
        approvers = contract.participant_ids.filtered(lambda one: one.role == "approver")
        origins = {approver: approver._get_origin().id for approver in approvers}
        done = {origins[approver]: approver for approver in approvers if approver.state == "done"}
        needless = {origins[approver] for approver in approvers if approver._is_needless()}
        return [
            self._prepare_approver(contract, person, done.get(person["id"]), language)
            for person in content["participants"]
            if person["role"] == "approver" and person["id"] not in needless
        ]

    @api.model
    def _prepare_approver(self, contract, person, approver, language):
        """Prepare one line of the table of those who approve.

        :param recordset contract: the contract
        :param dict person: the approver in the canonical content
        :param recordset approver: who approved in that person's place, or the person
        :param str language: a language code
        :rtype: dict
        """
        is_stand_in = bool(approver) and approver._is_stand_in()
        return {
            "person": person,
            "note": self.env._("approved by %(person)s", person=approver.partner_id.name)
            if is_stand_in
            else "",
            "approved_on": self._format_moment(contract, approver.done_on, language)
            if approver
            else "",
        }

    @api.model
    def _get_watermark(self, contract, is_frozen, places, is_live):
        """Return what stands across each page of what is no signed contract.

        :param recordset contract: the contract
        :param bool is_frozen: whether the content can no longer change
        :param list places: who signs where, and with which signature
        :param bool is_live: whether the contract is printed as it stands now
        :return: a word or two, or an empty text for the signed contract
        :rtype: str
        """
        ended = {
            "cancelled": self.env._("CANCELLED"),
            "declined": self.env._("DECLINED"),
            "expired": self.env._("EXPIRED"),
        }
        if is_live and contract.state in ended:
            return ended[contract.state]
        if not is_frozen:
            return self.env._("DRAFT")
        if all(place.signature for place in places):
            return ""
        if any(place.signature for place in places):
            return self.env._("NOT YET SIGNED BY ALL")
        return self.env._("NOT YET SIGNED")
