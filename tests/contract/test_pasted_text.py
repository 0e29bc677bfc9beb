import lxml.html

from odoo.tests import tagged

from ..common import ContractCommon

# What programs put on the clipboard, and what of it has to be there when it is frozen: each
# text with the marks that give it its meaning.
PASTED = {
    "Word": (
        "<!--[if gte mso 9]><xml><w:WordDocument></w:WordDocument></xml><![endif]-->"
        "<style>p.MsoNormal {margin:0cm}</style>"
        '<p class="MsoNormal" style="mso-margin-top-alt:auto;text-align:justify">'
        '<b style="mso-bidi-font-weight:normal">Fee</b> of <s>900</s> '
        '<span style="text-decoration:line-through">800</span> <u>700</u> euros'
        "<o:p></o:p> and H<sub>2</sub>O, m<sup>2</sup>"
        '<span style="background:yellow;mso-highlight:yellow">marked</span></p>',
        {"Fee": "bold", "900": "struck", "800": "struck", "700": "under", "2": "low"},
    ),
    "Word, a list": (
        '<p class="MsoListParagraph" style="text-indent:-18.0pt;mso-list:l0 level1 lfo1">'
        '<!--[if !supportLists]--><span style="mso-list:Ignore">1.<span style="font:7.0pt '
        '&quot;Times New Roman&quot;">&nbsp;&nbsp; </span></span><!--[endif]-->First duty</p>',
        {"First duty": "plain", "1.": "plain"},
    ),
    "Google Docs": (
        '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr"><span '
        'style="font-size:11pt;font-weight:700;text-decoration:none">Fee</span><span '
        'style="text-decoration-line:line-through;text-decoration-skip-ink:none">900</span>'
        '<span style="font-style:italic">slanted</span><span style="text-decoration-line: '
        'underline">700</span></p></b>',
        {"Fee": "bold", "900": "struck", "slanted": "slanted", "700": "under"},
    ),
    "LibreOffice": (
        '<p style="margin-bottom:0cm"><font face="Liberation Serif"><strike>900</strike>'
        "<strong>Fee</strong><em>slanted</em></font></p>",
        {"900": "struck", "Fee": "bold", "slanted": "slanted"},
    ),
    "Mail": (
        '<blockquote type="cite"><div style="text-decoration:line-through">900</div>'
        "<del>800</del> <ins>700</ins></blockquote>",
        {"900": "struck", "800": "struck", "700": "under"},
    ),
}
TAGS = {
    "bold": {"b", "strong"},
    "slanted": {"i", "em"},
    "struck": {"s", "strike", "del"},
    "under": {"u", "ins"},
    "low": {"sub"},
}
STYLES = {
    "bold": ("font-weight", ("bold", "700")),
    "slanted": ("font-style", ("italic",)),
    "struck": ("text-decoration", ("line-through",)),
    "under": ("text-decoration", ("underline",)),
}


@tagged("post_install", "-at_install")
class TestPastedText(ContractCommon):
    """Marks of a paste mean the same on the paper, the page and in the editor."""

    renders_reports = True

    def _has_mark(self, root, text, mark):
        [place] = [
            node
            for node in root.iter()
            if text in (node.text or "") or any(text in (child.tail or "") for child in node)
        ][:1]
        if mark == "plain":
            return True
        name, values = STYLES.get(mark, ("", ()))
        for node in (place, *place.iterancestors()):
            style = (node.get("style") or "").replace(" ", "")
            if node.tag in TAGS[mark] or any(f"{name}:{value}" in style for value in values):
                return True
        return False

    def test_marks_are_frozen(self):
        for program, (html, marks) in PASTED.items():
            contract = self._create_contract()
            contract.section_ids[0].body = html
            contract.action_send()
            [frozen] = contract.current_version_id._get_content()["sections"][:1]
            root = lxml.html.fragment_fromstring(frozen["body"], create_parent="div")
            for text, mark in marks.items():
                with self.subTest(program=program, text=text):
                    self.assertTrue(self._has_mark(root, text, mark), frozen["body"])
            self.assertNotIn("mso-", frozen["body"])
