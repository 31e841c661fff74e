"""Banner files: really decoded, and refused when they would harm a mail."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.banner_files import BannerFault, NotABanner, find_file, keep_file, read_picture


def picture(kind, size=(8, 4), **more):
    octets = BytesIO()
    Image.new("RGB", size, "teal").save(octets, kind, **more)
    return octets.getvalue()


def animation(frames, size):
    octets = BytesIO()
    images = [Image.new("P", size) for _ in range(frames)]
    for number, image in enumerate(images):
        image.putpixel((0, 0), number % 2)  # Pillow makes one frame of several that look alike
    images[0].save(octets, "GIF", save_all=True, append_images=images[1:])
    return octets.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side):
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (side // 8 + 1) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_pictures(kind):
    """PNG, JPEG and GIF are taken for what they are."""
    read = read_picture(picture(kind))

    assert (read.content_type, read.width, read.height) == (f"image/{kind.lower()}", 8, 4)


def test_an_animation():
    """A GIF may move, and is known to."""
    still, moving = read_picture(picture("GIF")), read_picture(animation(3, (8, 4)))

    assert (still.frames, moving.frames) == (1, 3)
    assert moving.width == 8


@pytest.mark.parametrize(
    ("made", "fault", "told"),
    [
        (lambda: b"", BannerFault.NO_PICTURE, "no PNG"),
        (lambda: b"<svg/>", BannerFault.NO_PICTURE, "no PNG"),
        (lambda: picture("BMP"), BannerFault.NO_PICTURE, "no PNG"),
        (lambda: picture("WEBP"), BannerFault.NO_PICTURE, "no PNG"),
        (lambda: picture("PNG", (400, 400))[:60], BannerFault.NO_PICTURE, "damaged"),
        (lambda: picture("JPEG", (400, 400))[:300], BannerFault.NO_PICTURE, "damaged"),
        (lambda: picture("PNG", (5001, 1)), BannerFault.TOO_LARGE, "5,000 a side"),
        (lambda: bomb(20_000), BannerFault.TOO_LARGE, "5,000 a side"),
        (lambda: b"GIF89a" + b"\0" * 1_000_000, BannerFault.TOO_HEAVY, "1,000,000 are allowed"),
        (lambda: animation(30, (2_000, 2_000)), BannerFault.TOO_MANY_FRAMES, "frames"),
    ],
    ids=["empty", "svg", "bmp", "webp", "cut", "cut jpeg", "wide", "bomb", "large", "long animation"],
)
def test_refused(made, fault, told):
    """What is no banner is refused with the reason, and never decoded further than it may be."""
    with pytest.raises(NotABanner, match=told) as refused:
        read_picture(made())

    assert refused.value.fault is fault


@given(st.sampled_from(["PNG", "JPEG", "GIF"]), st.integers(0, 200), st.binary(min_size=1, max_size=8))
def test_spoilt_files(kind, at, octets):
    """A file with spoilt octets is read or refused, and nothing else happens."""
    good = picture(kind, (16, 16))
    at %= len(good)
    with suppress(NotABanner):
        assert read_picture(good[:at] + octets + good[at + len(octets) :]).width <= 5_000


async def test_kept_once(store):
    """The same file is kept once, and comes back as it was."""
    octets = picture("PNG")
    digests = {await store.write(keep_file, octets) for _ in range(2)}
    kept = await store.read(find_file, digests.pop())

    assert not digests
    assert kept == read_picture(octets)
    assert await store.read(find_file, "0" * 64) is None
