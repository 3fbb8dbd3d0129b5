"""Where something may be heard: countries by their codes (ISO 3166-1 alpha-2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from errors import BadInput

_CODES: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES: Final = frozenset(_CODES.split())
"""All that ISO 3166-1 has assigned."""
EVERYWHERE: Final = ""
TEXTS_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Territories:
    """A list of countries where, or of countries where not; both empty: everywhere."""

    includes: Sequence[str] = ()
    excludes: Sequence[str] = ()

    def holds(self, country: str) -> bool:
        """Whether it may be heard in a country."""
        return country in self.includes if self.includes else country not in self.excludes


def checked_territories(territories: Territories | None, *, field: str) -> str:
    """Territories as a column keeps them: `+AT DE`, `-US`, or nothing for everywhere.

    Raises:
        BadInput: a code is no country's, or both lists are given, or an empty list of countries
            would let nobody hear it.
    """
    if territories is None:
        return EVERYWHERE
    includes = _checked(territories.includes, field=field)
    excludes = _checked(territories.excludes, field=field)
    if includes and excludes:
        raise BadInput("Say where, or where not: includes or excludes, not both.", field=field)
    if includes:
        return f"+{' '.join(includes)}"
    return f"-{' '.join(excludes)}" if excludes else EVERYWHERE


@lru_cache(TEXTS_KEPT)
def parse_territories(text: str) -> Territories:
    """What `checked_territories` printed."""
    countries = tuple(text[1:].split())
    return Territories(includes=countries) if text[:1] == "+" else Territories(excludes=countries)


def country_or_none(text: str | None) -> str | None:
    """A country's code in capitals; None for what is none, such as a proxy's `XX` or `T1`."""
    code = (text or "").strip().upper()
    return code if code in COUNTRIES else None


def _checked(codes: Iterable[str], *, field: str) -> list[str]:
    """Sorted, in capitals, each once."""
    tidy = {code.strip().upper() for code in codes}
    odd = sorted(tidy - COUNTRIES)
    if odd:
        raise BadInput(
            f"{odd[0][:10]!r} is no country: write ISO 3166-1 codes such as DE and US.", field=field
        )
    return sorted(tidy)
