"""The supergraph as SDL: every part of the model has its place in the text."""

from graphql import build_schema, parse

from federation.supergraph.model import (
    ContextArgument,
    EnumValue,
    InputValue,
    JoinField,
    JoinType,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeKind,
)
from federation.supergraph.printer import print_supergraph

QUERY = SupergraphType(
    name="Query",
    kind=TypeKind.OBJECT,
    joins=(JoinType(subgraph="my-graph"),),
    fields={"ping": SupergraphField(name="ping", type="Int")},
)


def a_supergraph(*types: SupergraphType, links: tuple[str, ...] = ()) -> Supergraph:
    return Supergraph(
        subgraphs={
            "my-graph": Subgraph(name="my-graph", url='https://a.example/"x"'),
            "2nd": Subgraph(name="2nd"),
        },
        types={each.name: each for each in (QUERY, *types)},
        links=links,
    )


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def test_the_head_links_the_specs_and_names_the_roots():
    text = print_supergraph(a_supergraph(links=('@link(url: "https://x.example/y/v1.0")',)))

    assert text.startswith("""\
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://x.example/y/v1.0")
{
  query: Query
}

directive @join__directive(""")


def test_subgraphs_have_names_that_graphql_allows():
    text = print_supergraph(a_supergraph())

    assert r'MY_GRAPH @join__graph(name: "my-graph", url: "https://a.example/\"x\"")' in lines(text)
    assert '_2ND @join__graph(name: "2nd", url: "")' in lines(text)


def test_keys_say_whether_they_extend_resolve_or_stand_for_an_interface():
    keyed = SupergraphType(
        name="Keyed",
        kind=TypeKind.INTERFACE,
        joins=(
            JoinType(subgraph="my-graph", key="id", is_extension=True, is_resolvable=False),
            JoinType(subgraph="2nd", key='a(x: "y") b { c }', is_interface_object=True),
        ),
        fields={"id": SupergraphField(name="id", type="ID!")},
    )

    text = print_supergraph(a_supergraph(keyed))

    assert (
        r"""
interface Keyed
  @join__type(graph: MY_GRAPH, key: "id", extension: true, resolvable: false)
  @join__type(graph: _2ND, key: "a(x: \"y\") b { c }", isInterfaceObject: true)
{
  id: ID!
}
"""
        in text
    )


def test_a_field_says_how_each_subgraph_takes_part():
    join = JoinField(
        subgraph="2nd",
        requires="a",
        provides="b { c }",
        type="Int!",
        is_external=True,
        override="my-graph",
        override_label="percent(1)",
        used_overridden=True,
        context_arguments=(ContextArgument(name="n", type="Int", context="c", selection="{ s }"),),
    )
    field = SupergraphField(name="f", type="Int", joins=(join, JoinField()))
    owner = SupergraphType(name="T", kind=TypeKind.OBJECT, fields={"f": field})

    text = print_supergraph(a_supergraph(owner))

    assert (
        'f: Int @join__field(graph: _2ND, requires: "a", provides: "b { c }", type: "Int!",'
        ' external: true, override: "my-graph", usedOverridden: true,'
        ' overrideLabel: "percent(1)", contextArguments: [{name: "n", type: "Int",'
        ' context: "c", selection: "{ s }"}]) @join__field'
    ) in lines(text)


def test_arguments_with_descriptions_stand_on_lines_of_their_own():
    field = SupergraphField(
        name="f",
        type="Int",
        description="Two\nlines.",
        arguments={
            "a": InputValue(name="a", type="Int", default="1", description="First."),
            "b": InputValue(name="b", type="[Int]"),
        },
    )
    owner = SupergraphType(name="T", kind=TypeKind.OBJECT, fields={"f": field})

    text = print_supergraph(a_supergraph(owner))

    assert (
        '''
type T
{
  """
  Two
  lines.
  """
  f(
    """First."""
    a: Int = 1
    b: [Int]
  ): Int
}
'''
        in text
    )


def test_types_are_sorted_and_values_keep_their_order():
    colour = SupergraphType(
        name="Colour",
        kind=TypeKind.ENUM,
        joins=(JoinType(subgraph="2nd"),),
        values={
            "RED": EnumValue(name="RED", subgraphs=("2nd",)),
            "BLUE": EnumValue(name="BLUE", subgraphs=("2nd",), description="b"),
        },
    )
    any_input = SupergraphType(
        name="AnyInput",
        kind=TypeKind.INPUT_OBJECT,
        input_fields={
            "c": InputValue(
                name="c",
                type="Colour",
                default="RED",
                joins=(JoinField(subgraph="2nd", type="Colour!"),),
            )
        },
    )

    text = print_supergraph(a_supergraph(colour, any_input))

    assert (
        '''
input AnyInput
{
  c: Colour = RED @join__field(graph: _2ND, type: "Colour!")
}

enum Colour
  @join__type(graph: _2ND)
{
  RED @join__enumValue(graph: _2ND)
  """b"""
  BLUE @join__enumValue(graph: _2ND)
}

type Query
'''
        in text
    )


def test_the_text_is_a_schema():
    text = print_supergraph(a_supergraph())

    assert build_schema(text).query_type is not None
    assert len(parse(text).definitions) == 17
