import lxml.html

from odoo import Command
from odoo.tests import tagged

from ...tools.section_text import show_text
from ..portal.common import ContractPortalCommon

# Every command of the editor's menu that leaves something in the text.
BODY = """
<h1>Heading one</h1><h2>Heading two</h2><h3>Heading three</h3>
<p style="text-align:center">Centred</p><p style="text-align: right;">At the right</p>
<p style="text-align: justify;">Justified</p>
<p dir="rtl">Set from the right</p><p>\u05d4\u05e1\u05db\u05dd \u05e9\u05d9\u05e8\u05d5\u05ea</p>
<ul class="o_checklist"><li class="o_checked">Option A chosen</li>
<li><p>Option B refused</p></li><li class="oe-nested"><ul class="o_checklist">
<li class="o_checked">Inner option</li></ul></li></ul>
<ol style="list-style: lower-alpha;"><li>First<ol style="list-style-type: upper-roman">
<li>Inner</li></ol></li></ol><ul><li>Bullet</li></ul>
<div class="container o_text_columns o-contenteditable-false"><div class="row">
<div class="col-6">Left column</div><div class="col-6">Right column</div></div></div>
<div class="o_editor_banner lh-1 d-flex align-items-center alert alert-warning pb-0 pt-3">
<i class="o_editor_banner_icon mb-3 fst-normal">\u26a0\ufe0f</i>
<div class="o_editor_banner_content w-100 px-3"><p>Mind the gap</p></div></div>
<blockquote>Quoted</blockquote><pre>Code  block</pre><hr>
<p><font style="color: rgb(255, 0, 0);">Red</font>
<font style="background-color: #ffff00;">Marked</font><code>inline</code></p>
<table class="table table-bordered o_table"><tbody><tr><td>Cell</td></tr></tbody></table>
<p><a href="https://example.com/x" class="btn btn-primary">Button</a></p>
<p>Rated <span class="o_stars"><i class="fa fa-star"></i><i class="fa fa-star-o"></i></span>.</p>
"""


@tagged("post_install", "-at_install")
class TestShownText(ContractPortalCommon):
    """What the editor makes reads the same on the page and on paper."""

    def setUp(self):
        super().setUp()
        sections = [Command.create({"title": "All", "body": BODY})]
        self.contract = self._create_sent_contract(section_ids=sections)
        self.section = self.contract._get_report_content()["sections"][0]

    def _find(self, root, path):
        return [node.text_content().strip() for node in root.xpath(path)]

    def test_page_and_paper_show_the_same(self):
        self._log_in(self.portal_user)
        path = f"/my/contracts/{self.contract.id}"
        shown = []
        for address in (path, f"{path}?report_type=html"):
            root = lxml.html.document_fromstring(self._get(address).text)
            (text,) = root.find_class("o_contract_text")
            self.assertEqual(text.get("dir"), "ltr")
            shown.append(lxml.html.tostring(text, encoding="unicode", with_tail=False))
        self.assertEqual(shown[0], shown[1])
        root = lxml.html.fragment_fromstring(shown[0])
        boxes = root.find_class("o_contract_box")
        self.assertEqual([box.get("alt") for box in boxes], ["ticked", "not ticked", "ticked"])
        self.assertNotEqual(boxes[0].get("src"), boxes[1].get("src"))
        self.assertEqual(boxes[0].tail, "Option A chosen")
        self.assertEqual([one.get("type") for one in root.xpath("//ol")], ["a", "I"])
        self.assertEqual(self._find(root, "//p[@dir='rtl']")[0], "Set from the right")
        self.assertEqual(len(root.xpath("//p[@dir='rtl']")), 2)
        self.assertEqual(
            self._find(root, "//div[contains(@class, 'col-6')]"), ["Left column", "Right column"]
        )
        self.assertEqual(self._find(root, "//div[@class='o_contract_table']/table"), ["Cell"])
        for style in ("text-align:center", "text-align:right", "text-align:justify"):
            self.assertIn(style, shown[0])
        for style in ("rgb(255, 0, 0)", "background-color:#ffff00"):
            self.assertIn(style, shown[0])

    def test_one_style_sheet_for_both(self):
        self._log_in(self.portal_user)
        path = f"/my/contracts/{self.contract.id}"
        rule = "o_contract_text ul.o_checklist > li"
        self.assertIn(rule, self._get(f"{path}?report_type=html").text)
        bundle = self.env["ir.qweb"]._get_asset_bundle("web.assets_frontend", js=False)
        names = [sheet.url for sheet in bundle.stylesheets]
        self.assertTrue(any("contract_text.css" in (name or "") for name in names))

    def test_what_no_paper_shows_is_not_frozen(self):
        body = self.section["body"]
        for part in ("o_stars", "fa-star", "o_editor_banner_icon", "btn-primary", "\u26a0"):
            self.assertNotIn(part, body)
        for part in ("Rated", "Mind the gap", ">Button</a>", "https://example.com/x", "o_checked"):
            self.assertIn(part, body)

    def test_frozen_text_stays_as_it_is(self):
        plain = "<p>One</p><p>Two <b>bold</b> &amp; more</p>"
        self.assertEqual(show_text(plain, "ltr", "x", "o"), plain)
        self.assertEqual(self.contract._prepare_frozen_html(plain), plain)
        self.assertEqual(show_text("", "ltr", "x", "o"), "")
        self.assertEqual(show_text("words only", "ltr", "x", "o"), "words only")

    def test_directions(self):
        arabic = "\u0639\u0642\u062f"
        for body, direction, expected in (
            (f"<p>{arabic}</p>", "ltr", f'<p dir="rtl">{arabic}</p>'),
            (f"<p>{arabic}</p>", "rtl", f"<p>{arabic}</p>"),
            ("<p>12 Text</p>", "rtl", '<p dir="ltr">12 Text</p>'),
            ("<p>12</p>", "rtl", "<p>12</p>"),
            (f'<p dir="ltr">{arabic}</p>', "ltr", f'<p dir="ltr">{arabic}</p>'),
            (
                f"<ul><li>{arabic}</li><li>Text</li></ul>",
                "ltr",
                f'<ul dir="rtl"><li>{arabic}</li><li dir="ltr">Text</li></ul>',
            ),
        ):
            with self.subTest(body=body, direction=direction):
                self.assertEqual(show_text(body, direction, "x", "o"), expected)


