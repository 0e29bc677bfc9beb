import base64
import io

from PIL import Image, ImageDraw, ImageFilter

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ContractCommon

STROKE = ((250, 600), (320, 500), (360, 660), (430, 520), (480, 640), (560, 540), (640, 620))


def encode(picture, **options):
    """Return a picture as a PNG in base64."""
    output = io.BytesIO()
    picture.save(output, format="PNG", **options)
    return base64.b64encode(output.getvalue()).decode()


def make_photo(size=(900, 1200)):
    """Return a portrait photo of a signed paper on a dark table, in uneven light."""
    light = Image.linear_gradient("L").resize(size).point(lambda value: 150 + value * 90 // 255)
    paper = Image.merge("RGB", (light, light, light))
    photo = Image.new("RGB", size, (60, 45, 40))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle((60, 80, size[0] - 70, size[1] - 60), fill=255)
    photo.paste(paper, (0, 0), mask)
    ImageDraw.Draw(photo).line(STROKE, fill=(20, 30, 120), width=9, joint="curve")
    return photo.filter(ImageFilter.GaussianBlur(1))


@tagged("post_install", "-at_install")
class TestSignaturePicture(ContractCommon):
    """What is taken as the picture of a signature, and what becomes of it."""

    def _prepare(self, picture, **options):
        """Return a picture as it is stored."""
        stored = self.env["customer.contract.signature"]._prepare_image(encode(picture, **options))
        return Image.open(io.BytesIO(stored)).convert("RGBA")

    def _assert_is_the_stroke(self, picture):
        """The picture is the stroke alone: wide, dark blue, on nothing."""
        self.assertAlmostEqual(picture.width / picture.height, 2.1, delta=0.3)
        alpha = picture.getchannel("A")
        self.assertEqual(alpha.getpixel((0, 0)), 0, "no paper")
        ink = alpha.histogram()[255]
        self.assertLess(ink, picture.width * picture.height / 5)
        self.assertGreater(ink, 1000)

    def test_filled_pictures_are_refused(self):
        block = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
        ImageDraw.Draw(block).rectangle((0, 0, 200, 90), fill="black")
        mostly = Image.new("RGBA", (600, 200), (255, 255, 255, 255))
        ImageDraw.Draw(mostly).rectangle((0, 0, 500, 199), fill="black")
        for name, picture in (
            ("black", Image.new("RGBA", (600, 200), (0, 0, 0, 255))),
            ("blue ink all over", Image.new("RGBA", (600, 200), (0, 0, 139, 254))),
            ("mostly", mostly),
            ("block", block),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, "filled picture"):
                self._prepare(picture)
        with self.assertRaisesRegex(UserError, "is empty"):
            self._prepare(Image.new("RGBA", (600, 200), (128, 128, 128, 255)))

    def test_drawn_signatures_stay_as_they_are(self):
        picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
        ImageDraw.Draw(picture).line(((20, 70), (100, 20), (280, 30)), fill="black", width=4)
        stored = self._prepare(picture)
        self.assertEqual(stored.size, (300, 100))
        self.assertEqual(stored.tobytes(), picture.tobytes())
        # a thick straight stroke is no block
        line = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
        ImageDraw.Draw(line).line(((20, 50), (280, 50)), fill="black", width=8)
        self.assertEqual(self._prepare(line).size, (300, 100))

    def test_photo_is_cut_and_loses_its_paper(self):
        self._assert_is_the_stroke(self._prepare(make_photo()))

    def test_white_paper_goes(self):
        picture = Image.new("RGB", (600, 400), "white")
        ImageDraw.Draw(picture).line(
            [(x - 200, y - 450) for x, y in STROKE], fill=(0, 0, 139), width=5
        )
        self._assert_is_the_stroke(self._prepare(picture))

    def test_photo_that_lies_on_its_side_is_turned(self):
        self._assert_is_the_stroke(self._prepare(make_photo().rotate(90, expand=True)))

    def test_how_the_phone_was_held_counts(self):
        photo = make_photo()
        upright = self._prepare(photo)
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned clockwise to be seen
        turned = photo.transpose(Image.Transpose.ROTATE_90)
        self.assertEqual(self._prepare(turned, exif=exif).tobytes(), upright.tobytes())

    def test_paper_in_the_shade_is_not_filled(self):
        dim = make_photo().point(lambda value: value * 6 // 10)
        self._assert_is_the_stroke(self._prepare(dim))
