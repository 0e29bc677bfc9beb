"""Draws what was measured: for each case, how it compares with Odoo, beside its bound."""

from xml.sax.saxutils import escape

WIDTH, LEFT, ROW, TOP = 720, 190, 22, 46
MOST = 2.0
FONT = 'font-family="sans-serif" font-size="12"'


def draw(rows, title):
    """Return a picture, as SVG.

    :param list rows: title, ratio and bound of each case
    :param str title: what stands above
    :rtype: str
    """
    height = TOP + ROW * len(rows) + 16
    unit = (WIDTH - LEFT - 60) / MOST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="18" font-weight="bold">{escape(title)}</text>',
        '<text x="12" y="34" fill="#555">Time beside Odoo\'s quotations, '
        "1.0 is as fast; the mark is the bound</text>",
    ]
    for number, (name, ratio, bound) in enumerate(rows):
        y = TOP + ROW * number
        size = max(2, min(ratio, MOST) * unit)
        color = "#1f7a4d" if ratio <= bound else "#b3261e"
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{y + 3}" width="{size:.0f}" height="{ROW - 8}" fill="{color}"/>',
            f'<rect x="{LEFT + bound * unit - 1:.0f}" y="{y}" width="2" height="{ROW - 2}" '
            'fill="#222"/>',
            f'<text x="{LEFT + max(size, bound * unit) + 8:.0f}" y="{y + 14}">{ratio:.2f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])
