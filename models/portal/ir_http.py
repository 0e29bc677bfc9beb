import time

from werkzeug.exceptions import RequestEntityTooLarge, abort

from odoo import models
from odoo.fields import Domain
from odoo.http import Response, request

from ...const import WRITTEN_KEY

# What our pages send is small; routes that take files or pictures name a limit of their own.
MOST_CONTENT = 256 * 1024
MOST_DEPTH = 20
# Ids are kept in four bytes; none is larger.
MOST_ID = 2**31 - 1


def is_nested_deeper(value, depth):
    """Tell whether lists and dictionaries stand in each other more than so many times."""
    level = [value]
    for _step in range(depth):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Answer what no page of ours sends, before it gets anywhere.

        :raise HTTPException: if a JSON request to one of our routes is too long or too deep,
            or has not the form that Odoo expects
        :raise NotFound: if an address names what cannot be there
        """
        super()._pre_dispatch(rule, args)
        routing = rule.endpoint.routing
        if not cls._is_contract_route(rule):
            return
        if "max_content_length" not in routing:
            request.httprequest.max_content_length = MOST_CONTENT
        if any(isinstance(value, int) and value > MOST_ID for value in args.values()):
            raise request.not_found()
        if routing["type"] == "jsonrpc":
            cls._check_contract_call()
        request.has_acted = not routing["readonly"]

    @classmethod
    def _post_dispatch(cls, response):
        """Remember in the session that it did something: see `may_read_replica`."""
        # The act is over, and may have begun another session; now it is saved.
        if getattr(request, "has_acted", False):
            request.session[WRITTEN_KEY] = int(time.time())
        super()._post_dispatch(response)

    @classmethod
    def _is_contract_route(cls, rule):
        """Tell whether a route is one of ours.

        :param werkzeug.routing.Rule rule: the route
        """
        return rule.rule.startswith(("/my/contracts", "/contract/"))

    @classmethod
    def _check_contract_call(cls):
        """Refuse a JSON request that Odoo's dispatcher or our methods would fail at.

        :raise HTTPException: telling so
        """
        # Whole answers, since Odoo would tell of an error of the server otherwise.
        try:
            call = request.get_json_data()
        except RequestEntityTooLarge:
            abort(Response("Too long", status=413))
        except (ValueError, RecursionError):
            abort(Response("Invalid JSON data", status=400))
        params = call.get("params", {}) if isinstance(call, dict) else None
        is_right = (
            isinstance(params, dict)
            and "self" not in params
            and cls._is_right_context(params.get("context"))
            and not is_nested_deeper(call, MOST_DEPTH)
        )
        if not is_right:
            abort(Response("Invalid JSON-RPC data", status=400))

    @classmethod
    def _is_right_context(cls, context):
        """Tell whether what was sent as the context of a call can be one."""
        if context is None:
            return True
        return isinstance(context, dict) and all(
            isinstance(value, str) if key in ("lang", "tz") else not isinstance(value, dict)
            for key, value in context.items()
        )

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Send the texts of our browser code along, in the language of the page."""
        return [*super()._get_translation_frontend_modules_name(), "customer_contract"]

    @classmethod
    def _get_translation_frontend_modules_domain(cls):
        """Send those of the integrations along as well, whichever are installed."""
        integrations = Domain("name", "=like", "customer\\_contract\\_%")
        others = Domain(super()._get_translation_frontend_modules_domain())
        # An empty domain stands for no module here, not for all.
        return list(integrations if others.is_true() else others | integrations)
