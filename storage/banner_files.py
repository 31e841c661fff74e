"""Banner files: the pictures that Footlight keeps and serves itself."""

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel


class BannerFile(SQLModel, table=True):
    __tablename__ = "banner_file"

    digest: str = Field(primary_key=True, description="SHA-256 of the octets, in hex")
    content_type: str
    width: int
    height: int
    octets: bytes = Field(sa_type=LargeBinary)
