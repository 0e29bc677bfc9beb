from typing import NamedTuple

from odoo import models


class SignaturePlace(NamedTuple):
    """Where somebody signs: the person whom the content names, and who signed there."""

    person: dict
    signature: object
    note: str


class CustomerContract(models.Model):
    """Which signature stands in the place of whom the frozen content names."""

    _inherit = "customer.contract"

    def _get_signature_places(self, content, signatures):
        """Pair the signers that the content names with the signatures given.

        The content is frozen and names the original signers. A signature given in
        somebody's place stands where that person is named, and says so. Nobody has to
        sign in the place of those whose step others have completed.

        :param dict content: the canonical content
        :param recordset signatures: the `customer.contract.signature` rows to show
        :rtype: list[SignaturePlace]
        """
        self.ensure_one()
        given = {signature.participant_id._get_origin().id: signature for signature in signatures}
        known = {participant.id: participant for participant in self.participant_ids}
        places = []
        for person in content.get("participants", []):
            if person["role"] != "signer":
                continue
            signature = given.get(person["id"], signatures.browse())
            participant = known.get(person["id"])
            if signature or not (participant and participant._is_needless()):
                note = signature._get_delegation_note() if signature else ""
                places.append(SignaturePlace(person, signature, note))
        return places
