import base64

from odoo import api, models
from odoo.tools.image import image_data_uri

from ..const import EVIDENCE
from ..utils import format_clock, format_moment
from .report_customer_contract import read_style_sheets

STYLE_SHEET = "customer_contract/static/src/signature/report/contract_completion.css"
QR_SIZE = 296
# What readers of the timeline look for first.
MILEPOSTS = (
    "version_frozen",
    "sent",
    "approved",
    "signed",
    "completed",
)
PLATFORMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
# The first that is named counts: most browsers also name those they descend from.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}


class ReportCustomerContract(models.AbstractModel):
    """What the certificate of completion shows, after the signed contract."""

    _inherit = "report.customer_contract.report_customer_contract"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        values["style_sheet"] += read_style_sheets(STYLE_SHEET)
        return values

    @api.model
    def _prepare_print(self, contract, printed=None):
        values = super()._prepare_print(contract, printed)
        if printed and printed.completion:
            # The certificate is in the contract's language, as the rest.
            localized = self.with_context(lang=values["language"])
            values["completion"] = localized._prepare_completion(
                contract.with_context(lang=values["language"]), printed
            )
        return values

    @api.model
    def _prepare_completion(self, contract, printed):
        """Prepare the certificate of completion.

        :param recordset contract: the contract, elevated
        :param ContractPrint printed: what to print
        :return: values for the certificate's template
        :rtype: dict
        """
        evidence = printed.completion["evidence"]
        signatures = contract.signature_ids.browse(printed.signature_ids)
        # Letters make it clear which text each signer saw.
        consents = {
            digest: {
                "letter": chr(ord("A") + index),
                "text": text,
                "digest": digest,
                "signers": signatures.filtered(
                    lambda signature, digest=digest: signature.consent_digest == digest
                ).mapped("signed_by"),
            }
            for index, (digest, text) in enumerate(contract._get_consent_texts(signatures).items())
        }
        url = contract._get_verification_url()
        return {
            "completed_on": self._prepare_moment(contract, contract.signed_on),
            "verification_url": url,
            "page_url": f"{contract.get_base_url()}{contract.access_url}?report_type=html",
            "qr_code": self._get_qr_code(url),
            "parties": [
                self._prepare_party(printed.content[key]) for key in ("company", "counterparty")
            ],
            "versions": contract.version_ids.sorted("number"),
            "documents": printed.content["documents"],
            "signatures": [
                self._prepare_signature(contract, printed.content, signature, consents)
                for signature in signatures
            ],
            "consents": list(consents.values()),
            "timeline": self._prepare_timeline(contract),
            "zone": self._get_zone(contract),
            "zone_name": self._get_zone(contract).replace("_", " "),
            "trail_length": evidence["trail"]["length"],
            "trail_head": evidence["trail"]["head"],
            "seal": self._prepare_seal(contract, printed.completion),
        }

    @api.model
    def _prepare_party(self, party):
        """Prepare a party's name and what tells it from others of that name.

        :param dict party: a party of the canonical content
        :rtype: dict
        """
        tax_id = self.env._("Tax ID: %(number)s", number=party["vat"]) if party["vat"] else ""
        details = [*party["address"], tax_id, party["email"]]
        return {"name": party["name"], "details": ", ".join(filter(None, details))}

    # === SIGNERS === #

    @api.model
    def _prepare_signature(self, contract, content, signature, consents):
        """Prepare what the certificate says about one act of signing.

        :param recordset contract: the contract
        :param dict content: the canonical content
        :param recordset signature: the signature
        :param dict consents: the consent texts by their digests
        :rtype: dict
        """
        participant = signature.participant_id
        named = participant._get_origin().id
        person = next((one for one in content["participants"] if one["id"] == named), {})
        roles = dict(signature.participant_id._fields["role"]._description_selection(self.env))
        channels = dict(signature._fields["channel"]._description_selection(self.env))
        return {
            "record": signature,
            "image": self._get_signature_image(signature),
            "name_on_contract": person.get("name", ""),
            "company": person.get("company", ""),
            "email": (
                participant._get_email() if signature.delegated_by else person.get("email", "")
            ),
            "role": roles.get(person.get("role"), ""),
            "channel": channels[signature.channel],
            "identity": self._describe_identity(signature.identified_by),
            "device": self._describe_device(signature.user_agent or ""),
            "signed_on": self._prepare_moment(contract, signature.signed_on),
            "consent": consents.get(signature.consent_digest),
            "digest": signature._get_evidence_digest(),
        }

    @api.model
    def _describe_identity(self, identified_by):
        """Tell how surely a person was identified, in the words used everywhere.

        :param str identified_by: how a signature or event says it
        :rtype: str
        """
        return self.env["customer.contract"]._describe_identity(identified_by)

    @api.model
    def _describe_device(self, user_agent):
        """Return what kind of browser and device a request says it comes from.

        :param str user_agent: what the browser said about itself
        :rtype: str
        """
        browser = next((name for key, name in BROWSERS.items() if key in user_agent), "")
        platform = next((name for key, name in PLATFORMS.items() if key in user_agent), "")
        if browser and platform:
            return self.env._("%(browser)s on %(platform)s", browser=browser, platform=platform)
        return browser or platform or user_agent[:80]

    # === TIMES === #

    @api.model
    def _get_zone(self, contract):
        """Return the zone in which the contract's own pages tell moments.

        :param recordset contract: the contract
        :rtype: str
        """
        return contract._get_reader_zone()

    @api.model
    def _prepare_moment(self, contract, moment):
        """Prepare a moment in UTC and as the counterparty's clocks showed it.

        :param recordset contract: the contract
        :param datetime moment: the moment
        :return: two texts; the second is empty if the clocks show UTC
        :rtype: dict
        """
        zone = self._get_zone(contract)
        return {
            "utc": format_moment(self.env, moment),
            "local": format_moment(self.env, moment, zone) if zone != "UTC" else "",
        }

    @api.model
    def _prepare_clock(self, contract, moment):
        """Prepare a moment for columns whose heads name the zones.

        :param recordset contract: the contract
        :param datetime moment: the moment
        :return: two texts; the second is the time alone on the day that the first names
        :rtype: dict
        """
        zone = self._get_zone(contract)
        return {
            "utc": format_clock(self.env, moment),
            "local": format_clock(self.env, moment, zone, beside="UTC"),
        }

    # === TIMELINE === #

    @api.model
    def _prepare_timeline(self, contract):
        """Prepare the audit trail for those who may read the certificate.

        What happened inside a company is counted, not told. What one person did
        several times in a row takes one line.

        :param recordset contract: the contract
        :return: one dictionary a line
        :rtype: list[dict]
        """
        labels = dict(contract.event_ids._fields["event_type"]._description_selection(self.env))
        told = contract.event_ids._get_types_for(EVIDENCE)
        lines = []
        for event in contract.event_ids.sorted("sequence"):
            is_told = event.event_type in told
            line = {
                "first": event.sequence,
                "last": event.sequence,
                "clock": self._prepare_clock(contract, event.occurred_on),
                "is_told": is_told,
                "is_milepost": event.event_type in MILEPOSTS,
            }
            if is_told:
                line.update(self._prepare_event(event, labels))
            same = ("is_told", "label", "people", "identity", "ip_address")
            if lines and all(lines[-1].get(key) == line.get(key) for key in same):
                lines[-1]["last"] = event.sequence
            else:
                lines.append(line)
        for line in lines:
            first, last = line["first"], line["last"]
            line["numbers"] = f"{first}–{last}" if last > first else str(first)
            line["words"] = " ".join(
                filter(None, (line.get("label"), f"×{last - first + 1}" if last > first else ""))
            )
        return lines

    @api.model
    def _prepare_event(self, event, labels):
        """Prepare what the timeline tells about an event.

        :param recordset event: the event
        :param dict labels: the kinds of events in words
        :rtype: dict
        """
        payload = event._get_payload()
        people = [event.actor, (payload.get("participant") or {}).get("name")]
        label = labels[event.event_type]
        version = (payload.get("version") or {}).get("number")
        return {
            "label": f"{label} ({version})" if event.event_type.startswith("version_") else label,
            "people": " → ".join(dict.fromkeys(filter(None, people))),
            "identity": self._describe_identity(event.identified_by),
            "ip_address": event.ip_address,
        }

    # === SEAL === #

    @api.model
    def _prepare_seal(self, contract, completion):
        """Prepare what the certificate says about the seal of the file it stands in.

        :param recordset contract: the contract
        :param dict completion: with what the file is about to be sealed
        :return: the values, none if it will not be sealed
        :rtype: dict | None
        """
        certificate = (
            self.env["customer.contract.certificate"]
            .sudo()
            .browse(completion.get("certificate_id"))
        )
        if not certificate:
            return None
        return {
            "certificate": certificate,
            "is_timestamped": completion["level"] == "b_t",
            "level": dict(contract._fields["seal_level"].selection)[completion["level"]],
        }

    @api.model
    def _get_qr_code(self, url):
        """Return the picture of a QR code, in as few pixels as it has squares.

        :param str url: what it says
        :return: a ``data:`` address
        :rtype: str
        """
        picture = self.env["ir.actions.report"].barcode(
            "QR", url, width=QR_SIZE, height=QR_SIZE, barLevel="M", quiet=0
        )
        return image_data_uri(base64.b64encode(picture))
