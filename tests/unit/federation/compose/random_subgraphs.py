"""Random small subgraphs that merge well, so that what is left to ask is satisfiability."""

from dataclasses import dataclass
from random import Random

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@override"])'
)
_TYPES = ("T", "U", "V", "W")


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What all subgraphs of one sample agree on."""

    known: dict[str, list[str]]
    """Subgraph → the types it knows."""
    owners: dict[tuple[str, str], str]
    """(type, field) → the one subgraph that resolves it."""
    targets: dict[str, str]
    """Where `next` and `link` of a type lead."""
    interface: bool
    stand_in: str | None
    """The subgraph that has the interface as an interface object."""


def random_subgraphs(random: Random) -> dict[str, str]:
    """Two to four subgraphs by name; types agree, so few merges fail."""
    plan = _make_plan(random, "abcd"[: random.randint(2, 4)])
    return {name: _subgraph(random, name, plan) for name in plan.known}


def _make_plan(random: Random, names: str) -> _Plan:
    interface = random.random() < 0.5
    stand_in = names[-1] if interface and random.random() < 0.5 else None
    known = {}
    for name in names:
        share = random.choice([0.5, 0.8])
        types = {each for each in _TYPES if random.random() < share} or {"W"}
        if name == stand_in:
            types = types - {"T"} or {"W"}
        elif interface:
            types |= {"T"}
        known[name] = sorted(types)
    owners = {
        (type_name, field): random.choice(
            [name for name in names if type_name in known[name]] or [names[0]]
        )
        for type_name in _TYPES
        for field in ("x", "y", "z", "next", "p")
    }
    return _Plan(
        known=known,
        owners=owners,
        targets={type_name: random.choice(_TYPES) for type_name in _TYPES},
        interface=interface,
        stand_in=stand_in,
    )


def _subgraph(random: Random, name: str, plan: _Plan) -> str:
    known = plan.known[name]
    lent = {each for each in known if plan.owners[each, "p"] != name and random.random() < 0.4}
    query = _query(random, name, known, lent, has_interface=plan.interface)
    lent = {each for each in lent if f": {each} @provides" in query}
    parts = [LINK, query, *(_type(random, each, name, plan, lent) for each in known)]
    if name == plan.stand_in:
        parts.append(
            'type I @interfaceObject @key(fields: "id") { id: ID! extra: Int }'
            if random.random() < 0.7
            else 'type I @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }'
        )
    elif plan.interface:
        parts.append('interface I @key(fields: "id") { id: ID! }')
    if len(known) > 1 and random.random() < 0.4:
        parts.append(f"union Any{name} = {' | '.join(random.sample(known, 2))}")
        parts.append(f"extend type Query {{ any{name}: Any{name} }}")
    return "\n".join(parts)


def _query(
    random: Random, name: str, known: list[str], lent: set[str], *, has_interface: bool
) -> str:
    fields = [f"ping{name}: Int"]
    for each in known:
        if random.random() < 0.4:
            provided = ' @provides(fields: "p")' if each in lent else ""
            fields.append(f"{each.lower()}{name}: {each}{provided}")
        elif random.random() < 0.3:
            fields.append(f"shared{each}: {each} @shareable")
    if has_interface:
        fields.append(f"i{name}: I")
    return f"type Query {{ {' '.join(fields)} }}"


def _type(random: Random, type_name: str, name: str, plan: _Plan, lent: set[str]) -> str:
    fields = {"id": "ID! @shareable"}
    implements = " implements I" if plan.interface and type_name == "T" else ""
    target = plan.targets[type_name]
    if target in plan.known[name] and random.random() < 0.5:
        fields["link"] = f"{target} @shareable"
    if random.random() < 0.5:
        fields["code"] = "String @shareable"
    keys = _keys(random, fields, is_needed=bool(implements))
    for field in ("x", "y", "z"):
        if plan.owners[type_name, field] == name:
            fields[field] = "Int"
            others = [each for each in "xyz" if plan.owners[type_name, each] != name]
            if keys and others and random.random() < 0.5:
                required = random.choice(others)
                fields[field] = f'Int @requires(fields: "{required}")'
                fields[required] = "Int @external"
    if plan.owners[type_name, "next"] == name and target in plan.known[name]:
        fields["next"] = f"[{target}]"
    if plan.owners[type_name, "p"] == name:
        fields["p"] = "Int @shareable"
    elif type_name in lent:
        fields["p"] = "Int @external"
    body = " ".join(f"{field}: {text}" for field, text in fields.items())
    return f"type {type_name}{implements} {' '.join(keys)} {{ {body} }}"


def _keys(random: Random, fields: dict[str, str], *, is_needed: bool) -> list[str]:
    keys = ['@key(fields: "id")'] if is_needed else []
    for key in ("id", "code", "link { id }"):
        if key.split()[0] in fields and not is_needed and random.random() < 0.6:
            resolvable = ", resolvable: false" if random.random() < 0.1 else ""
            keys.append(f'@key(fields: "{key}"{resolvable})')
    return keys
