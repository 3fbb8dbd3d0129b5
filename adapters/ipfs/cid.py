"""CIDv1 of bytes, as IPFS importers compute it: raw leaves under a balanced dag-pb tree.

≤ 256 KiB        one raw block            bafkrei…
more             leaves of 256 KiB        bafybei…
                 └ up to 174 links in each node, UnixFS file nodes above
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CHUNK_BYTES = 256 * 1024
LINKS_MAX = 174

_CIDV1, _RAW, _DAG_PB, _SHA2_256 = 0x01, 0x55, 0x70, 0x12
_UNIXFS_FILE = 2


@dataclass(frozen=True, slots=True)
class _Node:
    cid: bytes
    block_bytes: int
    """The block and all below it."""
    file_bytes: int


def cid_of(data: bytes) -> str:
    """The CIDv1 of a file with these bytes, in base32."""
    nodes = [_leaf(chunk) for chunk in _chunks(data)]
    while len(nodes) > 1:
        groups = range(0, len(nodes), LINKS_MAX)
        nodes = [_parent(nodes[start : start + LINKS_MAX]) for start in groups]
    text = base64.b32encode(nodes[0].cid).decode().lower().rstrip("=")
    return f"b{text}"


def _chunks(data: bytes) -> Iterable[bytes]:
    if not data:
        yield b""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


def _leaf(chunk: bytes) -> _Node:
    return _Node(_cid(_RAW, chunk), len(chunk), len(chunk))


def _parent(children: Sequence[_Node]) -> _Node:
    links = b"".join(_field(2, _link(child)) for child in children)
    block = links + _field(1, _unixfs(children))
    below = sum(child.block_bytes for child in children)
    file_bytes = sum(child.file_bytes for child in children)
    return _Node(_cid(_DAG_PB, block), len(block) + below, file_bytes)


def _link(child: _Node) -> bytes:
    """A dag-pb link: hash, an empty name, and the size of all below."""
    return _field(1, child.cid) + _field(2, b"") + _number(3, child.block_bytes)


def _unixfs(children: Sequence[_Node]) -> bytes:
    sizes = b"".join(_number(4, child.file_bytes) for child in children)
    total = sum(child.file_bytes for child in children)
    return _number(1, _UNIXFS_FILE) + _number(3, total) + sizes


def _cid(codec: int, block: bytes) -> bytes:
    digest = hashlib.sha256(block).digest()
    return bytes([_CIDV1, codec, _SHA2_256, len(digest)]) + digest


def _field(number: int, content: bytes) -> bytes:
    """A protobuf field of bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    """A protobuf field of a whole number."""
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
