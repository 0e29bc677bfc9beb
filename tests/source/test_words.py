import re

from odoo.tests import TransactionCase, tagged

from .source_tree import ROOT

# What Odoo itself calls things that the README leads to
OF_ODOO = {
    "Actions",
    "My Account",
    "My Preferences",
    "New",
    "New API Key",
    "Security",
    "Settings",
}
PATH = re.compile(r"(?<!\*)\*([^*\n]*(?:\n[^*\n]+)?‣[^*]*?)\*(?!\*)")
ENTRY = re.compile(
    r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)msgstr ((?:"(?:[^"\\]|\\.)*"\n)+)', re.MULTILINE
)
ROW = re.compile(r"^   \* - (.+)\n((?:     - .*\n(?:       .*\n)*)+)", re.MULTILINE)


def read_glossary():
    """Return the rows of the glossary: English, French, Spanish, meaning, other words."""
    rows = []
    for match in ROW.finditer((ROOT / "doc" / "glossary.rst").read_text()):
        cells = [match[1], *re.split(r"^     - ?", match[2], flags=re.MULTILINE)[1:]]
        rows.append([" ".join(cell.split()) for cell in cells])
    return rows[1:]


def read_translations(language):
    """Return the translations of a language by the English texts."""
    text = (ROOT / "i18n" / f"{language}.po").read_text()

    def join(lines):
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', lines))

    return {join(match[1]): join(match[2]) for match in ENTRY.finditer(text)}


@tagged("-at_install", "post_install")
class TestWords(TransactionCase):
    """One word for one thing, on the screen, in the README and in three languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": None})
        data = cls.env["ir.model.data"].search([("module", "=", "customer_contract")])

        def get(model):
            ids = data.filtered(lambda one: one.model == model).mapped("res_id")
            return cls.env[model].browse(ids).exists()

        cls.menus = get("ir.ui.menu")
        cls.views = get("ir.ui.view")
        cls.actions = {
            *get("ir.actions.act_window").mapped("name"),
            *get("ir.actions.server").mapped("name"),
        }
        cls.fields = get("ir.model.fields")

    def _get_labels(self, views=None):
        """Return what stands on the screen, but in menus."""
        labels = set(self.fields.mapped("field_description")) | self.actions
        for view in self.views if views is None else views:
            arch = view.arch_db or ""
            labels |= set(re.findall(r'(?:string|title|help)="([^"]+)"', arch))
            labels |= {" ".join(text.split()) for text in re.findall(r">([^<>]+)<", arch)}
        return labels

    def _follow(self, words):
        """Follow a path through the menus as far as it goes.

        :return: the words that are not menus
        :rtype: list[str]
        """
        root = self.env.ref("customer_contract.menu_root")
        menu = root
        for number, word in enumerate(words):
            if number == 0 and word == root.name:
                continue
            child = menu.child_id.filtered(lambda one, word=word: one.name == word)
            if not child:
                return words[number:]
            menu = child[:1]
        return []

    def test_readme_leads_to_what_is_there(self):
        text = (ROOT / "README.rst").read_text()
        paths = [
            [" ".join(word.split()) for word in match.split("‣")] for match in PATH.findall(text)
        ]
        self.assertGreater(len(paths), 15)
        labels = self._get_labels() | OF_ODOO | set(self.menus.mapped("name"))
        wrong = []
        for path in paths:
            rest = self._follow(path)
            # What leaves the menus half-way has to leave them for something on the screen.
            if any(word not in labels for word in rest):
                wrong.append(" ‣ ".join(path))
        self.assertFalse(wrong)

    def test_menu_paths_are_whole(self):
        text = (ROOT / "README.rst").read_text()
        for match in PATH.findall(text):
            words = [" ".join(word.split()) for word in match.split("‣")]
            if words[0] in ("Contracts", "Configuration"):
                with self.subTest(path=match):
                    rest = self._follow(words)
                    self.assertLessEqual(len(rest), 1)

    def test_settings_are_called_as_on_the_screen(self):
        text = (ROOT / "README.rst").read_text()
        table = text[text.index("Setting                         What it does") :]
        table = table[: table.index("\n\n")]
        names = re.findall(r"^([A-Z][^\n]{2,30}?)  +\S", table, re.MULTILINE)
        names = [name for name in names if name != "Setting"]
        self.assertGreater(len(names), 10)
        labels = self._get_labels()
        self.assertFalse([name for name in names if name not in labels])

    def test_glossary_is_what_the_screen_says(self):
        rows = read_glossary()
        self.assertGreater(len(rows), 10)
        french, spanish = read_translations("fr"), read_translations("es")
        labels = self._get_labels() | set(self.menus.mapped("name"))
        for english, in_french, in_spanish, _meaning, _others in rows:
            with self.subTest(word=english):
                self.assertTrue(
                    any(english.lower() in label.lower() for label in labels if label), english
                )
                if english in french:
                    self.assertEqual(french[english], in_french)
                    self.assertEqual(spanish[english], in_spanish)

    def test_other_words_are_not_used(self):
        # What is printed on paper speaks to people outside.
        labels = self._get_labels(self.views.filtered(lambda view: view.type != "qweb"))
        for row in read_glossary():
            for word in filter(None, row[4].split(", ")):
                with self.subTest(word=word):
                    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
                    self.assertFalse([label for label in labels if pattern.search(label or "")])
