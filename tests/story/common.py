# What people write to each other is not translated.
# pylint: disable=translation-required
from unittest.mock import patch

from odoo import Command
from odoo.modules import Manifest
from odoo.tests import new_test_user
from odoo.tools import convert_file

from ...utils import Actor
from ..common import ContractCommon, make_pdf
from ..portal.common import ContractPortalCommon

ALL = {"draft", "shared", "approval", "sent", "hidden", "signed"}
READERS = {"shared", "approval", "sent", "signed"}
# Who finds which contracts by the ORM, and so by RPC, export and search.
BY_ORM = {
    "administrator": ALL,
    "all_contracts": ALL,
    "own_contracts": ALL,
    "other_agent": set(),
    "inside_approver": None,  # an employee without rights on contracts
    "outside_approver": {"approval"},
    "outside_signer": {"sent", "hidden", "signed"},
    "requester": READERS,
    "observer": READERS,
    "removed_observer": set(),
    "former_observer": set(),
    "colleague": set(),
    "stranger": set(),
}
# Employees find in the portal what they act on, whatever their rights are.
BY_PORTAL = {
    **BY_ORM,
    "administrator": set(),
    "all_contracts": set(),
    "own_contracts": {"sent", "hidden", "signed"},
    "inside_approver": {"approval"},
}
OUTSIDE = (
    "outside_approver",
    "outside_signer",
    "requester",
    "observer",
    "removed_observer",
    "former_observer",
    "colleague",
    "stranger",
)
# Whoever may read in the back office sees previews on the pages of single contracts.
PREVIEWERS = ("administrator", "all_contracts", "own_contracts")
TO_DO = {"outside_approver": {"approval"}, "inside_approver": {"approval"}}
TO_DO["outside_signer"] = {"sent", "hidden"}
SECRET = "We maintain the ovens."


class DemoCommon(ContractCommon):
    """Odoo's own demo users, and the addon's demo data on top."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.ref("base.user_demo", raise_if_not_found=False):
            cls._create_odoo_demo_users()
        cls.mails_before = cls.env["mail.mail"].search([])
        cls.mails_sent = []
        for model, name, replacement in (
            # Loading the texts of other addons takes long and shows nothing here.
            (
                "ir.module.module",
                "_load_module_terms",
                lambda self, modules, langs, overwrite=False: None,
            ),
            (
                "ir.actions.report",
                "_get_contract_engine",
                lambda self: cls.engine,
            ),
            (
                "customer.contract",
                "_render_contract_pdf",
                lambda self, content, *args, **kwargs: make_pdf(content["reference"]),
            ),
            (
                "customer.contract",
                "_render_paper_pdf",
                lambda self, content, signatures: make_pdf(content["reference"]),
            ),
            ("mail.mail", "send", lambda self, **kwargs: cls.mails_sent.append(self)),
        ):
            cls.startClassPatcher(patch.object(cls.registry[model], name, replacement))
        # At first as on a server where no PDF can be made.
        cls.engine = None
        cls.contracts = cls._load_demo()
        cls.unplayed = cls.contracts.mapped("state"), cls.contracts.version_ids
        cls.engine = "weasyprint"
        cls.env["customer.contract.demo"]._play_stories()
        cls.mails_of_demo = list(cls.mails_sent)

    @classmethod
    def _create_odoo_demo_users(cls):
        """Create the users that Odoo's own demo data has."""
        cls.env.ref("base.partner_admin").email = "admin@example.com"
        employee = new_test_user(
            cls.env, "demo_employee", name="Marc Demo", email="marc@example.com"
        )
        customer = new_test_user(
            cls.env,
            "demo_customer",
            groups="base.group_portal",
            name="Joel Willis",
            email="joel@example.com",
        )
        for name, record in (
            ("user_demo", employee),
            ("partner_demo", employee.partner_id),
            ("demo_user0", customer),
            ("partner_demo_portal", customer.partner_id),
        ):
            cls.env["ir.model.data"].create(
                {"module": "base", "name": name, "model": record._name, "res_id": record.id}
            )

    @classmethod
    def _load_demo(cls):
        """Load the demo data, and return its contracts."""
        before = cls.env["customer.contract"].search([])
        for name in Manifest.for_addon("customer_contract")["demo"]:
            convert_file(cls.env, "customer_contract", name, {}, mode="init", noupdate=True)
        return cls.env["customer.contract"].search([]) - before

    def _get(self, name):
        """Return one of the demo's contracts."""
        return self.env.ref(f"customer_contract.contract_{name}")

    def _count(self, field):
        """Count the contracts by the values of a field."""
        values = [value for value in self.contracts.mapped(field) if value]
        return {value: values.count(value) for value in set(values)}


