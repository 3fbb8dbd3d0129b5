"""Refusals of the web surface: requests that never reach the engine."""

from typing import ClassVar

from errors import AccessError, DependencyError, InputError


class BadRequest(InputError):
    """The request is not a well-formed GraphQL request."""

    code = "BAD_REQUEST"


class CostAbovePlan(InputError):
    """The operation may cost more than the API key's plan allows; `details` has both."""

    code = "COST_ABOVE_PLAN"


class RequestTimedOut(InputError):
    """The client took too long to send its request."""

    code = "REQUEST_TIMEOUT"


class BodyTooLarge(InputError):
    """The body or the document is larger than its bound."""

    code = "BODY_TOO_LARGE"


class UriTooLong(InputError):
    """The query string is longer than its bound; the same request may come by POST."""

    code = "URI_TOO_LONG"


class BatchTooLarge(InputError):
    """The batch has more operations than it may; `details` says how many."""

    code = "BATCH_TOO_LARGE"


class TooManyFiles(InputError):
    """The request brings more files than it may; `details` says how many it may."""

    code = "TOO_MANY_FILES"


class MethodNotAllowed(InputError):
    """The method is not one that this operation may come by."""

    code = "METHOD_NOT_ALLOWED"
    allow: ClassVar[str] = "GET, POST"


class MutationByGet(MethodNotAllowed):
    """A mutation came by GET, which promises to change nothing."""

    allow = "POST"


class UnsupportedMediaType(InputError):
    """The body is not JSON in UTF-8."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class NotAcceptable(InputError):
    """None of the media types that the client accepts can be served."""

    code = "NOT_ACCEPTABLE"


class SubscriptionNotSupported(InputError):
    """A subscription came over a transport that gives one answer only."""

    code = "SUBSCRIPTION_NOT_SUPPORTED"


class PersistedQueryNotFound(InputError):
    """No document is known under this id."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class AutomaticQueryNotFound(PersistedQueryNotFound):
    """Nobody sent a text with this hash lately; Apollo's clients then send theirs."""


class PersistedQueryNotSupported(InputError):
    """What this client sends with a hash is not kept; Apollo's clients then send no hashes."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"


class PersistedDocumentRequired(AccessError):
    """This client may run published operations only; send the id of one."""

    code = "PERSISTED_DOCUMENT_REQUIRED"


class CsrfRefused(AccessError):
    """A foreign page sent a request that the browser did not ask us about first."""

    code = "CSRF_REFUSED"


class IntrospectionRefused(AccessError):
    """The schema is shown to known viewers only."""

    code = "INTROSPECTION_REFUSED"


class Overloaded(DependencyError):
    """This process runs as much as it may; trying again soon helps."""

    code = "OVERLOADED"


class DeadlineExceeded(DependencyError):
    """The operation did not end within its time."""

    code = "DEADLINE_EXCEEDED"
