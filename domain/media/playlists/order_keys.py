"""Where an item stands among others: texts that sort, with room between any two.

    i00000   i00100   i00200        appended: a good step further, in digits to the base 36
           ▲
        i000i0                      put between: the shortest that lies there, a fraction at need

A key is six digits and, behind them, a fraction without trailing zeros. Digits are `0-9a-z`, which
every collation sorts the same way. Only the item that moves gets a new key.
"""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
WHOLE_DIGITS = 6
WHOLE_COUNT = BASE**WHOLE_DIGITS
MIDDLE = WHOLE_COUNT // 2
STEP = BASE**2
"""Left free between neighbours, so that most of what comes between needs no fraction."""
KEY_CHARS_MAX = 64
"""Longer ones are not made: some three hundred items put into the same gap, one after the other."""


def keys_between(before: str | None, after: str | None, count: int) -> list[str] | None:
    """So many keys in order, behind `before` and before `after`; None stands for an end.

    None where there is no room: the two are the same, or the keys would be too long. Then all
    items of the list get new keys, `fresh_keys`.
    """
    assert count > 0, "nothing needs no key"
    if after is None:
        return _steps(MIDDLE if before is None else _whole(before) + STEP, count)
    if before is None:
        return _steps(_whole(after) - STEP * count, count)
    return _spread(before, after, count)


def fresh_keys(count: int) -> list[str]:
    """Keys for a whole list, as short as can be."""
    keys = _steps(MIDDLE - STEP * (count // 2), count)
    assert keys is not None, "a list is far shorter than the numbers there are"
    return keys


def _steps(first: int, count: int) -> list[str] | None:
    """Whole numbers with room between; None past the ends of the scale."""
    if first < 1 or first + STEP * count > WHOLE_COUNT:
        return None
    return [_print(first + STEP * place, WHOLE_DIGITS) for place in range(count)]


def _spread(before: str, after: str, count: int) -> list[str] | None:
    """The shortest keys that lie evenly between two others."""
    for length in range(WHOLE_DIGITS, KEY_CHARS_MAX + 1):
        low, high = _number(before, length), _number(after, length)
        if len(after) > length:
            high += 1  # `after` lies behind what is left of it
        gap = high - low
        if gap > count:
            numbers = [low + gap * place // (count + 1) for place in range(1, count + 1)]
            return [_print(number, length) for number in numbers]
    return None


def _whole(key: str) -> int:
    return _number(key, WHOLE_DIGITS)


def _number(key: str, length: int) -> int:
    """The first so many digits as a number."""
    return int(key[:length].ljust(length, DIGITS[0]), BASE)


def _print(number: int, length: int) -> str:
    """A number in so many digits, without the zeros that end a fraction."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, BASE)
        digits.append(DIGITS[digit])
    text = "".join(reversed(digits))
    return text[:WHOLE_DIGITS] + text[WHOLE_DIGITS:].rstrip(DIGITS[0])
