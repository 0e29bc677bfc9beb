"""Photos and scanned pictures of pages."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError
from refusal import Refused

MOST_PIXELS = 100_000_000
LEAST_SIDE = 200
STORED_SIDE = 2600
PREVIEW_SIDE = 560
QUALITY = 82

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def clean(content, kind):
    """Decode a picture and encode it again, so that nothing but its pixels is kept.

    It is turned as the camera's note says, and made no larger than paper needs.

    :param bytes content: the file
    :param str kind: ``JPEG`` or ``PNG``
    :return: the picture
    :rtype: PIL.Image.Image
    :raise Refused: if it is none, broken, too small or too large
    """
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as source:
            width, height = source.size
            if width * height > MOST_PIXELS:
                raise Refused("bomb")
            if min(width, height) < LEAST_SIDE:
                raise Refused("too_small", least=LEAST_SIDE)
            if kind == "JPEG":
                # decodes at a fraction of the size where that is enough
                source.draft("RGB", (STORED_SIDE, STORED_SIDE))
            source.load()
            picture = ImageOps.exif_transpose(source)
            return _flatten(picture)
    except Image.DecompressionBombError as error:
        raise Refused("bomb") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("broken") from error


def _flatten(picture):
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(paper, picture)
    picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    picture.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    return picture


def encode(picture):
    """Return a picture as JPEG without any notes.

    :param PIL.Image.Image picture: the picture
    :rtype: bytes
    """
    output = io.BytesIO()
    picture.save(output, format="JPEG", quality=QUALITY, optimize=True)
    return output.getvalue()


def make_preview(picture):
    """Return a small JPEG of a page.

    :param PIL.Image.Image picture: the page
    :rtype: bytes
    """
    small = picture.convert("L" if picture.mode == "L" else "RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    output = io.BytesIO()
    small.save(output, format="JPEG", quality=72)
    return output.getvalue()
