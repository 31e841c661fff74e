"""Banner files: the pictures that Footlight keeps and serves itself."""

import struct
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image, ImageSequence
from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel

LARGEST_FILE: Final = 1_000_000
LONGEST_SIDE: Final = 5_000
# Every frame of an animation is decoded by every mail client too.
MOST_PIXELS: Final = 100_000_000

# MPO is what Pillow calls a JPEG with further pictures behind the first, as phones make them.
CONTENT_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "GIF": "image/gif"}
READ: Final = ("PNG", "JPEG", "GIF")

# What Pillow raises for files that are not what they say.
_SPOILT: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)
_TOO_MANY_PIXELS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class BannerFile(SQLModel, table=True):
    __tablename__ = "banner_file"

    digest: str = Field(primary_key=True, description="SHA-256 of the octets, in hex")
    content_type: str
    width: int
    height: int
    octets: bytes = Field(sa_type=LargeBinary)


class NotABanner(ValueError):
    """The file cannot be a banner; the text says why. Save it as PNG, JPEG or GIF of at most 1 MB and 5,000 pixels."""


@dataclass(frozen=True, slots=True)
class BannerPicture:
    """A banner file as it is sent: `content_type` is what the octets really are, width and height are in pixels."""

    digest: str
    content_type: str
    width: int
    height: int
    octets: bytes


def read_picture(octets: bytes) -> BannerPicture:
    """
    The picture in a file, really decoded, every frame of it.

    Raises:
        NotABanner
    """
    if len(octets) > LARGEST_FILE:
        raise NotABanner(f"the file has {len(octets):,} bytes; {LARGEST_FILE:,} are allowed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(octets), formats=READ) as image:
                return _decoded(image, octets)
    except NotABanner:
        raise
    except _TOO_MANY_PIXELS as error:
        raise NotABanner(f"the picture has too many pixels; {LONGEST_SIDE:,} a side are allowed") from error
    except _SPOILT as error:
        raise NotABanner("the file is no PNG, JPEG or GIF, or it is damaged") from error


def _decoded(image: Image.Image, octets: bytes) -> BannerPicture:
    width, height = image.size
    if max(width, height) > LONGEST_SIDE:
        raise NotABanner(f"the picture has {width} × {height} pixels; {LONGEST_SIDE:,} a side are allowed")
    pixels = 0
    kind = image.format or ""
    for frame in ImageSequence.Iterator(image):
        pixels += width * height
        if pixels > MOST_PIXELS:
            raise NotABanner(f"its frames have more than {MOST_PIXELS:,} pixels together")
        frame.load()
    return BannerPicture(sha256(octets).hexdigest(), CONTENT_TYPES[kind], width, height, octets)


def keep_file(session: Session, octets: bytes) -> str:
    """
    Keep a banner file, once; its digest.

    Raises:
        NotABanner
    """
    picture = read_picture(octets)
    if session.get(BannerFile, picture.digest) is None:
        session.add(
            BannerFile(
                digest=picture.digest,
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                octets=octets,
            )
        )
        session.flush()
    return picture.digest


def find_file(session: Session, digest: str) -> BannerPicture | None:
    """The banner file with this digest."""
    row = session.get(BannerFile, digest)
    return BannerPicture(row.digest, row.content_type, row.width, row.height, bytes(row.octets)) if row else None