class AccessMatrixCommon(ContractPortalCommon):
    """Everybody who could have to do with a contract, and contracts in every state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.registry["customer.contract"],
                "_render_contract_pdf",
                lambda *args, **kwargs: make_pdf(),
            )
        )
        cls.users = cls._create_people()
        cls.contracts = cls._create_contracts()
        cls._lose_observers()
        cls.env.flush_all()

    @classmethod
    def _create_people(cls):
        def employee(login, groups):
            return new_test_user(
                cls.env,
                login=f"matrix_{login}",
                name=f"Matrix {login}",
                email=f"{login}@company.example.com",
                groups=groups,
            )

        users = {
            "administrator": employee(
                "administrator", "customer_contract.group_contract_manager,base.group_allow_export"
            ),
            "all_contracts": employee("all", "customer_contract.group_contract_user_all"),
            "own_contracts": cls.manager,
            "other_agent": employee("agent", "customer_contract.group_contract_user"),
            "inside_approver": employee("inside", "base.group_user"),
            "outside_signer": cls.portal_user,
        }
        for role in OUTSIDE:
            if role not in users:
                is_alone = role in ("outside_approver", "stranger")
                users[role] = cls._create_portal_user(
                    f"matrix_{role}", f"Matrix {role}", None if is_alone else cls.customer_company
                )
        return users

    @classmethod
    def _create_contracts(cls):
        people = {role: user.partner_id for role, user in cls.users.items()}

        def create(name, *parts):
            return cls._create_contract(
                title=f"Matrix {name}",
                requester_id=people["requester"].id,
                participant_ids=[
                    Command.create({"partner_id": partner.id, "role": role, "sequence": order})
                    for partner, role, order in (
                        *parts,
                        (cls.manager.partner_id, "signer", 10),
                        (cls.customer, "signer", 20),
                        (cls.link_holder, "signer", 20),
                        (people["observer"], "observer", 20),
                        (people["removed_observer"], "observer", 20),
                        (people["former_observer"], "observer", 20),
                    )
                ],
            )

        approvers = [
            (people[role], "approver", 5) for role in ("inside_approver", "outside_approver")
        ]
        contracts = {
            name: create(name, *(approvers if name == "approval" else ())) for name in sorted(ALL)
        }
        for name, contract in contracts.items():
            contract.document_ids = [
                Command.create(
                    {
                        "name": f"{visibility} {name}.pdf",
                        "raw": b"%PDF-1.4 list of ovens",
                        "mimetype": "application/pdf",
                        "portal_visible": visibility == "shown",
                    }
                )
                for visibility in ("shown", "kept")
            ]
            cls._create_milestones(contract)
            for subtype in ("comment", "note"):
                contract.message_post(
                    body=f"Matrix {subtype}",
                    message_type="comment",
                    subtype_xmlid=f"mail.mt_{subtype}",
                )
        for name in ("shared", "approval"):
            contracts[name].action_share_with_customer()
        contracts["approval"].action_submit()
        picture = {"signature": cls.signature, "signed_by": "Mona Manager"}
        for name in ("sent", "hidden", "signed"):
            contracts[name].with_user(cls.manager).action_sign_as_manager(**picture)
            contracts[name].action_send()
        signed = contracts["signed"].sudo()
        for partner in (cls.customer, cls.link_holder):
            signed._sign(
                Actor(cls._get_participant(signed, partner), "portal"),
                signature=cls.signature,
                signed_by=partner.name,
                digest=signed.current_version_id.content_digest,
                consent=cls.consent,
            )
        signed._store_signed_document()
        contracts["hidden"].portal_published = False
        return contracts

    @classmethod
    def _create_milestones(cls, contract):
        if "customer.contract.milestone" in cls.env:
            cls.env["customer.contract.milestone"].create(
                {"contract_id": contract.id, "name": "Matrix milestone", "date": "2030-01-01"}
            )

    @classmethod
    def _lose_observers(cls):
        """One observer is removed; another one works somewhere else now."""
        removed = cls.users["removed_observer"].partner_id
        for contract in cls.contracts.values():
            cls._get_participant(contract, removed).unlink()
        elsewhere = cls.env["res.partner"].create({"name": "Elsewhere", "is_company": True})
        cls.users["former_observer"].partner_id.parent_id = elsewhere

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def _get_names(self, ids):
        """Return which of the contracts of the matrix have one of the ids."""
        return {name for name, contract in self.contracts.items() if contract.id in ids}
