"""TTML: timed text of the W3C (https://www.w3.org/TR/ttml2/), as far as lyrics use it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from domain.media.lyrics.records import Agent, Line, LyricsText, Word
from domain.media.lyrics.rules import TEXT_CHARS_MAX, checked_lyrics, joined
from domain.media.xml_reading import read_xml
from errors import BadInput

TT = "http://www.w3.org/ns/ttml"
METADATA = f"{TT}#metadata"
PARAMETERS = f"{TT}#parameter"
ITUNES = "http://music.apple.com/lyric-ttml-internal"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
TIMES_ARE_ABSOLUTE = f"{{{ITUNES}}}timing"
"""Says that words count from the beginning, not from that of their line, as TTML has it."""
OTHER_TEXT = frozenset({"x-translation", "x-roman"})
"""Spans that say the same once more."""

CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.(\d{1,9})|:(\d{1,3}))?$")
OFFSET = re.compile(r"^(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|f|t)?$")
TIME_FAULT = "is no time of TTML; write it like 00:01:02.500 or 62.5s."


@dataclass(frozen=True, slots=True)
class _Rates:
    """What frames and ticks are worth."""

    frames: float
    ticks: float


def parse_ttml(text: str) -> LyricsText:
    """Read TTML.

    Raises:
        BadInput: it is no TTML, or a time in it is none.
        TooLarge: there is too much of it.
    """
    root = read_xml(text, field="text", chars_max=TEXT_CHARS_MAX)
    if root.tag != _tt("tt"):
        raise BadInput("This is no TTML: its root is not tt.", field="text")
    rates = _rates(root)
    body = root.find(_tt("body"))
    lines: list[Line] = []
    if body is not None:
        is_absolute = TIMES_ARE_ABSOLUTE in root.attrib
        lines = [
            _line(each, start, rates, is_absolute=is_absolute)
            for each, start in _paragraphs(body, 0, rates)
        ]
    return checked_lyrics(
        LyricsText(lines=tuple(line for line in lines if line.text), agents=tuple(_agents(root)))
    )


def print_ttml(content: LyricsText, *, language: str) -> str:
    """As TTML; words count from the beginning, and it says so."""
    timing = "Word" if any(line.words for line in content.lines) else "Line"
    agents = "".join(_print_agent(agent) for agent in content.agents)
    lines = "".join(_print_line(line) for line in content.lines if line.text)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<tt xmlns="{TT}" xmlns:ttm="{METADATA}" xmlns:itunes="{ITUNES}" '
        f'itunes:timing="{timing}" xml:lang={quoteattr(language)}>\n'
        f"<head><metadata>{agents}</metadata></head>\n<body><div>\n{lines}</div></body></tt>\n"
    )


def _tt(name: str) -> str:
    return f"{{{TT}}}{name}"


def _rates(root: Element) -> _Rates:
    def rate(name: str, otherwise: float) -> float:
        text = root.get(f"{{{PARAMETERS}}}{name}", "")
        return float(text) if text.isdecimal() and 0 < len(text) < 10 and int(text) else otherwise

    frames = rate("frameRate", 30)
    return _Rates(frames=frames, ticks=rate("tickRate", frames))


def _agents(root: Element) -> Iterator[Agent]:
    for each in root.iter(f"{{{METADATA}}}agent"):
        name = each.find(f"{{{METADATA}}}name")
        spoken = None if name is None or not name.text else " ".join(name.text.split())
        yield Agent(id=each.get(XML_ID, "")[:100], kind=each.get("type", "other"), name=spoken)


def _paragraphs(parent: Element, start: int, rates: _Rates) -> Iterator[tuple[Element, int]]:
    """All lines, and when what holds them begins."""
    begin = start + (_time(parent.get("begin"), rates) or 0)
    for child in parent:
        if child.tag == _tt("p"):
            yield child, begin
        elif child.tag == _tt("div"):
            yield from _paragraphs(child, begin, rates)


def _line(element: Element, base: int, rates: _Rates, *, is_absolute: bool) -> Line:
    start, end = _span(element, base, rates)
    words = list(_words(element, rates)) if start is not None else []
    text, timed = joined(words)
    if timed:
        shift = _shift(timed, start or 0, end, is_absolute=is_absolute)
        timed = tuple(
            Word(
                start_ms=word.start_ms + shift,
                end_ms=None if word.end_ms is None else word.end_ms + shift,
                text=word.text,
            )
            for word in timed
        )
    return Line(
        start_ms=start,
        end_ms=end,
        text=text or " ".join("".join(_texts(element)).split()),
        agent=element.get(f"{{{METADATA}}}agent"),
        words=timed,
    )


def _shift(words: tuple[Word, ...], start: int, end: int | None, *, is_absolute: bool) -> int:
    """What the words' times count from: nothing where they lie within their line as they are."""
    last = words[-1].end_ms or words[-1].start_ms
    lie_within = words[0].start_ms >= start and (end is None or last <= end)
    return 0 if is_absolute or lie_within else start


