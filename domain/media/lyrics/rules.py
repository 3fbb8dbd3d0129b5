"""What lyrics must look like, and which of several somebody is shown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.media.lyrics.records import Line, Lyrics, LyricsText, Word
from errors import BadInput, TooLarge

TEXT_CHARS_MAX = 500_000
LINES_MAX = 2_000
LINE_CHARS_MAX = 1_000
WORDS_MAX = 200
AGENTS_MAX = 50
METADATA_MAX = 30
LANGUAGES_MAX = 30
"""Of one track."""
TIME_MS_MAX = 24 * 60 * 60 * 1000
UNKNOWN_LANGUAGE = "und"
LANGUAGE = re.compile(r"^([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|[0-9]{3}))?$")


def checked_lyrics(found: LyricsText) -> LyricsText:
    """Lyrics within their bounds, the lines in the order in which they are sung.

    Raises:
        BadInput: there are no words in them, or a time is impossible.
        TooLarge: there are too many lines, words or agents.
    """
    lines = sorted(found.lines, key=lambda line: line.start_ms or 0)
    if not any(line.text for line in lines):
        raise BadInput("These lyrics have no words.", field="text")
    _require_few(len(lines), LINES_MAX, "lines")
    _require_few(len(found.agents), AGENTS_MAX, "agents")
    _require_few(len(found.metadata), METADATA_MAX, "tags")
    for line in lines:
        _check_line(line)
    return replace(found, lines=tuple(lines))


def checked_language(text: str) -> str:
    """A language (BCP 47: language, script, region) as everyone spells it; raises BadInput."""
    match = LANGUAGE.match(text.strip().lower().replace("_", "-"))
    if match is None:
        raise BadInput("language is like en, pt-BR or zh-Hant.", field="language")
    language, script, region = match.groups()
    return language + (script or "").title() + (region or "").upper()


def best_of(several: Sequence[Lyrics], language: str | None) -> Lyrics | None:
    """Those in the language asked for, or a near one; without one, what is really sung."""
    if language is None:
        ordered = sorted(several, key=lambda each: (each.is_translation, each.language))
        return ordered[0] if ordered else None
    same = [each for each in several if each.language == language]
    near = [each for each in several if _root(each.language) == _root(language)]
    return next(iter([*same, *near]), None)


def joined(words: Iterable[Word]) -> tuple[str, tuple[Word, ...]]:
    """The text of a line and its words: spaces stand behind words, one at most."""
    kept: list[Word] = []
    for word in words:
        text = " ".join(word.text.split())
        if kept and (word.text[:1].isspace() or not text):
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text.rstrip()} ")
        if text:
            kept.append(replace(word, text=f"{text} " if word.text[-1:].isspace() else text))
    if kept:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return "".join(word.text for word in kept), tuple(kept)


def plain_text(content: LyricsText) -> str:
    """All lines without their times."""
    return "\n".join(line.text for line in content.lines)


def parse_plain(text: str) -> LyricsText:
    """Lines without times; what stands between verses is one blank line."""
    lines: list[Line] = []
    for each in text.strip().splitlines():
        line = " ".join(each.split())
        if line or (lines and lines[-1].text):
            lines.append(Line(text=line))
    return checked_lyrics(LyricsText(lines=tuple(lines)))


def _root(language: str) -> str:
    return language.partition("-")[0]


def _check_line(line: Line) -> None:
    if len(line.text) > LINE_CHARS_MAX:
        raise TooLarge(f"A line has {LINE_CHARS_MAX} characters at most.", field="text")
    if "\x00" in line.text:
        raise BadInput("A line holds no NUL.", field="text")
    _require_few(len(line.words), WORDS_MAX, "timed words in a line")
    times = [(line.start_ms or 0, line.end_ms), *((w.start_ms, w.end_ms) for w in line.words)]
    for start, end in times:
        if not 0 <= start <= (start if end is None else end) <= TIME_MS_MAX:
            raise BadInput(f"The times of the line {line.text!r} are impossible.", field="text")


def _require_few(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooLarge(f"Lyrics have {most} {what} at most.", field="text")
