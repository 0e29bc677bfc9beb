from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerContract(models.Model):
    """What waits for the current user to do, by the kind of work.

    A feature that asks employees for something adds a kind to ``to_do``, and the contracts
    that it means to ``_get_to_do_domains``.
    """

    _inherit = "customer.contract"

    to_do = fields.Selection(
        [("send", "Send")],
        compute="_compute_to_do",
        search="_search_to_do",
        groups="base.group_user",
        help="What the contract waits for you to do.",
    )

    @api.depends("state", "current_version_id", "user_id")
    @api.depends_context("uid")
    def _compute_to_do(self):
        # Found as the search finds it: one query a kind, whatever number of contracts.
        kinds = {}
        for kind, domain in self._get_to_do_domains().items():
            # Whoever reads a contract is told what it waits for.
            for contract_sudo in self.sudo().search(domain & Domain("id", "in", self._origin.ids)):
                kinds.setdefault(contract_sudo.id, kind)
        for contract in self:
            contract.to_do = kinds.get(contract._origin.id, False)

    def _search_to_do(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_to_do_domains()
        found = self._make_union(domains[kind] for kind in value if kind in domains)
        return found | ~self._make_union(domains.values()) if False in value else found

    @api.model
    def _get_to_do_domains(self):
        """Return the contracts that wait for the current user, by the kind of work.

        A contract that waits for several things is shown with the first of them.

        :return: domains that lead to few contracts by an index
        :rtype: dict[str, odoo.fields.Domain]
        """
        return {
            # Signed on our side already: somebody has to take the next step.
            "send": Domain("state", "=", "draft")
            & Domain("current_version_id", "!=", False)
            & Domain("user_id", "=", self.env.uid)
        }

    @api.model
    def _make_union(self, domains):
        """Return a domain for what any of some domains finds, each by its own index.

        PostgreSQL would look at every contract for the alternatives of one condition.

        :param Iterable[odoo.fields.Domain] domains: the domains
        :rtype: odoo.fields.Domain
        """
        # Which of what is found somebody may read is decided around it.
        contracts_sudo = self.sudo()
        queries = [contracts_sudo._search(domain).select() for domain in domains]
        if not queries:
            return Domain.FALSE
        union = SQL(" UNION ").join(queries)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL("%s IN (%s)", SQL.identifier(alias, "id"), union)
        )
