"""Whether views still speak French and Spanish after an update, as after an installation.

An update loads translations for the terms that it finds in a view. A migration that
empties views beforehand, or a term that no file translates any more, would be seen by
whoever does not read English only.
"""

import os

import databases
import layout
import postgres
import template_databases

LANGUAGES = ("es_ES", "fr_FR")
SPEAK = f"""
for code in {LANGUAGES}:
    env["res.lang"]._activate_lang(code)
module = env["ir.module.module"].search([("name", "=", {layout.ADDON!r})])
module._update_translations({list(LANGUAGES)})
env.cr.commit()
"""
# Each view's text, as a checksum, and whether it is another one than in English. Buttons
# name actions by their ids, which every database numbers in its own way.
TEXTS = f"""
SELECT data.name, lang,
       md5(regexp_replace(
           coalesce(view.arch_db ->> lang, view.arch_db ->> 'en_US'),
           'name="[0-9]+"', 'name=""', 'g'
       )),
       (view.arch_db ->> lang) IS DISTINCT FROM (view.arch_db ->> 'en_US')
       AND view.arch_db ? lang
  FROM ir_ui_view view
  JOIN ir_model_data data ON data.model = 'ir.ui.view' AND data.res_id = view.id,
       unnest(ARRAY{["en_US", *LANGUAGES]}) lang
 WHERE data.module = '{layout.ADDON}'
"""


def speak(place, database):
    """Have the database's people choose among the languages that the addon knows."""
    place.must_run_odoo(database, layout.LOGS / "languages.log", code=SPEAK)


def read(database):
    """The texts of views by view and language, and how many are translated, by language."""
    rows = [line.split("|") for line in postgres.query(TEXTS, database).splitlines()]
    texts = {(name, lang): text for name, lang, text, _is_translated in rows}
    counts = {code: 0 for code in LANGUAGES}
    for _name, lang, _text, is_translated in rows:
        if is_translated == "t":
            counts[lang] += 1
    return texts, counts


def read_fresh(place):
    """The same, of a fresh installation."""
    database = f"{layout.ADDON}_languages_test_{os.getpid()}"
    with template_databases.lock():
        databases.create(database, template_databases.installed(place, [layout.ADDON]))
    try:
        speak(place, database)
        return read(database)
    finally:
        databases.drop(database)


def compare(updated, fresh):
    """Tell which views have other texts after the update than after an installation."""
    (texts, counts), (fresh_texts, fresh_counts) = updated, fresh
    problems = [
        f"{counts[code]} views speak {code}, {number} after an installation"
        for code, number in fresh_counts.items()
        if counts[code] != number or not number
    ]
    return problems + [
        f"{name} has another text in {code}"
        for (name, code), text in sorted(fresh_texts.items())
        if texts.get((name, code)) != text
    ]
