"""Random schemas: objects, interfaces, unions, lists of lists, enums, scalars, inputs, defaults.

A field name means the same type and arguments wherever it stands, so that selections can be
merged across types; only an object may promise more than its interface (`T!` for `T`).
"""

from random import Random

BUILT_IN = ("Int", "Float", "String", "Boolean", "ID")
LEAVES = (*BUILT_IN, "Color", "Json")
INPUTS = (*LEAVES, "Filter", "OneOf")
OBJECTS = ("Apple", "Berry", "Cherry", "Date")
INTERFACES = ("Named", "Grown")
UNIONS = ("Fruit",)
FIXED = """
enum Color { RED GREEN BLUE }
scalar Json
input Filter { least: Int! = 3 colors: [Color!] inner: Filter json: Json text: String = "x" }
input OneOf @oneOf { number: Int text: String filter: Filter }
"""
ENTITIES = "scalar _Any"


def write_schema(random: Random) -> str:
    """A schema as SDL."""
    pool = {f"f{index}": _field(random, index) for index in range(random.randint(6, 14))}
    shapes = {"Named": _some(random, pool, 1, 3)}
    shapes["Grown"] = _some(random, pool, 1, 3)
    grown_is_named = random.random() < 0.4
    if grown_is_named:
        shapes["Grown"] |= shapes["Named"]
    parts = [FIXED, f"union Fruit = {' | '.join(random.sample(OBJECTS, random.randint(1, 3)))}"]
    parts += [_object(random, name, pool, shapes, grown_is_named) for name in OBJECTS]
    parts.append(f"interface Named {_body(random, shapes['Named'], False)}")
    above = " implements Named" if grown_is_named else ""
    parts.append(f"interface Grown{above} {_body(random, shapes['Grown'], False)}")
    roots = _some(random, pool, 3, 8)
    if random.random() < 0.4:
        parts.append(ENTITIES + f" union _Entity = {' | '.join(random.sample(OBJECTS, 2))}")
        roots["_entities"] = "(representations: [_Any!]!): [_Entity]!"
    parts.append(f"type Query {_body(random, roots, False)}")
    parts.append(f"type Mutation {_body(random, _some(random, pool, 3, 8), False)}")
    return "\n".join(parts)


def _some(random: Random, pool: dict[str, str], least: int, most: int) -> dict[str, str]:
    count = min(len(pool), random.randint(least, most))
    return {name: pool[name] for name in random.sample(sorted(pool), count)}


def _field(random: Random, index: int) -> str:
    if index < 2 or (index > 4 and random.random() < 0.45):
        base = random.choice((*OBJECTS, *INTERFACES, *UNIONS))
    else:
        base = random.choice(LEAVES)
    return f"{_arguments(random)}: {_wrapped(random, base)}"


def _wrapped(random: Random, text: str) -> str:
    depth = random.choices((0, 1, 2), (55, 35, 10))[0]
    for _ in range(depth):
        text = f"[{text}{'!' if random.random() < 0.3 else ''}]"
    return text + ("!" if random.random() < 0.3 else "")


def _arguments(random: Random) -> str:
    if random.random() < 0.65:
        return ""
    given = []
    for index in range(random.randint(1, 2)):
        type_ = _wrapped(random, random.choice(INPUTS))
        default = f" = {write_literal(random, type_)}" if random.random() < 0.5 else ""
        given.append(f"a{index}: {type_}{default}")
    return f"({' '.join(given)})"


def _object(
    random: Random,
    name: str,
    pool: dict[str, str],
    shapes: dict[str, dict[str, str]],
    grown_is_named: bool,
) -> str:
    above = {each for each in INTERFACES if random.random() < 0.5}
    if name == OBJECTS[0]:
        above = set(INTERFACES)
    if grown_is_named and "Grown" in above:
        above.add("Named")
    fields = _some(random, pool, 2, 6)
    for each in sorted(above):
        fields |= shapes[each]
    implements = f" implements {' & '.join(sorted(above))}" if above else ""
    return f"type {name}{implements} {_body(random, fields, True)}"


def _body(random: Random, fields: dict[str, str], may_promise_more: bool) -> str:
    lines = []
    for name, text in fields.items():
        more = may_promise_more and not text.endswith("!") and random.random() < 0.1
        lines.append(f"  {name}{text}{'!' if more else ''}")
    return "{\n" + "\n".join(lines) + "\n}"


def write_literal(random: Random, type_: str, depth: int = 0) -> str:
    """A literal that is right for an input type."""
    if not type_.endswith("!") and random.random() < 0.1:
        return "null"
    text = type_.removesuffix("!")
    if text.startswith("["):
        if random.random() < 0.2 and not text[1:].startswith("["):
            return write_literal(random, text[1:-1].removesuffix("!") + "!", depth)
        items = [write_literal(random, text[1:-1], depth) for _ in range(random.randint(0, 3))]
        return f"[{', '.join(items)}]"
    return _named_literal(random, text, depth)


def _named_literal(random: Random, name: str, depth: int) -> str:
    if name == "Filter":
        parts = []
        if random.random() < 0.6:
            parts.append(f"least: {write_literal(random, 'Int!')}")
        if random.random() < 0.4:
            parts.append(f"colors: {write_literal(random, '[Color!]')}")
        if random.random() < 0.3 and depth < 2:
            parts.append(f"inner: {write_literal(random, 'Filter', depth + 1)}")
        if random.random() < 0.3:
            parts.append(f"text: {write_literal(random, 'String')}")
        random.shuffle(parts)
        return "{" + ", ".join(parts) + "}"
    if name == "OneOf":
        return random.choice(("{number: 1}", '{text: "t"}', "{filter: {}}"))
    choices = {
        "Int": ("0", "-7", "2147483647"),
        "Float": ("1", "0.5", "-2e3"),
        "String": ('""', '"a"', '"""b\n  c"""'),
        "Boolean": ("true", "false"),
        "ID": ('"i"', "7"),
        "Color": ("RED", "GREEN", "BLUE"),
        "Json": ("1", '"s"', "{k: [1, {l: null}]}", "RED", "true"),
    }
    return random.choice(choices[name])
