"""Documents: parsed and validated within bounds."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    get_named_type,
    is_input_object_type,
    specified_rules,
    validate,
)
from graphql.language import SKIP, Lexer, Token
from graphql.language.parser import Parser
from graphql.validation import (
    ASTValidationContext,
    ValidationContext,
    ValuesOfCorrectTypeRule,
)

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.repetition import check_repetition

_OPENING = "{[("
_ABORTED = "Validation aborted."
"""What the library says where fragments would keep it busy; too many errors it tells otherwise."""

_INVALID = "GRAPHQL_VALIDATION_FAILED"

Check = Callable[[], None]
"""Raises when the time for an operation is spent."""


def unchecked() -> None:
    """Let all the time pass."""


def parse_document(text: str, limits: EngineLimits) -> DocumentNode:
    """Parse a document.

    Raises:
        RequestError: it is no GraphQL (GRAPHQL_PARSE_FAILED) or too large
            (DOCUMENT_TOO_LARGE).
    """
    if sum(text.count(bracket) for bracket in _OPENING) > limits.document_depth_max:
        _check_nesting(text, limits.document_depth_max)
    lexer = Lexer(Source(text))
    begin = lexer.token
    try:
        return Parser(
            lexer.source,
            lexer=lexer,
            max_tokens=limits.document_tokens_max,
            allow_empty_selection_sets=False,
        ).parse_document()
    except GraphQLError as fault:
        is_large = fault.message.endswith("Parsing aborted.")
        code = "DOCUMENT_TOO_LARGE" if is_large else "GRAPHQL_PARSE_FAILED"
        error = told(fault, code, limits)
        raise RequestError(str(error["message"]), code=code, errors=[error]) from fault
    except RecursionError:
        raise RequestError("The document nests too deep.", code="DOCUMENT_TOO_LARGE") from None
    finally:
        _unlink_tokens(begin)


def _unlink_tokens(begin: Token) -> None:
    """Cut the list of tokens into single ones; nodes know where they begin and end.

    The list would keep all tokens alive as long as any node, and as it is linked both ways
    it would wait for the search for garbage, which holds the loop the longer the more there is.
    """
    token: Token | None = begin
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _check_nesting(text: str, depth_max: int) -> None:
    """Refuse a text that nests too deep, before the parser descends into it.

    Brackets in strings and comments count as well, which errs on the safe side only for
    texts with hundreds of them that never close.
    """
    depth = 0
    for character in text:
        if character in _OPENING:
            depth += 1
            if depth > depth_max:
                raise RequestError(
                    f"The document nests deeper than {depth_max} levels.",
                    code="DOCUMENT_TOO_LARGE",
                )
        elif character in "}])":
            depth -= 1


def names_of_operations(document: DocumentNode) -> list[str | None]:
    """The names of all operations in a document; None for one without a name."""
    return [
        None if each.name is None else each.name.value
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    ]


def select_operation(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    """The operation that the request means.

    Raises:
        RequestError: there is none of that name, or the name is missing.
    """
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if not operations:
        raise RequestError("The document has no operation.", code="OPERATION_MISSING")
    if operation_name is None:
        if len(operations) > 1:
            raise RequestError(
                "Must provide operation name if query contains multiple operations.",
                code="OPERATION_NAME_MISSING",
            )
        return operations[0]
    for node in operations:
        if node.name and node.name.value == operation_name:
            return node
    raise RequestError(f"Unknown operation named '{operation_name}'.", code="OPERATION_UNKNOWN")


def head_of(node: OperationDefinitionNode) -> OperationDefinitionNode:
    """The operation without what it selects: its kind, its name and its variables."""
    nothing = SelectionSetNode(selections=())
    return OperationDefinitionNode(
        operation=node.operation,
        name=node.name,
        variable_definitions=node.variable_definitions,
        directives=node.directives,
        selection_set=nothing,
        loc=node.loc,
    )


def validate_document(
    schema: GraphQLSchema,
    document: DocumentNode,
    limits: EngineLimits,
    check: Check = unchecked,
) -> None:
    """Validate against the API schema.

    Raises:
        RequestError: it is not valid (GRAPHQL_VALIDATION_FAILED), or validating it would
            take too long (OPERATION_TOO_COMPLEX).
    """
    check_repetition(document, limits)
    faults = _find_faults(schema, document, limits, check)
    if faults:
        if faults[-1].message == _ABORTED:
            raise RequestError(
                "The document's fragments are too many to compare.", code="OPERATION_TOO_COMPLEX"
            )
        errors = [told(fault, _INVALID, limits) for fault in faults]
        raise RequestError(str(errors[0]["message"]), code=_INVALID, errors=errors)


def _find_faults(
    schema: GraphQLSchema, document: DocumentNode, limits: EngineLimits, check: Check
) -> Sequence[GraphQLError]:
    """Run the standard's rules, and one that is never broken and checks at each node.

    Rules and what they share refer to each other in circles, and so would keep the document
    until the next search for garbage, which takes the longer for it; so we cut them open.
    """
    made: list[ASTValidationRule] = []

    def remember(make: Any, context: ValidationContext) -> ASTValidationRule:
        rule: ASTValidationRule = make(context)
        made.append(rule)
        return rule

    wanted = (*specified_rules, partial(_Watch, check))
    watched: Any = [  # what is called with a context counts as a rule
        partial(remember, partial(_WatchedValues, limits) if _is_values(rule) else rule)
        for rule in wanted
    ]
    try:
        return validate(
            schema,
            document,
            watched,
            max_errors=limits.validation_errors_max,
            allow_empty_selection_sets=False,
        )
    finally:
        for rule in made:
            vars(rule.context).clear()
            vars(rule).clear()


def _is_values(rule: object) -> bool:
    return rule is ValuesOfCorrectTypeRule


class _Watch(ASTValidationRule):
    def __init__(self, check: Check, context: ASTValidationContext) -> None:
        super().__init__(context)
        self._check = check

    def enter(self, *_: Any) -> None:
        self._check()


class _WatchedValues(ValuesOfCorrectTypeRule):
    def __init__(self, limits: EngineLimits, context: ValidationContext) -> None:
        super().__init__(context)
        self._limits = limits

    def enter_object_value(self, node: ObjectValueNode, *args: Any) -> Any:
        """Refuse at once what has more fields than its type: each would quote all the others."""
        expected = get_named_type(self.context.get_input_type())
        if is_input_object_type(expected) and len(node.fields) > len(expected.fields):
            many = f"Type '{expected.name}' has only {len(expected.fields)} fields."
            self.report_error(GraphQLError(many, node))
            return SKIP
        return super().enter_object_value(node, *args)

    def report_error(self, error: GraphQLError) -> None:
        """Let the first error that quotes at length be the last: quoting takes long."""
        if len(error.message) > self._limits.message_characters_max:
            fault = told(error, _INVALID, self._limits)
            raise RequestError(str(fault["message"]), code=_INVALID, errors=[fault])
        super().report_error(error)


def told(fault: GraphQLError, code: str, limits: EngineLimits) -> dict[str, object]:
    """A GraphQL error as the client is told of it; what it quotes may be long."""
    message = fault.message
    if len(message) > limits.message_characters_max:
        message = message[: limits.message_characters_max] + "…"
    error: dict[str, object] = {"message": message}
    if fault.locations:
        error["locations"] = [
            {"line": location.line, "column": location.column} for location in fault.locations
        ]
    error["extensions"] = {"code": code}
    return error
