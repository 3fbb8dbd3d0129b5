"""Files that come with an operation (GraphQL multipart request)."""

from pathlib import Path
from typing import NewType, Self

from errors import BadInput


class UploadedFile(str):
    """A file that lies on disk while its operation runs; as text it is the hash of its bytes.

    As a text it goes through everything that variables go through; only where it is used
    somebody asks for its path. A client that sends such a text itself sends no file.
    """

    __slots__ = ("file_name", "media_type", "path", "size")

    path: Path
    size: int
    file_name: str
    """As the client calls it; no path of ours."""
    media_type: str
    """As the client says."""

    @classmethod
    def of(cls, hash_: str, *, path: Path, size: int, file_name: str, media_type: str) -> Self:
        """Make one of what came in."""
        made = cls(hash_)
        made.path, made.size = path, size
        made.file_name, made.media_type = file_name, media_type
        return made


def parse_upload(value: object) -> UploadedFile:
    """Check that a variable is a file.

    Raises:
        BadInput: it is anything else.
    """
    if isinstance(value, UploadedFile):
        return value
    raise BadInput("Send a file by a GraphQL multipart request.", field="file")


Upload = NewType("Upload", UploadedFile)