def _span(element: Element, base: int, rates: _Rates) -> tuple[int | None, int | None]:
    begin, end = (_time(element.get(name), rates) for name in ("begin", "end"))
    duration = _time(element.get("dur"), rates)
    start = None if begin is None else base + begin
    if end is None and duration is not None and begin is not None:
        end = begin + duration
    return start, None if end is None else base + end


def _words(element: Element, rates: _Rates) -> Iterator[Word]:
    """The words of a line; none where one of them has no time."""
    found: list[Word] = []
    for child in element.iter(_tt("span")):
        if child.get(f"{{{METADATA}}}role") in OTHER_TEXT or child.find(_tt("span")) is not None:
            continue
        start, end = _span(child, 0, rates)
        if start is None:
            return
        text = "".join(_texts(child)) + (child.tail or "")
        found.append(Word(start_ms=start, end_ms=end, text=text))
    if _squeezed("".join(word.text for word in found)) == _squeezed("".join(_texts(element))):
        yield from found


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _texts(element: Element) -> Iterator[str]:
    """The text of an element without what says the same once more."""
    if element.tag == _tt("br"):
        yield " "
    yield element.text or ""
    for child in element:
        if child.get(f"{{{METADATA}}}role") not in OTHER_TEXT:
            yield from _texts(child)
        yield child.tail or ""


def _time(text: str | None, rates: _Rates) -> int | None:
    """A time in milliseconds; raises BadInput for what is none."""
    if text is None:
        return None
    if (clock := CLOCK.match(text.strip())) is not None:
        hours, minutes, seconds, fraction, frames = clock.groups()
        whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
        parts = int((fraction or "0")[:3].ljust(3, "0")) + int(frames or 0) * 1000 / rates.frames
        return whole * 1000 + round(parts)
    if (offset := OFFSET.match(text.strip())) is not None:
        worth = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
        worth |= {"f": 1000 / rates.frames, "t": 1000 / rates.ticks}  # type: ignore[dict-item]
        return round(float(offset[1]) * worth[offset[2] or "s"])
    raise BadInput(f"{text[:40]!r} {TIME_FAULT}", field="text")


def _print_agent(agent: Agent) -> str:
    head = f"<ttm:agent type={quoteattr(agent.kind)} xml:id={quoteattr(agent.id)}"
    if agent.name is None:
        return f"{head}/>"
    return f'{head}><ttm:name type="full">{escape(agent.name)}</ttm:name></ttm:agent>'


def _print_line(line: Line) -> str:
    agent = "" if line.agent is None else f" ttm:agent={quoteattr(line.agent)}"
    inside = "".join(_print_word(word) for word in line.words) or escape(line.text)
    return f"<p{_print_span(line.start_ms, line.end_ms)}{agent}>{inside}</p>\n"


def _print_word(word: Word) -> str:
    text = word.text.rstrip()
    behind = word.text[len(text) :]
    return f"<span{_print_span(word.start_ms, word.end_ms)}>{escape(text)}</span>{behind}"


def _print_span(start: int | None, end: int | None) -> str:
    begin = "" if start is None else f' begin="{_print_time(start)}"'
    return begin + ("" if end is None else f' end="{_print_time(end)}"')


def _print_time(ms: int) -> str:
    seconds, parts = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{parts:03d}"
