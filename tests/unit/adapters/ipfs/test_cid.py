"""CIDs against what the JavaScript importer of IPFS gives for the same bytes."""

import pytest

from adapters.ipfs.cid import CHUNK_BYTES, LINKS_MAX, cid_of


def pattern(size: int) -> bytes:
    """Bytes that differ from chunk to chunk, cheap to make in any language."""
    row = [bytes((i * 31 + high) & 255 for i in range(256)) for high in range(256)]
    rows = b"".join(row)
    return (rows * (size // len(rows) + 1))[:size]


@pytest.mark.parametrize(
    ("_case", "size", "cid"),
    [
        (
            "an empty file is one empty raw leaf",
            0,
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
        ),
        (
            "a byte short of a chunk is a raw leaf",
            CHUNK_BYTES - 1,
            "bafkreicrm7kbmhauoblbuhnqppwpfqkplz3woarynwidm3uqjx27w3s7ri",
        ),
        (
            "a whole chunk is still a raw leaf",
            CHUNK_BYTES,
            "bafkreicyf2rsjlabvogs5vfihpzfegm2q5hjwrohaneftr2crm6gsnlznm",
        ),
        (
            "a byte more makes a tree of two leaves",
            CHUNK_BYTES + 1,
            "bafybeidgoqoyg4yhalu6oks2gnsjbs74tnoepwkl77plj4i4rd6lhvt424",
        ),
        (
            "three leaves",
            600_000,
            "bafybeibusxrtljsia6kaurxl7qmvh4vvhqn43pw25i5fhayz5gdvffkqhu",
        ),
        (
            "a full node is one level",
            CHUNK_BYTES * LINKS_MAX,
            "bafybeictnhkryr6nrwjc27yponmmlpktev4dnsvngaji55edlddqcrcwqu",
        ),
        (
            "a byte more than a full node makes two levels",
            CHUNK_BYTES * LINKS_MAX + 1,
            "bafybeibceeiwyvx3pxrrewxawlbhjvw5ia7lqgj7pt6zjsw56m6vxph5dq",
        ),
    ],
)
def test_a_file_has_the_cid_that_the_importer_gives(_case: str, size: int, cid: str) -> None:
    data = pattern(size)

    computed = cid_of(data)

    assert computed == cid


def test_the_best_known_raw_block_has_its_cid() -> None:
    greeting = b"hello world"

    computed = cid_of(greeting)

    assert computed == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
