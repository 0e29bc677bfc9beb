"""Pictures of signatures: where the ink is, and what of a photo is no ink.

Whoever loads a photo of a signature expects the signature: turned as it was taken, cut to
its ink, without the paper that it was written on.
"""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

# How much darker than its paper a pixel is that counts as ink: not at all, and fully.
FAINT, FULL = 28, 80
# Paper is looked at in squares of about so many pixels, ink in pictures of so many.
PAPER_SQUARE = 24
SMALL_SIDE = 240
# What is left around the ink, as a part of its longer side.
MARGIN = 0.04
# A photo whose ink is so much higher than wide was taken with the phone turned.
UPRIGHT = 1.5
# A picture of which so much is ink is filled rather than signed, and so is a block.
FILLED, DARK = 0.5, 64
# What spans so much of both sides goes around the signature.
AROUND = 0.85
MOST_PARTS = 500
# How parts of a mask are marked while it is gone through.
LOOKED_AT, DROPPED, KEPT = 64, 128, 192
_ONLY_LOOKED_AT = [255 if value == LOOKED_AT else 0 for value in range(256)]
FILLED_BLOCK, BLOCK_SIDE = 0.8, 24


def is_photo(picture):
    """Tell whether a picture has no transparency, so that paper is part of it.

    :param PIL.Image.Image picture: a picture with transparency
    :rtype: bool
    """
    return picture.getchannel("A").getextrema()[0] == 255


def is_filled(picture):
    """Tell whether ink covers a picture, or makes a block, as no signature does.

    Of a photo, only what is really dark counts: its paper may lie in the shade, and on a
    table.

    :param PIL.Image.Image picture: a picture with transparency
    :rtype: bool
    """
    if is_photo(picture):
        dark = picture.convert("L").point(lambda value: 255 if value < DARK else 0)
        return dark.histogram()[255] > FILLED * picture.width * picture.height
    ink = picture.getchannel("A").point(lambda value: 255 if value > 127 else 0)
    box = ink.getbbox()
    if not box:
        return False
    count = ink.histogram()[255]
    width, height = box[2] - box[0], box[3] - box[1]
    return count > FILLED * picture.width * picture.height or (
        min(width, height) >= BLOCK_SIDE and count > FILLED_BLOCK * width * height
    )


def take_ink_off_paper(photo):
    """Return the signature on a photo, upright and cut to its ink, on nothing.

    :param PIL.Image.Image photo: a picture without transparency
    :return: a picture with transparency; as large as before if there is no ink on it
    :rtype: PIL.Image.Image
    """
    grey = photo.convert("L")
    darker = ImageChops.subtract(_find_paper(grey), grey)
    alpha = darker.point([_get_opacity(value) for value in range(256)])
    alpha = _drop_surroundings(alpha)
    signature = photo.convert("RGBA")
    signature.putalpha(alpha)
    box = alpha.point(lambda value: 255 if value > 96 else 0).getbbox()
    if not box:
        return signature
    margin = max(round(MARGIN * max(box[2] - box[0], box[3] - box[1])), 2)
    signature = signature.crop(
        (
            max(box[0] - margin, 0),
            max(box[1] - margin, 0),
            min(box[2] + margin, signature.width),
            min(box[3] + margin, signature.height),
        )
    )
    if box[3] - box[1] > UPRIGHT * (box[2] - box[0]):
        signature = signature.transpose(Image.Transpose.ROTATE_90)
    return signature


def _get_opacity(darkness):
    """Return how opaque a pixel is that is so much darker than its paper."""
    return min(max((darkness - FAINT) * 255 // (FULL - FAINT), 0), 255)


def _find_paper(grey):
    """Return how bright the paper is under each pixel, whatever light falls on it.

    :param PIL.Image.Image grey: the photo without colours
    :rtype: PIL.Image.Image
    """
    size = tuple(max(side // PAPER_SQUARE, 1) for side in grey.size)
    # The brightest of each square first: thin lines must not make the paper darker.
    paper = grey.filter(ImageFilter.MaxFilter(5)).resize(size, Image.Resampling.BOX)
    paper = paper.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(1))
    return paper.resize(grey.size, Image.Resampling.BILINEAR)


def _drop_surroundings(alpha):
    """Return a mask without what lies around a signature: the paper's edge, a table, a finger.

    That is what touches the picture's edge, or goes all around.

    :param PIL.Image.Image alpha: how opaque each pixel is
    :return: the same mask if nothing would be left
    :rtype: PIL.Image.Image
    """
    small = alpha.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BOX)
    small = small.point(lambda value: 255 if value > 24 else 0)
    pixels, parts = small.load(), 0
    width, height = small.size
    for y in range(height):
        for x in range(width):
            if pixels[x, y] != 255:
                continue
            parts += 1
            if parts > MOST_PARTS:  # no photo of a signature, whatever it is
                return alpha
            ImageDraw.floodfill(small, (x, y), LOOKED_AT)
            left, top, right, bottom = small.point(_ONLY_LOOKED_AT).getbbox()
            touches = left == 0 or top == 0 or right == width or bottom == height
            surrounds = right - left > AROUND * width and bottom - top > AROUND * height
            ImageDraw.floodfill(small, (x, y), DROPPED if touches or surrounds else KEPT)
    if KEPT not in {value for _count, value in small.getcolors()}:
        return alpha
    dropped = small.point(lambda value: 255 if value == DROPPED else 0)
    dropped = dropped.filter(ImageFilter.MaxFilter(3)).resize(alpha.size)
    return ImageChops.subtract(alpha, dropped)
