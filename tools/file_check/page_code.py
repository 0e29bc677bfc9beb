"""The codes printed on the pages to sign, read back from pictures of them."""

from PIL import Image, ImageOps

try:
    import zxingcpp
except ImportError:  # pages are marked as unchecked then
    zxingcpp = None

PREFIX = "CCP:"
# Sharp enough for the smallest code on a page, whatever the picture's own size.
READ_SIDES = (1800, 2800, 1100)


def can_read():
    """Tell whether a decoder is installed."""
    return zxingcpp is not None


def read_codes(picture):
    """Read the page codes in the picture of a page.

    :param PIL.Image.Image picture: the page, in whatever position
    :return: the distinct codes, each with by how many degrees (0, 90, 180, 270) the
        page has to be turned clockwise to stand upright
    :rtype: list[dict]
    """
    if not can_read():
        return []
    grey = picture.convert("L")
    for side in READ_SIDES:
        scaled = _scale(grey, side)
        for attempt in (scaled, ImageOps.autocontrast(scaled, cutoff=2)):
            found = _decode(attempt)
            if found:
                return found
    return []


def _scale(picture, side):
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _decode(picture):
    found = {}
    for barcode in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode):
        if barcode.text.startswith(PREFIX) and len(barcode.text) <= 64:
            turn = -round(barcode.orientation / 90) * 90 % 360
            found.setdefault(barcode.text, {"text": barcode.text, "turn": turn})
    return list(found.values())
