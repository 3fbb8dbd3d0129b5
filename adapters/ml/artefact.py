"""The recommender on disk: one file, replaced whole, mapped into memory when read.

    magic 8 | header length 8 | header JSON (model card, item ids, sections) | sections
                                                             neighbours int32   [items, width]
                                                             weights    float32 [items, width]
                                                             popularity float32 [items]

Needs numpy alone, so that the process that answers queries never loads torch.
"""

import hashlib
import os
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

MAGIC = b"TUTTIRC1"
NOBODY = -1
"""Stands in `neighbours` where an item has fewer of them than the width."""

HEADER_BYTES_MAX = 64 * 1024 * 1024
_ALIGNMENT = 64
_DTYPES = {"neighbours": "<i4", "weights": "<f4", "popularity": "<f4"}


class UnreadableArtefact(Exception):
    """The file is no recommender of ours, or is damaged."""


class Metrics(msgspec.Struct, frozen=True):
    """Measured on the last item of held-out users, beside the popularity baseline."""

    held_out_users: int
    ndcg_at_10: float
    hit_rate_at_10: float
    coverage_at_10: float
    popularity_ndcg_at_10: float
    popularity_hit_rate_at_10: float


class ModelCard(msgspec.Struct, frozen=True):
    """What one should know of a model before trusting it."""

    name: str
    trained_at: str
    """ISO 8601, UTC."""

    users: int
    items: int
    interactions: int
    regularisation: float
    damping: float
    metrics: Metrics | None
    """None where there were too few users to hold any out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Artefact:
    """A trained recommender."""

    version: str
    """Name and content: `tutti-ease-v1-3f2a9c01d4e5`."""

    card: ModelCard
    items: tuple[str, ...]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    popularity: NDArray[np.float32]


class _Section(msgspec.Struct, frozen=True):
    offset: int
    shape: tuple[int, ...]


class _Header(msgspec.Struct, frozen=True):
    card: ModelCard
    items: tuple[str, ...]
    sections: dict[str, _Section]
    sha256: str


def write_artefact(
    path: Path,
    *,
    card: ModelCard,
    items: tuple[str, ...],
    neighbours: NDArray[np.int32],
    weights: NDArray[np.float32],
    popularity: NDArray[np.float32],
) -> str:
    """Replace the artefact and return its version; readers see the old or the new one."""
    arrays = {"neighbours": neighbours, "weights": weights, "popularity": popularity}
    sections: dict[str, _Section] = {}
    body = bytearray()
    for name, array in arrays.items():
        body.extend(bytes(-len(body) % _ALIGNMENT))
        sections[name] = _Section(len(body), array.shape)
        body.extend(np.ascontiguousarray(array, dtype=_DTYPES[name]).tobytes())
    digest = hashlib.sha256(body).hexdigest()
    header = msgspec.json.encode(_Header(card, items, sections, digest))
    start = MAGIC + struct.pack("<Q", len(header)) + header
    _replace(path, start + bytes(-len(start) % _ALIGNMENT) + bytes(body))
    return _version(card, digest)


def read_artefact(path: Path) -> Artefact:
    """Map an artefact into memory, after checking that it is whole.

    Raises:
        FileNotFoundError: there is none.
        UnreadableArtefact: it is damaged or something else.
    """
    with path.open("rb") as file:
        magic, length = file.read(8), file.read(8)
        if magic != MAGIC or len(length) != 8:
            raise UnreadableArtefact(f"{path.name} is no recommender artefact")
        header_bytes = struct.unpack("<Q", length)[0]
        if header_bytes > HEADER_BYTES_MAX:
            raise UnreadableArtefact(f"{path.name} has a header of {header_bytes} bytes")
        header = _parse_header(path, file.read(header_bytes))
    start = 16 + header_bytes
    start += -start % _ALIGNMENT
    body = _map_body(path, start, header)
    arrays = {name: _array(path, body, name, header) for name in _DTYPES}
    _check_shapes(path, header, arrays)
    return Artefact(
        version=_version(header.card, header.sha256),
        card=header.card,
        items=header.items,
        neighbours=arrays["neighbours"],
        weights=arrays["weights"],
        popularity=arrays["popularity"],
    )


def _version(card: ModelCard, digest: str) -> str:
    return f"{card.name}-{digest[:12]}"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _parse_header(path: Path, raw: bytes) -> _Header:
    try:
        return msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableArtefact(f"{path.name} has a damaged header") from error


def _map_body(path: Path, start: int, header: _Header) -> NDArray[np.uint8]:
    if path.stat().st_size <= start:
        raise UnreadableArtefact(f"{path.name} ends too early")
    body: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r", offset=start)
    if hashlib.sha256(body.data).hexdigest() != header.sha256:
        raise UnreadableArtefact(f"{path.name} is damaged: its checksum differs")
    return body


def _array(path: Path, body: NDArray[np.uint8], name: str, header: _Header) -> NDArray[Any]:
    section = header.sections.get(name)
    if section is None:
        raise UnreadableArtefact(f"{path.name} lacks {name}")
    dtype = np.dtype(_DTYPES[name])
    size = int(np.prod(section.shape)) * dtype.itemsize
    piece = body[section.offset : section.offset + size]
    if piece.size != size:
        raise UnreadableArtefact(f"{path.name} ends within {name}")
    return piece.view(dtype).reshape(section.shape)


def _check_shapes(path: Path, header: _Header, arrays: dict[str, NDArray[Any]]) -> None:
    count = len(header.items)
    neighbours, weights = arrays["neighbours"], arrays["weights"]
    fits = (
        neighbours.ndim == 2
        and neighbours.shape == weights.shape
        and neighbours.shape[0] == count
        and arrays["popularity"].shape == (count,)
        and (neighbours.size == 0 or int(neighbours.min()) >= NOBODY)
        and (neighbours.size == 0 or int(neighbours.max()) < count)
    )
    if not fits:
        raise UnreadableArtefact(f"{path.name} contradicts itself")
