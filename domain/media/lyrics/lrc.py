"""LRC: lines with times, in the enhanced form words too.

[ti:First Light] [offset:+250]           tags; the offset makes all come sooner, in ms
[00:12.00][00:42.00]A line sung twice
[00:15.50]<00:15.50>One <00:16.00>by <00:16.40>one<00:17.00>
[00:19.00]                               an empty line: here the one before ends
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from domain.media.lyrics.records import Line, LyricsText, Word
from domain.media.lyrics.rules import TEXT_CHARS_MAX, checked_lyrics, joined, parse_plain
from errors import BadInput, TooLarge

TIME = r"(\d{1,4}):(\d{1,2})(?:[.:,](\d{1,3}))?"
STAMP = re.compile(rf"\s*\[{TIME}\]")
WORD_STAMP = re.compile(rf"<{TIME}>")
TAG = re.compile(r"^\s*\[([A-Za-z#][A-Za-z0-9_ ]{0,30}):(.*)\]\s*$")
OFFSET = re.compile(r"^[+-]?\d{1,7}$")


def parse_lrc(text: str) -> LyricsText:
    """Read LRC; without any time it is plain text.

    Raises:
        BadInput: a line among timed ones has no time, or a time is impossible.
        TooLarge: there is too much of it.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise TooLarge(f"text has {TEXT_CHARS_MAX} characters at most.", field="text")
    rows = text.removeprefix("\ufeff").splitlines()
    if not any(STAMP.match(row) for row in rows):
        return parse_plain("\n".join(row for row in rows if not TAG.match(row)))
    tags = dict(_tags(rows))
    offset = _offset(tags.pop("offset", ""))
    stamped = sorted(
        (line for number, row in enumerate(rows, 1) for line in _lines(number, row, offset)),
        key=lambda line: line.start_ms or 0,
    )
    return checked_lyrics(LyricsText(lines=tuple(_with_ends(stamped)), metadata=tags))


def print_lrc(content: LyricsText) -> str:
    """As LRC; who sings what is not told there."""
    rows = [f"[{name}:{value}]" for name, value in content.metadata.items()]
    followers = [*content.lines[1:], None]
    for line, following in zip(content.lines, followers, strict=True):
        rows.append(_print_line(line))
        ends_before = following is None or line.end_ms != following.start_ms
        if line.end_ms is not None and ends_before:
            rows.append(f"[{_print_time(line.end_ms)}]")
    return "\n".join(rows) + "\n"


def _tags(rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    for row in rows:
        tag = TAG.match(row)
        if tag is not None and not STAMP.match(row):
            yield tag[1].strip().lower(), tag[2].strip()


def _offset(text: str) -> int:
    if text and not OFFSET.match(text):
        raise BadInput("The offset is a whole number of milliseconds.", field="text")
    return int(text or 0)


def _lines(number: int, row: str, offset: int) -> Iterator[Line]:
    """One line for each time in front of it; the words' times go along with the first."""
    stamps = []
    rest = row
    while (match := STAMP.match(rest)) is not None:
        stamps.append(_milliseconds(match, offset))
        rest = rest[match.end() :]
    if not stamps:
        if row.strip() and not TAG.match(row):
            raise BadInput(f"Line {number} has no time in front of it.", field="text")
        return
    text, words = joined(_words(rest, stamps[0], offset))
    end = words[-1].end_ms if words else None
    for start in stamps:
        later = start - stamps[0]
        yield Line(
            start_ms=start,
            end_ms=None if end is None else end + later,
            text=text if words else " ".join(rest.split()),
            words=tuple(_later(word, later) for word in words),
        )


def _words(text: str, start: int, offset: int) -> list[Word]:
    """The words between times; what stands before the first begins with the line."""
    if not WORD_STAMP.search(text):
        return []
    times, texts = [start], []
    place = 0
    for match in WORD_STAMP.finditer(text):
        texts.append(text[place : match.start()])
        times.append(_milliseconds(match, offset))
        place = match.end()
    texts.append(text[place:])
    ends = [*times[1:], None]
    parts = zip(times, ends, texts, strict=True)
    return [Word(start_ms=at, end_ms=end, text=part) for at, end, part in parts]


def _later(word: Word, by: int) -> Word:
    end = None if word.end_ms is None else word.end_ms + by
    return replace(word, start_ms=word.start_ms + by, end_ms=end)


def _with_ends(stamped: Sequence[Line]) -> Iterator[Line]:
    """A line ends with the next one, unless it says so itself; empty ones only end others."""
    for line, following in pairwise([*stamped, None]):
        if line is not None and line.text:
            next_start = None if following is None else following.start_ms
            yield line if line.end_ms is not None else replace(line, end_ms=next_start)


def _milliseconds(match: re.Match[str], offset: int) -> int:
    minutes, seconds, fraction = match.groups()
    parts = int((fraction or "0").ljust(3, "0"))
    return max(0, (int(minutes) * 60 + int(seconds)) * 1000 + parts - offset)


def _print_line(line: Line) -> str:
    if line.start_ms is None:
        return line.text
    return f"[{_print_time(line.start_ms)}]{_print_words(line.words) or line.text}"


def _print_words(words: Sequence[Word]) -> str:
    """Each word behind its time; a time without a word says that the one before has ended."""
    parts = []
    for word, following in pairwise([*words, None]):
        assert word is not None, "only the last has none behind it"
        parts.append(f"<{_print_time(word.start_ms)}>{word.text}")
        goes_on = following is not None and following.start_ms == word.end_ms
        if word.end_ms is not None and not goes_on:
            parts.append(f"<{_print_time(word.end_ms)}>")
    return "".join(parts)


def _print_time(ms: int) -> str:
    """Hundredths, as most players read; thousandths where there are any."""
    seconds, parts = divmod(ms, 1000)
    fraction = f"{parts:03d}" if parts % 10 else f"{parts // 10:02d}"
    return f"{seconds // 60:02d}:{seconds % 60:02d}.{fraction}"
