"""Banner files: the pictures that Footlight keeps and serves itself."""

import struct
import warnings
import zlib
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image, ImageSequence
from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel

from decisions.mendable import Mendable

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
    frames: int = Field(default=1, description="more than one: it moves")
    octets: bytes = Field(sa_type=LargeBinary)


class BannerFault(StrEnum):
    """What keeps a file from being a banner."""

    TOO_HEAVY = "too_heavy"
    TOO_LARGE = "too_large"
    TOO_MANY_FRAMES = "too_many_frames"
    NO_PICTURE = "no_picture"
    NOT_READ = "not_read"


class NotABanner(Mendable, ValueError):
    """The file cannot be a banner; the text says why. Save it as PNG, JPEG or GIF of at most 1 MB and 5,000 pixels."""

    def __init__(self, fault: BannerFault, told: str) -> None:
        super().__init__(told)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class BannerPicture:
    """
    A banner file as it is sent: `content_type` is what the octets really are, width and height are in pixels.

    With more than one of `frames` it moves, save in those mail clients that show the first one alone.
    """

    digest: str
    content_type: str
    width: int
    height: int
    frames: int
    octets: bytes


def read_picture(octets: bytes) -> BannerPicture:
    """
    The picture in a file, really decoded, every frame of it.

    Raises:
        NotABanner
    """
    if len(octets) > LARGEST_FILE:
        told = f"the file has {len(octets):,} bytes; {LARGEST_FILE:,} are allowed"
        raise NotABanner(BannerFault.TOO_HEAVY, told)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(octets), formats=READ) as image:
                return _decoded(image, octets)
    except NotABanner:
        raise
    except _TOO_MANY_PIXELS as error:
        told = f"the picture has too many pixels; {LONGEST_SIDE:,} a side are allowed"
        raise NotABanner(BannerFault.TOO_LARGE, told) from error
    except _SPOILT as error:
        raise NotABanner(BannerFault.NO_PICTURE, "the file is no PNG, JPEG or GIF, or it is damaged") from error


def _decoded(image: Image.Image, octets: bytes) -> BannerPicture:
    width, height = image.size
    if max(width, height) > LONGEST_SIDE:
        told = f"the picture has {width} × {height} pixels; {LONGEST_SIDE:,} a side are allowed"
        raise NotABanner(BannerFault.TOO_LARGE, told)
    frames = 0
    kind = image.format or ""
    for frame in ImageSequence.Iterator(image):
        frames += 1
        if frames * width * height > MOST_PIXELS:
            told = f"its frames have more than {MOST_PIXELS:,} pixels together"
            raise NotABanner(BannerFault.TOO_MANY_FRAMES, told)
        frame.load()
    # The further pictures in such a JPEG are shown by nobody.
    frames = 1 if kind == "MPO" else frames
    return BannerPicture(sha256(octets).hexdigest(), CONTENT_TYPES[kind], width, height, frames, octets)


def keep_file(session: Session, octets: bytes) -> str:
    """
    Keep a banner file, once; its digest.

    Raises:
        NotABanner
    """
    picture = read_picture(octets)
    keep_picture(session, picture)
    return picture.digest


def keep_picture(session: Session, picture: BannerPicture) -> None:
    """Keep a picture that was read, once."""
    if session.get(BannerFile, picture.digest) is None:
        session.add(
            BannerFile(
                digest=picture.digest,
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                frames=picture.frames,
                octets=picture.octets,
            )
        )
        session.flush()


def find_file(session: Session, digest: str) -> BannerPicture | None:
    """The banner file with this digest."""
    row = session.get(BannerFile, digest)
    if row is None:
        return None
    return BannerPicture(row.digest, row.content_type, row.width, row.height, row.frames, bytes(row.octets))
