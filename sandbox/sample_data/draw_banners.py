"""
Draws the banners of the sample campaigns: `python -m sandbox.sample_data.draw_banners`.

Needs the DejaVu fonts of the system; the pictures are kept beside this script, so only a new design needs it.
"""

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sandbox.sample_data.campaigns import BANNERS

FONTS = Path("/usr/share/fonts/truetype/dejavu")
SIZE = (1200, 300)
SMOOTH = 3
"""Everything is drawn this many times larger and scaled down, which smooths its edges."""

Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
WHITE: Colour = (255, 255, 255)


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.ttf", size * SMOOTH)


def scaled(*numbers: float) -> tuple[float, ...]:
    return tuple(each * SMOOTH for each in numbers)


def write(draw: Draw, at: tuple[float, float], text: str, face: str, size: int, colour: Colour) -> None:
    draw.text((at[0] * SMOOTH, at[1] * SMOOTH), text, font=font(face, size), fill=colour, anchor="ls")


def gradient(left: Colour, right: Colour) -> Image.Image:
    """From left to right, in as many steps as the picture is wide."""
    strip = Image.new("RGB", (SIZE[0], 1))
    for x in range(SIZE[0]):
        share = x / (SIZE[0] - 1)
        strip.putpixel((x, 0), tuple(round(a + (b - a) * share) for a, b in zip(left, right, strict=True)))
    return strip.resize((SIZE[0] * SMOOTH, SIZE[1] * SMOOTH))


def brand(draw: Draw, colour: Colour) -> None:
    """The sample company's mark: two bent sheets, and its name."""
    for offset in (0, 11):
        corners = ((64, 66 - offset), (78, 74 - offset), (92, 66 - offset))
        draw.line([scaled(*corner) for corner in corners], fill=colour, width=5 * SMOOTH, joint="curve")
    write(draw, (104, 72), "NORDWERK", "DejaVuSans-Bold", 21, colour)


def button(draw: Draw, text: str, fill: Colour, ink: Colour) -> None:
    width = font("DejaVuSans-Bold", 25).getlength(text) / SMOOTH + 100
    left, top = 1200 - 60 - width, 176
    draw.rounded_rectangle(scaled(left, top, 1140, top + 66), radius=33 * SMOOTH, fill=fill)
    write(draw, (left + 32, top + 42), text, "DejaVuSans-Bold", 25, ink)
    x, y = 1140 - 34, top + 33
    draw.line([scaled(x - 10, y - 9), scaled(x, y), scaled(x - 10, y + 9)], fill=ink, width=4 * SMOOTH, joint="curve")


def words(draw: Draw, headline: str, line: str, colour: Colour, soft: Colour) -> None:
    write(draw, (60, 176), headline, "DejaVuSans-Bold", 62, colour)
    write(draw, (62, 236), line, "DejaVuSans", 28, soft)


def spring_fair() -> Image.Image:
    picture = gradient((11, 61, 58), (24, 128, 104))
    draw = ImageDraw.Draw(picture)
    for ring, colour in enumerate(((31, 146, 116), (42, 166, 128), (66, 187, 140), (252, 200, 70))):
        radius = 210 - ring * 52
        draw.ellipse(scaled(1010 - radius, 40 - radius, 1010 + radius, 40 + radius), fill=colour)
    brand(draw, (252, 200, 70))
    words(draw, "Spring Fair 2027", "See it bend: hall 5, booth B12", WHITE, (198, 232, 220))
    button(draw, "Get a free ticket", (252, 200, 70), (11, 61, 58))
    return picture


def new_catalogue() -> Image.Image:
    picture = gradient((247, 241, 231), (241, 226, 203))
    draw = ImageDraw.Draw(picture)
    for place, colour in enumerate(((214, 196, 166), (188, 66, 46), (36, 42, 58))):
        x, y = 800 + place * 104, 34 - place * 6
        draw.polygon([scaled(x, y), scaled(x + 92, y - 14), scaled(x + 92, y + 118), scaled(x, y + 132)], fill=colour)
        ends = [(y + 26, y + 18), (y + 42, y + 34)]
        for start, end in ends:
            draw.line([scaled(x + 16, start), scaled(x + 70, end)], fill=(247, 241, 231), width=5 * SMOOTH)
    brand(draw, (188, 66, 46))
    words(draw, "New catalogue", "312 pages of press brakes and tools", (36, 42, 58), (104, 92, 78))
    button(draw, "Leaf through", (188, 66, 46), WHITE)
    return picture


def service_check() -> Image.Image:
    picture = gradient((18, 30, 66), (38, 72, 150))
    draw = ImageDraw.Draw(picture)
    for place in range(9):
        done = place in (0, 1, 2, 3, 4, 6)
        x, y = 878 + place % 3 * 92, 22 + place // 3 * 46
        colour = (120, 214, 200) if done else (62, 96, 172)
        draw.rounded_rectangle(scaled(x, y, x + 78, y + 34), radius=9 * SMOOTH, fill=colour)
        if done:
            tick = [scaled(x + 30, y + 17), scaled(x + 37, y + 24), scaled(x + 50, y + 10)]
            draw.line(tick, fill=(18, 30, 66), width=4 * SMOOTH, joint="curve")
    brand(draw, (120, 214, 200))
    words(draw, "Ready for winter?", "Book a service day for your machines", WHITE, (190, 206, 240))
    button(draw, "Choose a day", (120, 214, 200), (18, 30, 66))
    return picture


def academy() -> Image.Image:
    picture = gradient((255, 255, 255), (228, 234, 250))
    draw = ImageDraw.Draw(picture)
    for place, (height, colour) in enumerate(
        ((44, (176, 190, 240)), (74, (132, 148, 226)), (104, (92, 106, 208)), (138, (58, 66, 172)))
    ):
        x = 838 + place * 76
        draw.rounded_rectangle(scaled(x, 158 - height, x + 60, 158), radius=10 * SMOOTH, fill=colour)
    draw.rectangle(scaled(0, 0, 14, 300), fill=(58, 66, 172))
    brand(draw, (58, 66, 172))
    words(draw, "Nordwerk Academy", "Free online courses on bending and cutting", (24, 28, 74), (92, 98, 140))
    button(draw, "Start learning", (58, 66, 172), WHITE)
    return picture


PICTURES: tuple[Callable[[], Image.Image], ...] = (spring_fair, new_catalogue, service_check, academy)


def main() -> None:
    BANNERS.mkdir(exist_ok=True)
    for make in PICTURES:
        small = make().resize(SIZE, Image.Resampling.LANCZOS)
        small.quantize(256, dither=Image.Dither.NONE).save(BANNERS / f"{make.__name__}.png", optimize=True)


if __name__ == "__main__":
    main()
