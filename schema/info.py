"""The typed `info` argument of every GraphQL resolver."""

import strawberry

from resolvers.context import RequestContext

Info = strawberry.Info[RequestContext, None]
