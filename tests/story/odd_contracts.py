"""Makes contracts such as people paste together, all different, each time the same."""

import base64
import io
import random
from itertools import count

from PIL import Image, ImageDraw

NBSP = "\N{NO-BREAK SPACE}"
LAYOUTS = ("striped", "standard", "boxed", "bold", "bubble", "wave", "folder")
PAPERS = ("A4", "Letter")
# What a contract is written in, with a sentence of it.
TONGUES = {
    "en_US": "The provider keeps the machines running and repairs them without delay.",
    "ar_001": "هذا العقد يلزم الطرفين ويسري لمدة سنة واحدة من تاريخ التوقيع.",
    "he_IL": "חוזה זה מחייב את שני הצדדים ותקף לשנה אחת מיום החתימה.",
    "zh_CN": "本合同对双方均有约束力，自签署之日起有效期为一年。",
    "vi_VN": "Hợp đồng này có hiệu lực trong một năm kể từ ngày ký.",
    "fr_FR": "Le présent contrat engage les parties à l’égard l’une de l’autre.",
}
OTHERS = (
    "Ο πάροχος διατηρεί τις μηχανές σε λειτουργία.",
    "Исполнитель поддерживает оборудование в рабочем состоянии.",
    "यह अनुबंध दोनों पक्षों पर बाध्यकारी है।",
    "本契約は双方を拘束し、有効期間は一年とする。",
    "สัญญานี้มีผลผูกพันทั้งสองฝ่าย",
    "Wer haftet? Verbrauchs\u00adgüter\u00adkauf\u00adrecht, Țară, efficient office, 10 € · ½ · №",
)
TITLES = (
    "Maintenance Agreement",
    "Rahmenvertrag über die Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte",
    "Agreement " + "on everything that was ever agreed between the parties " * 4,
    "合同 · عقد · חוזה",
    "X" * 120,
)
PARTIES = (
    "Aurora Bakery",
    "Gesellschaft für Lebensmitteltechnologieberatungsdienstleistungen und Verwandtes mbH & Co. KG",
    "شركة الأفران الحديثة المحدودة",
    "北京烘焙设备有限公司",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2,
)


def make_picture(width, height):
    """Return a picture as a section holds it: a ``data:`` address."""
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width - 1, height - 1), outline="navy", width=3)
    pen.line((0, 0, width, height), fill="navy", width=3)
    output = io.BytesIO()
    picture.save(output, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode()}"


