"""Where words may be divided at the end of a line, by the rules of their language.

Only words of a language: a hyphen in an address, a number or a code would be read as part
of it.
"""

BLOCKS = ("p", "li")
# Words in tables have the width of a column, which is chosen so that they stay whole.
TABLE = ("td", "th", "pre")
SHORTEST = 8  # letters; shorter words are never divided
LONGEST = 30
# What stands around and within words.
MARKS = ".,;:!?()[]{}'\"“”„«»‘’…–—-"


def mark_divisible(root):
    """Mark the paragraphs of a contract in which words may be divided.

    :param lxml.html.HtmlElement root: the document, changed in place
    """
    for text in root.find_class("o_contract_text"):
        for block in text.iter(*BLOCKS):
            if _is_divisible(block.text_content()) and not any(
                parent.tag in TABLE for parent in block.iterancestors()
            ):
                block.classes.add("o_contract_divisible")


def _is_divisible(text):
    """Tell whether a text has long words, and all of them are words of a language.

    :param str text: a paragraph
    :rtype: bool
    """
    long_words = [word for word in text.split() if len(word) >= SHORTEST]
    return bool(long_words) and all(map(_is_word, long_words))


def _is_word(word):
    """Tell whether something between spaces is a word, or words that hyphens join."""
    parts = word.strip(MARKS).replace("’", "'").replace("'", "-").split("-")
    return all(part.isalpha() and len(part) <= LONGEST for part in parts)
