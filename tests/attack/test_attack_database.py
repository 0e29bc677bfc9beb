import io
import zipfile

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import verify
from ..common import make_pdf
from ..integrity.common import BundleCommon, IntegrityCommon
from ..seal.common import SealCommon
from .common import DONE, REFUSED, attacks, attempt

SUBJECT = "Owner of the database, who turns the triggers off"
EVIDENCE = "odoo.addons.customer_contract.models.evidence.customer_contract"
SERVER, SCRIPT, BOTH, NOBODY = "the server", "verify.py", "both verifiers", "nobody"
VERDICTS = {
    (True, True): BOTH,
    (True, False): SERVER,
    (False, True): SCRIPT,
    (False, False): NOBODY,
}
CONTRACT = "UPDATE customer_contract SET {} WHERE id = %s"
EVENTS = "UPDATE customer_contract_event SET {} WHERE contract_id = %s AND sequence = 3"
MILESTONES = "UPDATE customer_contract_milestone SET {} WHERE contract_id = %s"
SIGNATURES = "UPDATE customer_contract_signature SET {} WHERE contract_id = %s"
# Each attack: the statement, and which verifier finds it. The script knows the evidence, and
# nothing of what else the database says of the contract.
STATEMENTS = {
    "The state is set to cancelled": (CONTRACT.format("state = 'cancelled'"), SERVER),
    "The state is set to draft": (CONTRACT.format("state = 'draft'"), SERVER),
    "The state is set to cancelled, the pointer to the signed file is removed": (
        CONTRACT.format(
            "state = 'cancelled', signed_document_id = NULL, signed_document_digest = NULL"
        ),
        BOTH,
    ),
    "The pointer to the signed file is removed": (
        CONTRACT.format("signed_document_id = NULL, signed_document_digest = NULL"),
        BOTH,
    ),
    "The amount is changed": (CONTRACT.format("amount_total = 1"), SERVER),
    "The title is changed": (CONTRACT.format("title = 'Another'"), SERVER),
    "The start is changed": (CONTRACT.format("date_start = '2020-01-01'"), SERVER),
    "The end is changed": (CONTRACT.format("date_end = '2098-01-01'"), SERVER),
    "The reference is changed": (CONTRACT.format("name = 'CTR/0'"), SERVER),
    "The counterparty is another contact": (
        CONTRACT.format("partner_id = (SELECT partner_id FROM res_company LIMIT 1)"),
        SERVER,
    ),
    "A section's text is changed": (
        "UPDATE customer_contract_section SET body = '<p>Another</p>' WHERE contract_id = %s",
        SERVER,
    ),
    "A section's title is changed": (
        "UPDATE customer_contract_section SET title = 'Another' WHERE contract_id = %s",
        SERVER,
    ),
    "A section is added": (
        "INSERT INTO customer_contract_section (contract_id, title) VALUES (%s, 'More')",
        SERVER,
    ),
    "The sections are deleted": (
        "DELETE FROM customer_contract_section WHERE contract_id = %s",
        SERVER,
    ),
    "A participant's role is changed": (
        "UPDATE customer_contract_participant SET role = 'approver' WHERE contract_id = %s",
        SERVER,
    ),
    "A participant's part is passed to another contact": (
        "UPDATE customer_contract_participant SET partner_id ="
        " (SELECT partner_id FROM res_company LIMIT 1)"
        " WHERE contract_id = %s AND party = 'counterparty'",
        SERVER,
    ),
    "A participant acts for the other party": (
        "UPDATE customer_contract_participant SET party = 'other' WHERE contract_id = %s",
        SERVER,
    ),
    "The contact who asked is another one": (
        CONTRACT.format("requester_id = (SELECT partner_id FROM res_company LIMIT 1)"),
        SERVER,
    ),
    "The contract is the supplier's": (CONTRACT.format("direction = 'supplier'"), SERVER),
    "The contract is of another type": (CONTRACT.format("type_id = NULL"), SERVER),
    "The currency is another one": (
        CONTRACT.format("currency_id = (SELECT max(id) FROM res_currency WHERE id <> currency_id)"),
        SERVER,
    ),
    "People are to be known less surely": (
        CONTRACT.format("identity_policy = 'portal'"),
        SERVER,
    ),
    "A custom field's value is changed": (
        CONTRACT.format("""properties = '{"ovens": 9}'"""),
        SERVER,
    ),
    "The contract points to no version": (CONTRACT.format("current_version_id = NULL"), SERVER),
    "The contract is made a draft without a version": (
        CONTRACT.format("state = 'draft', current_version_id = NULL"),
        SERVER,
    ),
    "Sections are put in another order": (
        "UPDATE customer_contract_section SET sequence = 100 - id %% 100 WHERE contract_id = %s",
        SERVER,
    ),
    "A milestone's date is changed": (MILESTONES.format("date = '2031-01-01'"), SERVER),
    "A milestone's amount is changed": (MILESTONES.format("amount = 1"), SERVER),
    "A milestone is hidden": (MILESTONES.format("portal_visible = FALSE"), SERVER),
    "Milestones are said to be no part of the contract": (
        CONTRACT.format("show_milestones_in_report = FALSE"),
        SERVER,
    ),
    "An annex is said to be to read only": (
        "UPDATE customer_contract_document SET purpose = 'read' WHERE contract_id = %s",
        SERVER,
    ),
    "An annex's file gets another name": (
        "UPDATE ir_attachment SET name = 'Other.pdf' WHERE id IN (SELECT ir_attachment_id"
        " FROM customer_contract_document WHERE contract_id = %s)",
        SERVER,
    ),
    "A consent's text is emptied": (SIGNATURES.format("consent_text = NULL"), BOTH),
    "A consent's text is changed": (SIGNATURES.format("consent_text = 'I agree'"), BOTH),
    "A signature says another name": (SIGNATURES.format("signed_by = 'Somebody'"), BOTH),
    "A signature's picture is another": (SIGNATURES.format("image = 'AAAA'"), BOTH),
    "A signature is deleted": (
        "DELETE FROM customer_contract_signature WHERE contract_id = %s",
        BOTH,
    ),
    "An event's payload is erased": (EVENTS.format("payload = ''"), BOTH),
    "An event's payload is changed": (EVENTS.format("payload = '{}'"), BOTH),
    "An event is of another kind": (EVENTS.format("event_type = 'reminded'"), BOTH),
    "An event's time is changed": (EVENTS.format("occurred_on = '2001-01-01'"), BOTH),
    "An event in the middle is deleted": (
        "DELETE FROM customer_contract_event WHERE contract_id = %s AND sequence = 3",
        BOTH,
    ),
    "The frozen content is changed": (
        "UPDATE customer_contract_version SET content = content || ' ' WHERE contract_id = %s",
        BOTH,
    ),
    "The stage, the archive and the note are changed": (
        CONTRACT.format("active = FALSE, stage_id = NULL, note = 'x'"),
        NOBODY,
    ),
}


