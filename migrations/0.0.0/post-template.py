"""The words of mails follow the update, unless somebody has written own ones.

The files that they come from have moved, so *Reset Template* is told where they are.
"""

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.modules import Manifest
from odoo.tools.misc import file_path

MODULE = "customer_contract"


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    shipped = env["mail.template"]
    for path, name in _find_templates():
        template = env.ref(f"{MODULE}.{name}", raise_if_not_found=False)
        if template:
            # Whoever edits a template stands as its last author; the installation does not.
            if template.write_uid.id == SUPERUSER_ID:
                shipped |= template
            else:
                template.is_contract_own_words = True
            template.template_fs = path
    shipped.reset_template()


def _find_templates():
    """Find the mail templates in the addon's data.

    :return: pairs of a file and a template's external id
    :rtype: iterator[tuple[str, str]]
    """
    for file in Manifest.for_addon(MODULE)["data"]:
        if file.startswith("data/"):
            path = f"{MODULE}/{file}"
            for record in etree.parse(file_path(path)).iterfind(
                ".//record[@model='mail.template']"
            ):
                yield path, record.get("id")
