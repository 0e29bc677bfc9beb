from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ALL, BY_ORM, OUTSIDE, PREVIEWERS, READERS, AccessMatrixCommon


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessMatrixCommon):
    """Everybody who could have to do with a contract, at everything that shows one."""

    # === BY RPC, SEARCH AND EXPORT === #

    def _find_in_every_way(self, user):
        """Return which contracts a user finds, by way of finding them."""
        Contract = self.env["customer.contract"].with_user(user)
        ids = [contract.id for contract in self.contracts.values()]
        domain = [("id", "in", ids)]
        readable = {
            contract.id
            for contract in self.contracts.values()
            if contract.with_user(user).has_access("read")
        }
        groups = Contract.formatted_read_group(domain, ["title"], ["__count"])
        web = Contract.web_search_read(domain, {"title": {}})
        return {
            "read": self._get_names(readable),
            "search": self._get_names(Contract.search(domain).ids),
            "search_read": self._get_names(
                [row["id"] for row in Contract.search_read(domain, ["title"])]
            ),
            "web_search_read": self._get_names([row["id"] for row in web["records"]]),
            "name_search": self._get_names([id_ for id_, _name in Contract.name_search("Matrix")]),
            "read_group": {group["title"].split()[-1] for group in groups},
        }

    def _assert_finds(self, role, expected):
        user = self.users[role]
        with self.subTest(role=role, way="count"):
            Contract = self.env["customer.contract"].with_user(user)
            ids = [contract.id for contract in self.contracts.values()]
            self.assertEqual(Contract.search_count([("id", "in", ids)]), len(expected))
        for way, found in self._find_in_every_way(user).items():
            with self.subTest(role=role, way=way):
                self.assertEqual(found, expected)

    def test_contracts_by_orm(self):
        for role, expected in BY_ORM.items():
            if expected is None:
                with self.subTest(role=role), self.assertRaises(AccessError):
                    self.env["customer.contract"].with_user(self.users[role]).search([])
            else:
                self._assert_finds(role, expected)

    def test_contracts_of_colleagues_whose_company_wants_it(self):
        self.customer_company.contract_colleague_access = True
        self._assert_finds("colleague", {"sent", "signed"})
        self._assert_finds("observer", READERS)
        self._assert_finds("removed_observer", {"sent", "signed"})
        self._assert_finds("outside_signer", {"sent", "hidden", "signed"})
        for role in ("former_observer", "stranger", "outside_approver"):
            self._assert_finds(role, BY_ORM[role])

    def test_rule_and_domain_agree(self):
        for switched in (False, True):
            self.customer_company.contract_colleague_access = switched
            for role in OUTSIDE:
                Contract = self.env["customer.contract"].with_user(self.users[role])
                by_domain = Contract.sudo().search(Contract._get_portal_domain())
                with self.subTest(role=role, switched=switched):
                    self.assertEqual(Contract.search([]), by_domain.sudo(False))

    def test_nobody_outside_writes(self):
        for role in (*OUTSIDE, "inside_approver", "other_agent"):
            for name, contract in self.contracts.items():
                own = contract.with_user(self.users[role])
                with self.subTest(role=role, contract=name):
                    self.assertFalse(own.has_access("write"))
                    self.assertFalse(own.has_access("unlink"))

    def test_export(self):
        ids = [contract.id for contract in self.contracts.values()]
        for role, user in self.users.items():
            contracts = self.env["customer.contract"].with_user(user).browse(ids)
            with self.subTest(role=role):
                if role == "administrator":
                    rows = contracts.export_data(["title"])["datas"]
                    self.assertEqual(len(rows), len(ALL))
                else:
                    with self.assertRaises(UserError):
                        contracts.export_data(["title"])

    def _get_models_of_contracts(self):
        """Return all models whose rows belong to one contract, whoever added them."""
        return [
            (model, "contract_id")
            for model in self.env.registry.values()
            if not model._abstract
            and not model._transient
            and model._name != "customer.contract"
            and (field := model._fields.get("contract_id"))
            and field.comodel_name == "customer.contract"
            and field.store
        ]

    def test_rows_of_contracts(self):
        models = self._get_models_of_contracts()
        self.assertGreater(len(models), 6)
        ids = [contract.id for contract in self.contracts.values()]
        for model, name in models:
            Model = self.env[model._name]
            rows = Model.sudo().with_context(active_test=False).search([(name, "in", ids)])
            for role in (*OUTSIDE, "inside_approver", "other_agent"):
                own = Model.with_user(self.users[role])
                with self.subTest(model=model._name, role=role):
                    if own.has_access("read"):
                        self.assertEqual(role, "other_agent", "nobody else may read at all")
                        self.assertFalse(own.search([(name, "in", ids)]))
                    for row in rows[:3]:
                        self.assertFalse(row.with_user(self.users[role]).has_access("read"))
                        self.assertFalse(row.with_user(self.users[role]).has_access("write"))
        for role in PREVIEWERS:
            for kind in ("version", "signature", "event", "document", "participant"):
                Model = self.env[f"customer.contract.{kind}"].with_user(self.users[role])
                self.assertTrue(Model.search([("contract_id", "in", ids)]), (role, kind))

    def test_files(self):
        documents = self.env["customer.contract.document"].search(
            [("contract_id", "in", [contract.id for contract in self.contracts.values()])]
        )
        signed = self.contracts["signed"]
        attachments = documents.ir_attachment_id | signed.sudo().signed_document_id
        for role in (*OUTSIDE, "inside_approver", "other_agent"):
            for attachment in attachments:
                with self.subTest(role=role, file=attachment.name):
                    own = attachment.with_user(self.users[role])
                    self.assertFalse(own.has_access("read"))
                    self.assertFalse(own.search([("id", "=", own.id)]))

    def test_messages(self):
        ids = [contract.id for contract in self.contracts.values()]
        domain = [("model", "=", "customer.contract"), ("res_id", "in", ids)]
        for role in OUTSIDE:
            user = self.users[role]
            found = self.env["mail.message"].with_user(user).search(domain)
            told = found.filtered(
                lambda message, user=user: user.partner_id not in message.sudo().partner_ids
            )
            with self.subTest(role=role):
                self.assertFalse(found.filtered(lambda one: "Matrix note" in one.sudo().body))
                self.assertLessEqual(self._get_names(told.mapped("res_id")), BY_ORM[role])
                comments = told.filtered(lambda one: "Matrix comment" in one.sudo().body)
                self.assertEqual(self._get_names(comments.mapped("res_id")), BY_ORM[role])

    def test_messages_are_written_by_those_who_are_named(self):
        self.customer_company.contract_colleague_access = True
        contract = self.contracts["sent"]
        message = {"body": "May I?", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for role in OUTSIDE:
            own = contract.with_user(self.users[role])
            is_named = role in ("outside_signer", "requester", "observer")
            with self.subTest(role=role):
                if is_named:
                    self.assertTrue(own.message_post(**message))
                else:
                    with self.assertRaises(AccessError):
                        own.message_post(**message)