@tagged("post_install", "-at_install")
class TestSectionMenu(ContractPortalCommon):
    """The editor of sections offers what paper can show."""

    def test_menu_offers_no_stars_buttons_or_videos(self):
        contract = self._create_contract()
        self.start_tour(
            f"/odoo/contracts/{contract.id}",
            "customer_contract_section_menu",
            login=self.manager.login,
        )


@tagged("post_install", "-at_install")
class TestPhone(ContractPortalCommon):
    """On a phone, wide tables scroll in their own box, and words stay whole."""

    browser_size = "360x740"
    touch_enabled = True

    def test_wide_table(self):
        cells = "".join(f"<td>Leistungsbeschreibung{n}</td>" for n in range(9))
        checklist = '<ul class="o_checklist"><li class="o_checked">Chosen</li></ul>'
        body = f"<table><tbody><tr>{cells}</tr></tbody></table><p>Text</p>{checklist}"
        contract = self._create_sent_contract(
            section_ids=[Command.create({"title": "Wide", "body": body})]
        )
        self.browser_js(
            f"/my/contracts/{contract.id}",
            """
            const check = (truth, words) => { if (!truth) { throw new Error(words); } };
            const box = document.querySelector(".o_contract_table");
            check(box.scrollWidth > box.clientWidth + 100, "the table does not scroll");
            check(getComputedStyle(box).overflowX === "auto", "no box of its own");
            const page = document.documentElement;
            check(page.scrollWidth <= page.clientWidth, "the page scrolls sideways");
            for (const cell of box.querySelectorAll("td")) {
                const range = document.createRange();
                range.selectNodeContents(cell);
                check(range.getClientRects().length === 1, "a word is broken");
            }
            const chosen = document.querySelector(".o_contract_text li.o_checked");
            const style = getComputedStyle(chosen);
            check(!style.textDecorationLine.includes("line-through"), "crossed out");
            check(style.opacity === "1", "greyed");
            check(getComputedStyle(chosen, "::before").display === "none", "two boxes");
            console.log("test successful");
            """,
            login="contract_customer",
        )
