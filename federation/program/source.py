"""Levels as Python source: one function for each, that builds its objects in one expression.

    def build_2(run, parents, value_6):
        # Album at 'artist' 'albums'
        if list is value_6.__class__:
            try:
                return [
                    {
                        'id': v if (v := o.id).__class__ is str else leaf_4(v),
                        'tracks': v_6,
                    }
                    for o, v_6 in zip(parents, value_6)
                ]
            except Exception:
                pass
        return mend(level, parents, {6: value_6})

    def level_2(run, parents, place):
        # column_6: batch of Album.tracks
        value_6 = column_6.fill(run, parents, place)
        if isinstance(value_6, list):
            return build_2(run, parents, value_6)
        return finish(run, build_2, parents, value_6)

What has to wait gives a coroutine, which `finish` waits for; all else is done at once.

The expression knows only values with nothing unusual about them. Whatever is wrong makes it fail
as a whole, and `mend` builds the objects one by one. Text of a client stands in it as `repr` of
names that were validated.
"""

import keyword
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
)

from federation.program.bindings import Attribute
from federation.program.levels import Field, Level

_PLAIN: dict[Any, str] = {
    GraphQLString: "{}.__class__ is str",
    GraphQLID: "{}.__class__ is str",
    GraphQLBoolean: "{}.__class__ is bool",
    GraphQLInt: "{}.__class__ is int and -2147483648 <= {} <= 2147483647",
    GraphQLFloat: "{}.__class__ is float and -1e308 <= {} <= 1e308",
}
"""When a value of these types is its own completion; a few that are, fail the test, at no harm."""


def print_level(level: Level, *, is_displayed: bool = False) -> str:
    """The source of the functions that answer a level.

    With `is_displayed` its objects have the keys of the client in its order, and the run is told
    when they have not.
    """
    return "\n".join(
        [*_print_build(level, is_displayed=is_displayed), "", *_print_answer(level), ""]
    )


def _print_answer(level: Level) -> list[str]:
    """The function that answers the columns, as far as nothing has to wait."""
    columns = level.columns
    head = "async def" if level.is_serial else "def"
    lines = [f"{head} level_{level.number}(run, parents, place):"]
    lines += [f"    # column_{each.number}: {_print_binding(each)}" for each in columns]
    values = [f"value_{each.number}" for each in columns]
    given = ", ".join(["parents", *values])
    build = f"    return build_{level.number}(run, {given})"
    if level.is_serial:
        return [*lines, *_print_serially(level), build]
    for each in columns:
        lines.append(f"    value_{each.number} = column_{each.number}.fill(run, parents, place)")
    if not columns:
        return [*lines, build]
    test = " and ".join(f"isinstance({each}, list)" for each in values)
    finish = f"    return finish(run, build_{level.number}, {given})"
    return [*lines, f"    if {test}:", f"    {build}", finish]


def _print_build(level: Level, *, is_displayed: bool) -> list[str]:
    """The function that builds the objects."""
    columns = level.columns
    given = ", ".join(["run", "parents", *(f"value_{each.number}" for each in columns)])
    lines = [f"def build_{level.number}({given}):", f"    # {_title(level)}"]
    if is_displayed and level.shown is None:
        lines.append("    run.is_displayed = False")
    lines += _print_objects(level)
    if is_displayed:
        lines.append("    run.is_displayed = False")
    kept = ", ".join(f"{each.number}: value_{each.number}" for each in columns)
    lines.append(f"    return mend(level, parents, {{{kept}}})")
    return lines


def _title(level: Level) -> str:
    return " ".join([level.type.name, *(["at"] if level.path else []), *map(repr, level.path)])


def _print_binding(field: Field) -> str:
    how = "resolver" if field.binding is None else type(field.binding).__name__.lower()
    return f"{how} of {field.parent.name}.{field.name}"


def _print_serially(level: Level) -> list[str]:
    """Field after field; one that fails the whole answer ends it."""
    lines = []
    kept = ""
    for number in (each.number for each in level.columns):
        kept += f"{number}: value_{number}, "
        lines += [
            f"    value_{number} = await there(column_{number}.fill(run, parents, place))",
            f"    if is_failed(level, {number}, value_{number}):",
            f"        return mend(level, parents, {{{kept.rstrip(', ')}}})",
        ]
    return lines


def _print_objects(level: Level) -> list[str]:
    columns = level.columns
    checked = [each.number for each in columns if not each.is_leaf]
    indent = "        " if checked else "    "
    lines = []
    if checked:
        test = " is ".join(["list", *(f"value_{each}.__class__" for each in checked)])
        lines.append(f"    if {test}:")
    kept = "return" if level.place is None else f"objects = run.built[{level.place}] ="
    body = ["try:", f"    {kept} [", "        {"]
    body += [f"            {key!r}: {value}," for key, value in _print_values(level)]
    body += ["        }", f"        for {_print_loop(columns)}", "    ]"]
    body += [] if level.place is None else ["    return objects"]
    body += ["except Exception:"]
    body += ["    pass"]
    return lines + [indent + each for each in body]


def _print_values(level: Level) -> Iterator[tuple[str, str]]:
    """Keys and values in order: what is shown, and last what only the gateway wants to know."""
    own = {each.key: each for each in level.fields}
    shown = level.shown
    for key in shown.keys if shown else ():
        if key in own:
            yield key, _print_value(level, own.pop(key))
        else:
            yield key, "ABSENT" if shown and shown.types[key] else repr(level.type.name)
    for key, field in own.items():
        yield key, _print_value(level, field)


def _print_loop(columns: list[Field]) -> str:
    if not columns:
        return "o in parents"
    names = ", ".join(f"v_{each.number}" for each in columns)
    values = ", ".join(f"value_{each.number}" for each in columns)
    return f"o, {names} in zip(parents, {values})"


def _print_value(level: Level, field: Field) -> str:
    if field.is_typename:
        return repr(level.type.name)
    if not field.is_leaf:
        return f"v_{field.number}"
    number = field.number
    read = f"v_{number}"
    if isinstance(field.binding, Attribute) and field not in level.columns:
        read = _print_attribute(field.binding.name)
    test = _PLAIN.get(field.named) if field.shape.item is None else None
    if test is None:
        return f"leaf_{number}({read})"
    test = test.replace("{}", "v")
    first = test.replace("v.", f"(v := {read}).", 1)
    if not field.shape.is_required:
        first = f"{first} or v is None"
    return f"v if {first} else leaf_{number}(v)"


def _print_attribute(name: str) -> str:
    if name.isidentifier() and not keyword.iskeyword(name):
        return f"o.{name}"
    return f"getattr(o, {name!r})"
