"""Which styles the text of a contract may have, and whether they hide some of it.

Styles are read as browsers read them: capitals, escapes and comments do not get past.
"""

import lxml.html
import tinycss2
import tinycss2.color3

_SIDES = ("top", "right", "bottom", "left")
# What gives text its look. Nothing in here loads anything, moves text elsewhere, or lets it
# show through.
ALLOWED = frozenset(
    {
        "background",
        "background-color",
        "border",
        "border-collapse",
        "border-color",
        "border-radius",
        "border-spacing",
        "border-style",
        "border-width",
        "caption-side",
        "color",
        "direction",
        "display",
        "empty-cells",
        "float",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "letter-spacing",
        "line-height",
        "list-style-type",
        "margin",
        "max-width",
        "min-height",
        "min-width",
        "object-fit",
        "padding",
        "table-layout",
        "text-align",
        "text-decoration",
        "text-transform",
        "vertical-align",
        "white-space",
        "width",
        *(f"{name}-{side}" for name in ("border", "margin", "padding") for side in _SIDES),
        *(
            f"border-{side}-{what}"
            for side in _SIDES
            for what in ("color", "style", "width", "left-radius", "right-radius")
        ),
    }
)
FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "calc"})
# Of Bootstrap and Odoo
HIDING_CLASSES = frozenset(
    {"d-none", "invisible", "o_hidden", "opacity-0", "text-white", "visually-hidden"}
)
# Smaller than this, nobody reads it.
LEAST_SIZES = {"px": 4, "pt": 3, "em": 0.25, "rem": 0.25, "%": 25, "mm": 1, "cm": 0.1, "in": 0.04}
LIGHT = 0.93  # of each colour; on paper, what is lighter is white


def _read(style):
    """Read a style attribute.

    :param str style: its text
    :return: the declarations in it
    :rtype: list[tinycss2.ast.Declaration]
    """
    parsed = tinycss2.parse_blocks_contents(style or "", skip_comments=True, skip_whitespace=True)
    return [node for node in parsed if node.type == "declaration"]


def read_style(style):
    """Read a style attribute into its properties.

    :param str style: its text
    :return: names, in small letters, and values
    :rtype: list[tuple[str, str]]
    """
    return [(node.lower_name, tinycss2.serialize(node.value).strip()) for node in _read(style)]


def _is_harmless(tokens):
    """Tell whether a value consists of words, numbers and known functions only."""
    for token in tokens:
        if token.type in ("url", "error", "at-keyword") or token.type.endswith("block"):
            return False
        if token.type == "function":
            if token.lower_name not in FUNCTIONS or not _is_harmless(token.arguments):
                return False
    return True


def clean_style(style):
    """Return what of a style the text of a contract may have.

    :param str style: the text of a style attribute
    :return: the same without anything else, in one way of writing
    :rtype: str
    """
    return "; ".join(
        f"{node.lower_name}:{tinycss2.serialize(node.value).strip()}"
        for node in _read(style)
        if node.lower_name in ALLOWED and _is_harmless(node.value)
    )


def loads_something(style):
    """Tell whether a style would have something fetched that does not stand in it.

    :param str style: the text of a style attribute
    """

    def loads(tokens):
        for token in tokens:
            if token.type == "url" and not token.value.strip().lower().startswith("data:image/"):
                return True
            if token.type == "error":
                return True
            if token.type == "function":
                if token.lower_name == "url":
                    texts = [item.value for item in token.arguments if item.type == "string"]
                    if any(not text.lower().startswith("data:image/") for text in texts):
                        return True
                elif token.lower_name in ("image", "image-set", "src", "cross-fade"):
                    return True
                elif loads(token.arguments):
                    return True
        return False

    return any(loads(node.value) for node in _read(style))


def clean_styles(html):
    """Return HTML whose elements have only styles that the text of a contract may have.

    :param str html: a fragment
    :return: the same fragment; word for word, if there is nothing to take out
    :rtype: str
    """
    if "style" not in (html or "").lower():
        return html or ""
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    if not clean_tree(root):
        return html
    return "".join(
        [root.text or ""] + [lxml.html.tostring(child, encoding="unicode") for child in root]
    )


def clean_tree(root):
    """Take out of a tree all styles that the text of a contract may not have.

    :param lxml.html.HtmlElement root: the tree, changed in place
    :return: whether something was taken out
    :rtype: bool
    """
    has_changed = False
    for node in root.xpath("//*[@style]"):
        clean = clean_style(node.get("style"))
        has_changed = has_changed or clean != node.get("style")
        if clean:
            node.set("style", clean)
        else:
            del node.attrib["style"]
    return has_changed


# === HIDDEN TEXT === #


def find_hidden_texts(html):
    """Find text that is there, and that nobody reads: white, tiny, transparent, not shown.

    :param str html: a fragment
    :return: the hidden texts
    :rtype: list[str]
    """
    if not (html or "").strip():
        return []
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    found = []
    _collect_hidden(root, False, None, found)
    return found


def _collect_hidden(node, is_dark, color, found):
    """Walk down a tree, with the ground and the colour that its text has."""
    if not isinstance(node.tag, str):
        return
    values = {item.lower_name: item.value for item in _read(node.get("style"))}
    classes = set((node.get("class") or "").split())
    ground = _get_color(values.get("background-color") or values.get("background"))
    if ground or classes & {"bg-dark", "bg-primary", "bg-black", "bg-secondary", "bg-success"}:
        is_dark = not ground or not _is_light(ground)
    color = _get_color(values.get("color")) or color
    if node.tag == "font" and node.get("color"):
        color = tinycss2.color3.parse_color(node.get("color")) or color
    is_hidden = (
        "hidden" in node.attrib
        or classes & (HIDING_CLASSES - ({"text-white"} if is_dark else set()))
        or _has_word(values.get("display"), "none")
        or _has_word(values.get("visibility"), "hidden", "collapse")
        or _is_tiny(values.get("font-size"))
        or _is_tiny(values.get("opacity"), least=0.1)
        or (color and (color.alpha < 0.1 or (_is_light(color) and not is_dark)))
    )
    if is_hidden:
        if text := " ".join(node.text_content().split()):
            found.append(text)
        return
    for child in node:
        _collect_hidden(child, is_dark, color, found)


def _get_color(tokens):
    """Return the first colour in a value, if there is one."""
    for token in tokens or ():
        color = tinycss2.color3.parse_color(token)
        if color and color != "currentColor":
            return color
    return None


def _is_light(color):
    return min(color.red, color.green, color.blue) >= LIGHT


def _has_word(tokens, *words):
    return any(token.type == "ident" and token.lower_value in words for token in tokens or ())


def _is_tiny(tokens, least=None):
    """Tell whether a value is a size that nobody reads."""
    for token in tokens or ():
        if token.type == "number":
            return token.value < least if least else token.value <= 0
        if token.type == "percentage":
            return token.value < LEAST_SIZES["%"]
        if token.type == "dimension":
            return token.value < LEAST_SIZES.get(token.lower_unit, 0)
    return False
