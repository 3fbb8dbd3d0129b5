"""Scalars of media: file sizes, which outgrow GraphQL's Int, and files themselves."""

from dataclasses import replace
from typing import NewType

import strawberry

from errors import BadInput
from schema.scalars import CONFIG
from schema.uploads import Upload, parse_upload

ByteCount = NewType("ByteCount", int)
BYTES_MAX = 2**53


def _parse(value: object) -> int:
    """A whole number that every client's numbers hold exactly."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > BYTES_MAX:
        raise BadInput("A number of bytes is a whole number, up to 2^53.")
    return value


MEDIA_CONFIG = replace(
    CONFIG,
    scalar_map={
        **CONFIG.scalar_map,
        ByteCount: strawberry.scalar(
            name="ByteCount",
            description="A whole number of bytes, up to 2^53.",
            serialize=int,
            parse_value=_parse,
        ),
        Upload: strawberry.scalar(
            name="Upload",
            description="A file that comes with the request (GraphQL multipart request).",
            specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
            serialize=str,
            parse_value=parse_upload,
        ),
    },
)
"""The configuration of the media schema: the shared one, file sizes and files."""
