"""Field sets: text, selections, and back."""

import pytest

from federation.vocabulary.field_set import (
    FieldSetError,
    parse_field_set,
    print_field_set,
    top_level_fields,
)


@pytest.mark.parametrize(
    ("_case", "text", "printed"),
    [
        ("plain", "id", "id"),
        ("with braces and odd spaces", " { id   name } ", "id name"),
        ("with commas", "id, owner { id, name }", "id owner { id name }"),
        ("with a fragment", "... on T{a}", "... on T { a }"),
        ("with arguments", 'size(unit:CM, of:"x")', 'size(unit: CM, of: "x")'),
    ],
)
def test_a_field_set_prints_on_one_line(_case: str, text: str, printed: str):
    assert print_field_set(parse_field_set(text)) == printed


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("nothing", ""),
        ("only braces", "{}"),
        ("an open brace", "id {"),
        ("an alias", "a: id"),
        ("a named fragment", "...F"),
        ("a second operation", "id } query X { a"),
        ("too deep", "a {" * 21 + "b" + "}" * 21),
    ],
)
def test_what_is_no_field_set_is_refused(_case: str, text: str):
    with pytest.raises(FieldSetError):
        parse_field_set(text)


def test_top_level_fields_look_into_fragments():
    assert list(top_level_fields(parse_field_set("a ... on T { b { c } }"))) == ["a", "b"]
