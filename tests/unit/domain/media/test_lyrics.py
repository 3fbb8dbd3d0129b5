"""Lyrics are read as they are written, and printed so that they are read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.lyrics.lrc import parse_lrc, print_lrc
from domain.media.lyrics.records import Agent, Line, LyricsText, Word
from domain.media.lyrics.rules import checked_language, parse_plain, plain_text
from domain.media.lyrics.ttml import parse_ttml, print_ttml
from errors import BadInput, TooLarge

TT = 'xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
LETTERS = st.text(st.sampled_from("abcäöß日本éñ'&,!?\""), min_size=1, max_size=8)


@st.composite
def synced(draw) -> LyricsText:
    """Lines one behind the other, with gaps and without, some with timed words."""
    lines, at = [], draw(st.integers(0, 5_000))
    for _ in range(draw(st.integers(1, 6))):
        texts = draw(st.lists(LETTERS, min_size=1, max_size=5))
        start, words = at, []
        for place, text in enumerate(texts):
            end = at + draw(st.integers(1, 900))
            words.append(
                Word(start_ms=at, end_ms=end, text=text + (" " if place < len(texts) - 1 else ""))
            )
            at = end + draw(st.sampled_from([0, 0, 130]))
        end = words[-1].end_ms
        lines.append(
            Line(
                start_ms=start,
                end_ms=end,
                text="".join(word.text for word in words),
                words=tuple(words) if draw(st.booleans()) else (),
            )
        )
        at = max(at, end) + draw(st.sampled_from([0, 0, 2_000]))
    return LyricsText(lines=tuple(lines))


@given(synced())
def test_lrc_that_we_print_is_read_as_it_was(content) -> None:
    assert parse_lrc(print_lrc(content)) == content


@given(synced())
def test_ttml_that_we_print_is_read_as_it_was(content) -> None:
    assert parse_ttml(print_ttml(content, language="de")) == content


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text) -> None:
    for parse in (parse_lrc, parse_ttml, parse_plain):
        try:
            found = parse(text)
        except (BadInput, TooLarge):
            continue
        assert found.lines


def test_lrc_has_tags_an_offset_and_lines_that_come_again() -> None:
    content = parse_lrc(
        "[ti:First Light]\n[ar:The Larks]\n[offset:+500]\n\n"
        "[00:12.00][00:42.5]A line  sung twice\n[00:20.00]\n[00:15.00]Another\n"
    )

    assert content.metadata == {"ti": "First Light", "ar": "The Larks"}
    assert [(line.start_ms, line.end_ms, line.text) for line in content.lines] == [
        (11_500, 14_500, "A line sung twice"),
        (14_500, 19_500, "Another"),
        (42_000, None, "A line sung twice"),
    ]


def test_lrc_has_words_with_times_however_their_spaces_stand() -> None:
    one = parse_lrc("[00:01.00]<00:01.00>One <00:01.50>by <00:02.00>one<00:02.50>")
    other = parse_lrc("[00:01.00] <00:01.00> One <00:01.50> by <00:02.00> one <00:02.50>")

    assert one == other
    assert one.lines[0].text == "One by one"
    assert [(w.start_ms, w.end_ms, w.text) for w in one.lines[0].words] == [
        (1_000, 1_500, "One "),
        (1_500, 2_000, "by "),
        (2_000, 2_500, "one"),
    ]


def test_lrc_without_times_is_plain_text() -> None:
    content = parse_lrc("[ti:X]\nOne\n\n\nTwo\n")

    assert not content.is_synced
    assert plain_text(content) == "One\n\nTwo"


APPLE = f"""<tt {TT} xmlns:itunes="http://music.apple.com/lyric-ttml-internal"
 itunes:timing="Word"><head><metadata>
 <ttm:agent type="person" xml:id="v1"><ttm:name type="full">Lark</ttm:name></ttm:agent>
 </metadata></head><body dur="1:00"><div begin="0" end="20.000">
 <p begin="9.280" end="11.5" ttm:agent="v1"><span begin="9.280" end="9.9">Let</span>
 <span begin="9.9" end="10.5">go</span><span begin="10.5" end="11.5">ing</span>
 <span ttm:role="x-translation">Loslassen</span></p>
 <p begin="1:02.500" end="1:03">Bye &amp; bye</p></div></body></tt>"""


def test_ttml_has_agents_words_and_spans_that_say_the_same_again() -> None:
    content = parse_ttml(APPLE)

    assert content.agents == (Agent(id="v1", kind="person", name="Lark"),)
    first, second = content.lines
    assert (first.start_ms, first.end_ms, first.text, first.agent) == (
        9280,
        11_500,
        "Let going",
        "v1",
    )
    assert [(word.start_ms, word.text) for word in first.words] == [
        (9_280, "Let "),
        (9_900, "go"),
        (10_500, "ing"),
    ]
    assert (second.start_ms, second.end_ms, second.text) == (62_500, 63_000, "Bye & bye")


def test_ttml_words_may_count_from_their_line() -> None:
    content = parse_ttml(
        f'<tt {TT}><body><div begin="10s"><p begin="5s" dur="4s"><span begin="0s" end="1s">A'
        ' </span><span begin="1s" end="2.5s">b</span></p></div></body></tt>'
    )

    (line,) = content.lines
    assert (line.start_ms, line.end_ms) == (15_000, 19_000)
    assert [(word.start_ms, word.end_ms) for word in line.words] == [
        (15_000, 16_000),
        (16_000, 17_500),
    ]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("01:02:03.5", 3_723_500),
        ("02:03", 123_000),
        ("00:00:01:15", 1_500),
        ("1.5h", 5_400_000),
        ("90s", 90_000),
        ("250ms", 250),
        ("45f", 1_500),
        ("3.25", 3_250),
    ],
)
def test_ttml_times_come_in_many_spellings(text, ms) -> None:
    content = parse_ttml(f'<tt {TT}><body><div><p begin="{text}">x</p></div></body></tt>')

    assert content.lines[0].start_ms == ms


BOMB = f"""<!DOCTYPE tt [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<tt {TT}><body><div><p begin="1s">&b;</p></div></body></tt>"""
OUTSIDE = f"""<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<tt {TT}><body><div><p begin="1s">&x;</p></div></body></tt>"""


@pytest.mark.parametrize(
    ("_case", "text", "refusal"),
    [
        ("entities that grow", BOMB, BadInput),
        ("a file of the machine", OUTSIDE, BadInput),
        ("an outer document type", f'<!DOCTYPE tt SYSTEM "http://x/y.dtd"><tt {TT}/>', BadInput),
        ("an unknown entity", f"<tt {TT}><body><div><p>&x;</p></div></body></tt>", BadInput),
        ("not well-formed", f"<tt {TT}><body>", BadInput),
        ("another root", "<html/>", BadInput),
        ("no time", f'<tt {TT}><body><p begin="soon">x</p></body></tt>', BadInput),
        ("no words", f"<tt {TT}><body/></tt>", BadInput),
        ("too deep", f"<tt {TT}><body>" + "<div>" * 99 + "</div>" * 99 + "</body></tt>", TooLarge),
        ("too long", "x" * 500_001, TooLarge),
    ],
)
def test_hostile_and_broken_ttml_is_refused(_case, text, refusal) -> None:
    with pytest.raises(refusal):
        parse_ttml(text)


@pytest.mark.parametrize(
    ("_case", "text", "refusal"),
    [
        ("a line without a time", "[00:01.00]One\nTwo", BadInput),
        ("a bad offset", "[offset:soon]\n[00:01.00]One", BadInput),
        ("a time past the day", "[9999:00.00]One", BadInput),
        ("nothing", "", BadInput),
        ("too many lines", "[00:01.00]x\n" * 2_001, TooLarge),
    ],
)
def test_broken_lrc_is_refused(_case, text, refusal) -> None:
    with pytest.raises(refusal):
        parse_lrc(text)


def test_languages_are_spelled_as_everyone_does() -> None:
    assert [checked_language(text) for text in ("EN", "pt_br", "zh-hant-tw", "und")] == [
        "en",
        "pt-BR",
        "zh-Hant-TW",
        "und",
    ]
    with pytest.raises(BadInput):
        checked_language("klingon!")
