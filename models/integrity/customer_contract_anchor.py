import json

from odoo import _, api, fields, models

from ...utils import hash_pair, sha256_of


class CustomerContractAnchor(models.Model):
    """How long a contract's trail was on a day, and the hash it ended with.

    The chain proves that no event in its middle was touched. That it was not cut at
    its end or rebuilt as a whole is proved by what stands outside of it: here, and in
    the digest over all anchors of the day, which leaves the server by e-mail.
    """

    _name = "customer.contract.anchor"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Anchor of a Contract's Audit Trail"
    _order = "contract_id, trail_length desc"
    _rec_name = "head"
    _log_access = False

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    record_id = fields.Many2one(
        "customer.contract.daily.record", required=True, index=True, ondelete="restrict"
    )
    trail_length = fields.Integer("Events", required=True)
    head = fields.Char("Last Hash", required=True)
    proof = fields.Text(
        required=True,
        help="What the anchor has to be hashed with to get the root of the daily record.",
    )
    _trail_length_unique = models.UniqueIndex(
        "(contract_id, trail_length)", "A contract's trail is anchored once at each length."
    )

    @api.model
    def _get_leaf(self, contract_id, length, head):
        """Return the digest of one anchor, as it stands in the tree of its day.

        :param int contract_id: the contract's id
        :param int length: the number of events
        :param str head: the hash of the last event
        :rtype: str
        """
        leaf = {"contract": contract_id, "length": length, "head": head}
        return sha256_of(b"\x00" + self._serialize(leaf).encode())

    def _get_proven_root(self):
        """Return the root that the anchor and its proof lead to.

        :rtype: str
        """
        self.ensure_one()
        digest = self._get_leaf(self.contract_id.id, self.trail_length, self.head)
        for side, other in json.loads(self.proof):
            digest = hash_pair(other, digest) if side == "left" else hash_pair(digest, other)
        return digest

    def _find_problem(self, hashes):
        """Return what is wrong with the anchor, or with the trail it holds.

        :param list[str] hashes: the hashes of the contract's events, in order
        :rtype: str | None
        """
        self.ensure_one()
        if len(hashes) < self.trail_length:
            return _(
                "the trail had %(count)s events on %(date)s and has fewer now",
                count=self.trail_length,
                date=fields.Date.to_string(self.record_id.recorded_on),
            )
        if hashes[self.trail_length - 1] != self.head:
            return _(
                "the trail is another one than on %(date)s",
                date=fields.Date.to_string(self.record_id.recorded_on),
            )
        if self._get_proven_root() != self.record_id.root:
            return _("the anchor does not belong to its daily record")
        record = self.record_id
        expected = self.contract_id._get_read_rows().remember(
            (record._name, record.id), record._get_expected_digest
        )
        if expected != record.digest:
            return _("daily record %(number)s was changed", number=self.record_id.number)
        return None

    def _export(self):
        """Return the anchor as it stands in the bundle, with its daily record.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "length": self.trail_length,
            "head": self.head,
            "proof": json.loads(self.proof),
            "record": self.record_id._export(),
        }