GUARDED = "Program that goes around Odoo, the triggers in place"
# What the database itself refuses, of the same statements
GUARDED_STATEMENTS = {
    name: statement
    for name, (statement, verdict) in STATEMENTS.items()
    if name
    in {
        "The amount is changed",
        "The title is changed",
        "The start is changed",
        "The end is changed",
        "The reference is changed",
        "The contract is the supplier's",
        "The contract is of another type",
        "The currency is another one",
        "People are to be known less surely",
        "A section's text is changed",
        "A section's title is changed",
        "A section is added",
        "The sections are deleted",
        "Sections are put in another order",
        "A participant's role is changed",
        "A participant acts for the other party",
        "A milestone's date is changed",
        "A milestone's amount is changed",
        "A milestone is hidden",
        "Milestones are said to be no part of the contract",
        "An annex is said to be to read only",
        "A consent's text is emptied",
        "A signature says another name",
        "A signature is deleted",
        "An event's payload is erased",
        "An event in the middle is deleted",
        "The frozen content is changed",
    }
} | {
    "The participants are deleted": (
        "DELETE FROM customer_contract_participant WHERE contract_id = %s"
    ),
    "The milestones are deleted": "DELETE FROM customer_contract_milestone WHERE contract_id = %s",
    "The annexes are deleted": "DELETE FROM customer_contract_document WHERE contract_id = %s",
    "The contract is deleted": "DELETE FROM customer_contract WHERE id = %s",
}
# What the company goes on working with
OPEN_STATEMENTS = {
    "The stage, the archive and the note are changed": STATEMENTS[
        "The stage, the archive and the note are changed"
    ][0],
    "The visibility in the portal and the manager are changed": CONTRACT.format(
        "portal_published = FALSE, user_id = NULL"
    ),
    "A milestone's progress and owner are changed": MILESTONES.format(
        "progress = 'reached', user_id = NULL"
    ),
    "A participant's order is changed": (
        "UPDATE customer_contract_participant SET sequence = 5 WHERE contract_id = %s"
    ),
    "An annex's folder and order are changed": (
        "UPDATE customer_contract_document SET folder = 'A', sequence = 1 WHERE contract_id = %s"
    ),
}


