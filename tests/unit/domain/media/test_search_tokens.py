"""Text taken apart for search, in the scripts that titles are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.search_query import terms
from domain.media.search_tokens import (
    QUERY_TOKENS_MAX,
    TOKENS_MAX,
    index_tokens,
    query_tokens,
    search_key,
)


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("Sigur Rós – ( )", ["sigur", "ros"]),
        ("Don't Stop", ["dont", "stop"]),
        ("東京の夜", ["東京", "京の", "の夜", "夜"]),
        (
            "戦場のメリークリスマス",
            ["戦場", "場の", "のめ", "めり", "りー", "ーく", "くり", "りす", "すま", "ます", "す"],
        ),
        ("ﾓﾀﾞﾝ・ﾗﾌﾞ", ["もだ", "だん", "ん", "らぶ", "ぶ"]),
        ("モダン・らぶ", ["もだ", "だん", "ん", "らぶ", "ぶ"]),
        ("月亮代表我的心", ["月亮", "亮代", "代表", "表我", "我的", "的心", "心"]),
        ("강남스타일", ["강남", "남스", "스타", "타일", "일"]),
        ("AKB48の少女", ["akb48", "の少", "少女", "女"]),
        ("Ночь, Ёлка", ["ночь", "елка"]),
        ("Ὀδύσσεια", ["οδυσσεια"]),
        ("أُحِبُّكَ حــبيبي", ["احبك", "حبيبي"]),
        ("ความรัก", ["ความรก"]),
        ("が か", ["が", "か"]),
    ],
)
def test_scripts_without_spaces_become_pairs_and_others_words(text, indexed) -> None:
    assert index_tokens(text) == indexed


@pytest.mark.parametrize(
    ("text", "asked"),
    [("東京の夜", ["東京", "京の", "の夜"]), ("夜", ["夜"]), ("Ró", ["ro"]), ("?!", [])],
)
def test_a_query_asks_for_whole_pairs_and_beginnings_of_words(text, asked) -> None:
    assert query_tokens(text) == asked


@given(st.text(max_size=300))
def test_every_text_is_found_by_itself_within_bounds(text) -> None:
    indexed, asked = index_tokens(text), query_tokens(text)

    assert all(any(token.startswith(word) for token in indexed) for word in asked)
    assert len(indexed) <= TOKENS_MAX
    assert len(asked) <= QUERY_TOKENS_MAX
    assert all(token.isalnum() for token in indexed)


@given(st.text(max_size=100))
def test_folding_twice_is_folding_once(text) -> None:
    assert search_key(search_key(text)) == search_key(text)


def test_common_words_before_the_last_are_looked_for_as_they_stand() -> None:
    assert terms(["the", "sig", "ro"], {"the"}) == ["the", "sig*", "ro*"]
    assert terms(["the"], {"the"}) == ["the*"]
