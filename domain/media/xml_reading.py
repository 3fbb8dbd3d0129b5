"""XML of strangers: no document types, no entities, nothing from elsewhere, all bounded."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from errors import BadInput, TooLarge

DEPTH_MAX = 32
ELEMENTS_MAX = 100_000
SEPARATOR = "}"


def read_xml(text: str, *, field: str, chars_max: int) -> Element:
    """The root of a document; names of a namespace are spelled `{namespace}name`.

    Raises:
        TooLarge: it is too long, too deep or has too many elements.
        BadInput: it is no XML, or declares a document type (which is where entities come from).
    """
    if len(text) > chars_max:
        raise TooLarge(f"{field} has {chars_max} characters at most.", field=field)
    reader = _Reader(field)
    try:
        return reader.read(text)
    except (expat.ExpatError, ValueError, UnicodeError):
        raise BadInput(f"{field} is no well-formed XML.", field=field) from None


class _Reader:
    """Builds a tree and refuses what a document may not hold."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._tree = TreeBuilder()
        self._depth = 0
        self._elements = 0
        self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse

    def read(self, text: str) -> Element:
        """Read it to its end; the text is decoded already, whatever the declaration says."""
        self._parser.Parse(text.removeprefix("\ufeff").lstrip().encode(), True)
        return self._tree.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH_MAX or self._elements > ELEMENTS_MAX:
            raise TooLarge(f"{self._field} is nested too deep, or too long.", field=self._field)
        self._tree.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(_named(name))

    def _data(self, text: str) -> None:
        self._tree.data(text)

    def _refuse(self, *_declared: object) -> int:
        raise BadInput(
            f"{self._field} declares a document type or entities; leave these out.",
            field=self._field,
        )


def _named(name: str) -> str:
    """`namespace}name` as everyone spells it."""
    return f"{{{name}" if SEPARATOR in name else name
