from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged

from . import marked_language

I18N = Path(__file__).parents[2] / "i18n"
# What is written the same in the other language: nothing else may be without translation.
IN_BOTH = {
    "Base",
    "ID",
    "JSON.",
    "OK",
    "pg_trgm %(version)s",
    "PAdES B-B",
    "WeasyPrint %(version)s (PDF/A-3a)",
    "PAdES B-T",
    "PDF",
    "SHA-1",
    "SHA-256",
    "Total",
    "https://timestamp.example.com",
    "object._get_file_stem()",
    "unix:/run/clamav/clamd.ctl",
}
SAME = {
    "fr": IN_BOTH
    | {
        "version %(number)s",
        "%(reference)s version %(number)s.pdf",
        "Action",
        "Actions",
        "Annexes",
        "Clause",
        "Code",
        "Condition",
        "Configuration",
        "Contact",
        "Contacts",
        "Date",
        "Description",
        "Documents",
        "E-mail",
        "Exports",
        "Identification",
        "Image",
        "Message",
        "Messages",
        "Note",
        "Page",
        "Pages",
        "Participant",
        "Participants",
        "Restriction",
        "Section",
        "Section %s",
        "Sections",
        "Services",
        "Signature",
        "Signatures",
        "Type",
        "Types",
        "Version",
        "Version {{0}}",
        "Versions",
        "{{0}} · Version {{1}}",
        "{{0}}, version {{1}}",
        "· version {{0}}",
    },
    "es": IN_BOTH
    | {
        "%(date)s, %(time)s (%(zone)s)",
        "%(field)s: %(old)s → %(new)s",
        "%(file)s: %(problem)s",
        '<span class="text-muted" invisible="portal_published">No</span>',
        "Color",
        "No",
        "Portal",
    },
}


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """French and Spanish cover every term, in words of their own."""

    def test_french_and_spanish_are_complete(self):
        terms = {row[4] for row in marked_language.read_terms(self.env)}
        self.assertGreater(len(terms), 1000)
        for lang, same in SAME.items():
            catalog = polib.pofile(str(I18N / f"{lang}.po"))
            fuzzy = [entry.msgid for entry in catalog.fuzzy_entries()]
            self.assertFalse(fuzzy, lang)
            translated = {
                entry.msgid for entry in catalog if entry.msgstr and entry.msgstr != entry.msgid
            }
            missing = sorted(terms - translated - same)
            self.assertFalse(missing, f"{lang}: {missing}")
            outdated = sorted(same & translated)
            self.assertFalse(outdated, f"{lang}: translated after all: {outdated}")
