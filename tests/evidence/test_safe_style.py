import json
import re

from odoo.tests import BaseCase, tagged

from ...tools.safe_style import clean_style, clean_styles, find_hidden_texts, loads_something
from ..common import ContractCommon
from ..portal.common import ContractPortalCommon

# What would have a browser fetch something, in the ways of writing it that browsers know
LOADING = (
    "background-image:url(http://elsewhere.example.com/a.png)",
    "background-image:URL(http://elsewhere.example.com/a.png)",
    "background-image:\\75rl(http://elsewhere.example.com/a.png)",
    "background-image:u\\72 l('http://elsewhere.example.com/a.png')",
    "background-image:\\000075\\000072\\00006c(http://elsewhere.example.com/a.png)",
    "background:red URL( 'http://elsewhere.example.com/a.png' )",
    "background:/*x*/url(//elsewhere.example.com/a.png)",
    "background-image:image-set('http://elsewhere.example.com/a.png' 1x)",
    "background-image:url(http://elsewhere.example.com/a.png",
    "b\\61 ckground-image:url(http://elsewhere.example.com/a.png)",
    "list-style-image:url(http://elsewhere.example.com/a.png)",
    "color:red;background-color:URL(http://elsewhere.example.com/a.png)",
)


@tagged("post_install", "-at_install")
class TestStyle(BaseCase):
    """Styles are read as browsers read them."""

    def test_nothing_is_loaded(self):
        for style in LOADING:
            with self.subTest(style=style):
                clean = clean_style(style)
                self.assertNotIn("elsewhere", clean)
                self.assertTrue(loads_something(style) or "image-set" not in style)
                self.assertFalse(loads_something(clean))

    def test_the_print_is_told_what_loads(self):
        for style in LOADING:
            with self.subTest(style=style):
                self.assertTrue(loads_something(style))
        for style in ("background-image:url(data:image/png;base64,AA)", "color:red", "", None):
            self.assertFalse(loads_something(style))

    def test_what_is_kept(self):
        for style in (
            "color:rgb(1, 2, 3)",
            "text-align:center; width:50%",
            "margin-left:40px; border:1px solid #000",
            "font-family:'Times New Roman', serif",
            "width:calc(100% - 2px)",
        ):
            self.assertEqual(clean_style(style).replace('"', "'"), style)

    def test_what_is_dropped(self):
        for style in (
            "position:fixed",
            "opacity:0",
            "transform:scale(0)",
            "content:attr(x)",
            "width:expression(alert(1))",
            "behavior:none",
            "color:var(--x)",
            "}color:red{",
        ):
            self.assertEqual(clean_style(style), "", style)

    def test_text_without_styles_is_left_alone(self):
        html = "<p>A &amp; <b>b</b><br>c</p>"
        self.assertIs(clean_styles(html), html)
        self.assertEqual(clean_styles('<p style="POSITION:fixed">A</p>tail'), "<p>A</p>tail")

    def test_hidden_text_is_found(self):
        for html in (
            '<p style="color:#fff">Secret</p>',
            '<p style="color:WHITE">Secret</p>',
            '<p style="color:rgb(250, 250, 250)">Secret</p>',
            '<p style="color:rgba(0, 0, 0, 0)">Secret</p>',
            '<p style="color:transparent">Secret</p>',
            '<p style="font-size:0">Secret</p>',
            '<p style="font-size:1px"><b>Secret</b></p>',
            '<p style="opacity:0">Secret</p>',
            '<p style="display:none">Secret</p>',
            '<p style="disp\\6c ay:none">Secret</p>',
            '<p class="d-none">Secret</p>',
            '<p class="text-white">Secret</p>',
            "<p hidden>Secret</p>",
            '<font color="white">Secret</font>',
            '<div style="background-color:black;color:red"><p>x</p>'
            '<div style="background:#fff;color:white">Secret</div></div>',
        ):
            with self.subTest(html=html):
                self.assertEqual(find_hidden_texts(f"<p>Seen</p>{html}"), ["Secret"])

    def test_what_is_seen_is_not_named(self):
        for html in (
            "<p>Plain</p>",
            '<p style="color:white;background-color:#003">On dark ground</p>',
            '<table><tr style="background-color:black"><td style="color:#fff">x</td></tr></table>',
            '<p style="font-size:8px;color:#888">Small print</p>',
            '<p style="color:white"> </p>',
            "",
            None,
        ):
            self.assertEqual(find_hidden_texts(html), [], html)


@tagged("post_install", "-at_install")
class TestStyleOfSections(ContractCommon):
    def test_frozen_text_loads_nothing(self):
        contract = self._create_contract()
        styles = [style.replace('"', "'") for style in LOADING]
        # As a call writes it, past the editor
        contract.section_ids[0].body = "".join(f'<p style="{style}">A</p>' for style in styles)
        self.env.cr.execute(
            "UPDATE customer_contract_section SET body = %s WHERE id = %s",
            [
                json.dumps({"en_US": "".join(f'<p style="{one}">A</p>' for one in styles)})
                if contract.section_ids._fields["body"].translate
                else "".join(f'<p style="{one}">A</p>' for one in styles),
                contract.section_ids[0].id,
            ],
        )
        self.env.invalidate_all()
        self._sign_as_manager(contract)
        self.assertNotIn("elsewhere", contract.sudo().current_version_id.content)
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_hidden_text_is_named_before_sending(self):
        contract = self._create_contract()
        contract.section_ids[0].body = '<p>Seen</p><p style="color:#ffffff">and the fee doubles</p>'
        contract.invalidate_recordset(["picture_warning"])
        self.assertIn("and the fee doubles", contract.picture_warning)
        self.assertIn("Section Scope", contract.picture_warning)
        contract.action_send()


@tagged("post_install", "-at_install")
class TestStyleOnThePage(ContractPortalCommon):
    def test_what_an_older_release_has_frozen(self):
        contract = self._create_contract()
        style = "background-image:URL(http://elsewhere.example.com/a.png); color:red"
        Contract = self.env.registry["customer.contract"]

        def freeze_all(contract, html):
            return f'<p style="{style}">Old text</p>'

        self.patch(Contract, "_prepare_frozen_html", freeze_all)
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertIn("elsewhere", contract.sudo().current_version_id.content)
        self._log_in(self.portal_user)
        for query in ("", "?report_type=html"):
            page = self._get(contract.access_url + query).text
            self.assertIn("Old text", page)
            self.assertNotIn("elsewhere", page)
            self.assertTrue(re.search(r'style="color: ?red"', page))
