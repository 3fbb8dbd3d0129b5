"""Representations: read from the tree, each distinct one once."""

from federation.execute.representations import read_representations
from federation.plan.nodes import Projection

ID = Projection(name="id", key="id", is_key=True)


def test_objects_with_one_key_share_a_representation() -> None:
    one, same, other = {"id": "1", "x": 1}, {"id": "1"}, {"id": "2"}

    representations, owners = read_representations("T", (ID,), [one, other, same])

    assert representations == [{"__typename": "T", "id": "1"}, {"__typename": "T", "id": "2"}]
    assert [[id(each) for each in group] for group in owners] == [
        [id(one), id(same)],
        [id(other)],
    ]


def test_a_key_that_is_null_or_unknown_is_not_sent() -> None:
    representations, owners = read_representations("T", (ID,), [{"id": None}, {}, {"id": 1}])

    assert representations == [{"__typename": "T", "id": 1}]
    assert owners == [[{"id": 1}]]


def test_a_requirement_may_be_null_but_not_unknown() -> None:
    price = Projection(name="price", key="price", is_key=False)

    representations, _ = read_representations(
        "T", (ID, price), [{"id": 1, "price": None}, {"id": 2}]
    )

    assert representations == [{"__typename": "T", "id": 1, "price": None}]


def test_what_a_requirement_says_tells_representations_apart() -> None:
    price = Projection(name="price", key="_need_price", is_key=False)

    representations, _ = read_representations(
        "T", (ID, price), [{"id": 1, "_need_price": 2}, {"id": 1, "_need_price": 3}]
    )

    assert [each["price"] for each in representations] == [2, 3]


def test_nested_keys_lists_and_types_are_read() -> None:
    inner = Projection(
        name="owner",
        key="owner",
        is_key=True,
        fields=(ID,),
        variants=(("Band", (Projection(name="size", key="size", is_key=False),)),),
    )
    source = {
        "owner": [
            {"__typename": "Band", "id": 1, "size": 4, "more": 0},
            {"__typename": "Solo", "id": 2},
            None,
        ]
    }

    representations, _ = read_representations("T", (inner,), [source])

    assert representations[0]["owner"] == [
        {"__typename": "Band", "id": 1, "size": 4},
        {"__typename": "Solo", "id": 2},
        None,
    ]


def test_numbers_beyond_64_bits_are_told_apart() -> None:
    large = 2**70

    representations, _ = read_representations("T", (ID,), [{"id": large}, {"id": large + 1}])

    assert [each["id"] for each in representations] == [large, large + 1]


def test_true_is_not_one() -> None:
    representations, _ = read_representations("T", (ID,), [{"id": True}, {"id": 1}])

    assert [each["id"] for each in representations] == [True, 1]