class OddContracts:
    """A generator of odd contents: what it makes depends on the number alone."""

    def __init__(self, number):
        self.dice = random.Random(number)
        self.number = number
        self._words = count()
        self.language = list(TONGUES)[number % len(TONGUES)]
        self.layout = LAYOUTS[number % len(LAYOUTS)]
        self.paper = PAPERS[number // len(LAYOUTS) % len(PAPERS)]
        self.title = TITLES[number % len(TITLES)]
        self.party = PARTIES[number // 2 % len(PARTIES)]

    def make_sections(self):
        """Return sections with ``title`` and ``body``, each kind of content in its turn."""
        kinds = (
            self.make_table,
            self.make_list,
            self.make_words,
            self.make_picture,
            self.make_long_table,
            self.make_tongues,
            self.make_editor_s,
            self.make_nested_table,
        )
        start = self.number % len(kinds)
        picked = [kinds[(start + step) % len(kinds)] for step in (0, 1, 3, 6)]
        sections = [{"title": "Scope", "body": f"<p>{TONGUES[self.language]}</p>"}]
        for make in picked:
            title = f"{make.__name__.removeprefix('make_')} {self._word()}"
            lead = f"<p>{TONGUES[self.language] * self.dice.randint(1, 6)}</p>"
            sections.append({"title": title, "body": lead + make()})
        return sections

    def _word(self):
        return f"{self.dice.choice(('item', 'Menge', 'Preis', 'duty'))}{next(self._words)}"

    def _cell(self):
        longest = self.dice.choice((1, 1, 2, 4))
        return " ".join(self._word() for _word in range(longest))

    def make_table(self):
        """A table of any width, the way that some program gave it."""
        columns = self.number % 14 + 1
        style = self.dice.choice(
            ("", ' style="width: 1400px"', ' width="1200"', ' style="width: 100%" border="1"')
        )
        cell = self.dice.choice(("", ' style="width: 300px"', ' width="180"', ' nowrap="nowrap"'))
        rows = "".join(
            "<tr>"
            + "".join(f"<td{cell}>{self._cell()}</td>" for _column in range(columns))
            + "</tr>"
            for _row in range(self.dice.randint(2, 9))
        )
        return f'<table class="table table-bordered"{style}><tbody>{rows}</tbody></table>'

    def make_nested_table(self):
        """Tables in tables, and cells over several columns and rows."""
        inner = f'<table style="width:1100px"><tr><td>{self._cell()}</td><td>{self._word()}</td></tr></table>'
        return (
            f'<table border="1"><tr><th colspan="3">{self._cell()}</th></tr>'
            f'<tr><td rowspan="2">{self._word()}</td><td colspan="2">{inner}</td></tr>'
            f"<tr><td>{self._word()}</td><td>{'letters' * 20}</td></tr></table>"
        )

    def make_long_table(self):
        """A table over several pages."""
        rows = "".join(
            f"<tr><td>{row}</td><td>{self._cell()}</td><td>{TONGUES[self.language]}</td>"
            f"<td style='text-align: right'>{row * 1234.5:,.2f}</td></tr>"
            for row in range(self.dice.randint(20, 34))
        )
        return (
            "<table><thead><tr><th>No.</th><th>What</th><th>Heading</th><th>Price</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def make_list(self):
        """Lists in lists, of every style."""
        items = "".join(
            f'<li><p>{self._cell()}</p><ol style="list-style-type: {style}">'
            f"<li>{self._cell()}</li><li>{TONGUES[self.language]}<ul><li>{self._word()}</li></ul></li>"
            "</ol></li>"
            for style in ("lower-alpha", "upper-roman", "decimal")
        )
        checks = "".join(
            f'<li class="{checked}">{self._cell()}</li>'
            for checked in ("o_checked", "", "o_checked")
        )
        return f'<ol>{items}</ol><ul class="o_checklist">{checks}</ul>'

    def make_words(self):
        """Whatever finds no end."""
        joined = NBSP.join(self._word() for _word in range(40))
        return (
            f"<p>{'Donaudampfschifffahrt' * self.dice.randint(3, 15)}</p><p>{joined}</p>"
            f"<p>https://e.example.com/{'path/' * self.dice.randint(10, 60)}</p>"
            f"<pre>{'preformatted ' * 20}</pre>"
            f'<p style="width: 2000px; white-space: nowrap">{"wide " * 60}</p>'
        )

    def make_picture(self):
        """Pictures, larger and smaller than the page."""
        sizes = ((1800, 300), (200, 1500), (24, 24), (640, 480))
        shown = "".join(
            f'<p>{self._cell()} <img src="{make_picture(*size)}" style="width: {size[0]}px"/></p>'
            for size in self.dice.sample(sizes, 2)
        )
        return (
            f'{shown}<p><img src="{make_picture(60, 60)}" style="float: right"/>{self._cell()}</p>'
        )

    def make_tongues(self):
        """Many scripts, in paragraphs of their own and within one."""
        lines = [*TONGUES.values(), *OTHERS]
        self.dice.shuffle(lines)
        return "".join(f"<p>{line}</p>" for line in lines) + f"<p>{' '.join(lines)}</p>"

    def make_editor_s(self):
        """What the editor's menu has."""
        return (
            f"<h1>{self._cell()}</h1><h3>{self._cell()}</h3><blockquote>{self._cell()}</blockquote>"
            '<div class="o_editor_banner user-select-none o_not_editable lh-1 d-flex '
            'align-items-center alert alert-info pb-0 pt-3"><div class="o_editor_banner_content">'
            f"<p>{TONGUES[self.language]}</p></div></div>"
            '<div class="container o_text_columns"><div class="row">'
            f'<div class="col-4"><p>{self._cell()}</p></div><div class="col-4"><p>{self._cell()}</p>'
            f'</div><div class="col-4"><p>{self._cell()}</p></div></div></div>'
            f'<p style="text-align: center"><font style="color: #b02a37">{self._cell()}</font></p>'
            f"<hr/><p><strong>{self._word()}</strong> <em>{self._word()}</em> <u>{self._word()}</u> "
            f"<s>{self._word()}</s> x<sup>2</sup> <a href='https://example.com'>{self._word()}</a></p>"
        )
