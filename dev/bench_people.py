"""Who the contracts of a measurement are with. Runs in Odoo's shell."""

from odoo import Command

AGENTS = 30
# One customer has a twentieth of all contracts, the others twenty each, a visitor three.
OF_THE_BIG_ONE = 20
OF_OTHERS = 20
OF_THE_VISITOR = 3


class People:
    """Whom the originals are with, and who takes their places in the copies."""

    def __init__(self, env, count):
        self.env = env
        self.count = count
        self.customer = self.agent = None

    def create(self):
        """Create them.

        :return: how those of the originals are named, the agents and the customers
        :rtype: tuple[dict, list[dict], list[dict]]
        """
        quiet = self.env(
            context={**self.env.context, "tracking_disable": True, "no_reset_password": True}
        )
        groups = [
            self.env.ref(f"customer_contract.{name}").id
            for name in ("group_contract_user", "group_contract_esign")
        ]
        agents = quiet["res.users"].create(
            [self._prepare_user("agent", number, groups) for number in [*range(AGENTS), 99999]]
        )
        others = max(2, self.count // OF_OTHERS)
        numbers = [*range(others), 99999]
        companies = quiet["res.partner"].create(
            [
                {
                    "name": f"Bakery {number:05d}",
                    "is_company": True,
                    "email": f"bakery{number:05d}@bench.example.com",
                    "street": "Long Street 1",
                    "city": "Springfield",
                }
                for number in numbers
            ]
        )
        buyers = quiet["res.partner"].create(
            [
                {
                    "name": f"Buyer {number:05d}",
                    "email": f"buyer{number:05d}@bench.example.com",
                    "parent_id": company.id,
                }
                for number, company in zip(numbers, companies, strict=True)
            ]
        )
        # Those who visit the portal: with many contracts, with few, and of the originals
        portal = self.env.ref("base.group_portal").id
        quiet["res.users"].create(
            [
                {
                    "login": buyer.email,
                    "password": "bench",
                    "partner_id": buyer.id,
                    "group_ids": [Command.set([portal])],
                }
                for buyer in (buyers[0], buyers[1], buyers[-1])
            ]
        )
        people = [
            self._describe_customer(buyer, company)
            for buyer, company in zip(buyers, companies, strict=True)
        ]
        staff = [self._describe_agent(agent) for agent in agents]
        self.env.flush_all()
        self.customer = buyers[-1]
        self.agent = agents[-1]
        return {**people[-1], **staff[-1]}, staff[:-1], people[:-1]

    def _prepare_user(self, kind, number, groups):
        return {
            "name": f"{kind.title()} {number:05d}",
            "login": f"{kind}{number:05d}@bench.example.com",
            "email": f"{kind}{number:05d}@bench.example.com",
            "password": "bench",
            "group_ids": [Command.set(groups)],
        }

    def _describe_customer(self, buyer, company):
        return {
            "buyer": str(buyer.id),
            "company": str(company.id),
            "buyer name": buyer.name,
            "company name": company.name,
            "buyer address": buyer.email,
            "company address": company.email,
        }

    def _describe_agent(self, agent):
        return {
            "agent": str(agent.id),
            "agent partner": str(agent.partner_id.id),
            "agent name": agent.name,
            "agent address": agent.email,
        }