@tagged("post_install", "-at_install")
class TestAttackDatabase(BundleCommon, IntegrityCommon, SealCommon):
    """Rows are changed by SQL; then the server looks, and verify.py at what it hands out."""

    def _find_who_sees(self, contract, statement):
        """Run a statement, and tell which verifiers see it afterwards."""
        self._without_triggers(statement, contract.id)
        with mute_logger(EVIDENCE):
            result = contract.verify_integrity()
        content = contract.sudo()._make_evidence_bundle()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        status, output = self._verify(files)
        damaged = [check["name"] for check in result["checks"] if check["state"] == "damaged"]
        # Where the script finds something, the server finds it too, by the same check.
        found = {
            name
            for name in verify.CHECKS
            if f"FAIL  {getattr(verify.Bundle, 'check_' + name.replace(' ', '_')).__doc__}"
            in output
        }
        if "versions" in found:
            # of other content are the signatures, then, too
            found.discard("signatures")
        with self.subTest(statement):
            self.assertLessEqual(found, set(map(contract._get_check, damaged)))
            # Where many are checked together, none passes that does not pass alone.
            with mute_logger(EVIDENCE):
                is_intact = bool(contract.sudo()._find_intact())
            self.assertEqual(is_intact, result["ok"])
        return VERDICTS[bool(damaged), status == 1]

    def _create_full_contract(self):
        """Create a signed contract with all that is frozen."""
        contract_type = self.env["customer.contract.type"].create(
            {
                "name": "Delivery",
                "field_ids": [Command.create({"label": "Ovens", "value_type": "integer"})],
            }
        )
        contract_type.field_ids.flush_recordset()
        return self._create_signed_contract(
            type_id=contract_type.id,
            properties={"ovens": 3},
            show_milestones_in_report=True,
            milestone_ids=[Command.create({"name": "Installed", "date": "2030-01-01"})],
            document_ids=[
                Command.create({"name": "Annex.pdf", "raw": make_pdf("Annex"), "purpose": "sign"})
            ],
        )

    @attacks(SUBJECT, {name: verdict for name, (_sql, verdict) in STATEMENTS.items()})
    def test_statements(self):
        self._create_certificate()
        contract = self._create_full_contract()
        self.assertEqual(self._find_who_sees(contract, "SELECT %s"), NOBODY)
        got = {}
        for name, (statement, _verdict) in STATEMENTS.items():
            with self.env.cr.savepoint() as savepoint:
                got[name] = self._find_who_sees(contract, statement)
                savepoint.rollback()
            self.env.invalidate_all()
        return got

    @attacks(
        GUARDED,
        {
            **{name: REFUSED for name in GUARDED_STATEMENTS},
            **{name: DONE for name in OPEN_STATEMENTS},
        },
    )
    def test_triggers(self):
        contract = self._create_full_contract()
        self.env.flush_all()
        got = {}
        for name, statement in (GUARDED_STATEMENTS | OPEN_STATEMENTS).items():
            with self.env.cr.savepoint() as savepoint:

                def run(statement=statement):
                    with self.env.cr.savepoint():
                        self.env.cr.execute(statement, [contract.id])

                got[name] = attempt(run)
                savepoint.rollback()
        return got
