"""The commands of Tutti; each loads only what it needs.

python gateway.py                serve (and, embedded, supervise worker, EVM and model);
                                 with TUTTI_WORKERS=n from n processes on one port
python gateway.py migrate        bring the databases to the newest revision
python gateway.py jobs dead      list the jobs that gave up
python gateway.py jobs retry ID  queue one of them again
python gateway.py cache purge P  forget the answers with a tag like this: Track, Query.*, *
python gateway.py storage rotate bring all stored objects under the active storage key
python gateway.py storage seal   seal what was stored before anything was

python gateway.py operations publish --client NAME --version V FILE
python gateway.py operations list | retire | check | usage
python gateway.py partners add --partner NAME | list | rotate ID | revoke ID
python gateway.py partners plan NAME … | plans | give --partner NAME | usage --partner NAME

python gateway.py subgraph NAME [--port N]         serve one of our subgraphs alone
python gateway.py serve --supergraph FILE          serve any supergraph over the addresses in it
python gateway.py compose --subgraph NAME=URL:FILE … [-o FILE]
python gateway.py plan --supergraph FILE --operation FILE [--json]
"""

import argparse
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devtools.client_commands import add_client_commands

if sys.version_info < (3, 11):  # noqa: UP036  (an old interpreter must be told in one line)
    sys.exit("Tutti needs Python 3.11 or newer.")

if TYPE_CHECKING:
    from adapters.identity.outside_tokens import OutsideTokens
    from settings import Settings
    from web.general_gateway import GatewayOptions

DOMAINS = ("media", "users", "social", "nft", "ai", "royalties")


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what a user can mend is told in one line."""
    given = _parser().parse_args(arguments)
    match given.command:
        case "compose":
            from devtools.compose import run_compose

            sys.exit(run_compose(given.subgraph, given.output))
        case "plan":
            from devtools.plan import run_plan

            sys.exit(run_plan(given.supergraph, given.operation, given.name, as_json=given.json))
        case "serve" if given.supergraph is not None:
            _serve_supergraph(given)
        case _:
            _run_house(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway.py", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command")
    _add_serve(commands.add_parser("serve", help="serve (the default), or any supergraph"))
    commands.add_parser("migrate", help="bring the databases to the newest revision")
    jobs = commands.add_parser("jobs", help="look after jobs that gave up")
    jobs.add_argument("action", choices=("dead", "retry"))
    jobs.add_argument("job_id", nargs="?")
    cache = commands.add_parser("cache", help="look after kept answers")
    cache.add_argument("action", choices=("purge",))
    cache.add_argument("pattern", help="tags, such as Track, Query.search, Artist:* or * for all")
    storage = commands.add_parser("storage", help="look after the keys that objects are under")
    storage.add_argument("action", choices=("rotate", "seal"))
    add_client_commands(commands)
    subgraph = commands.add_parser("subgraph", help="serve one of our subgraphs alone")
    subgraph.add_argument("name", choices=DOMAINS)
    subgraph.add_argument("--host")
    subgraph.add_argument("--port", type=int)
    subgraph.add_argument(
        "--unsigned",
        action="store_true",
        help="answer calls without a signature as nobody's, for other routers; in development",
    )
    compose = commands.add_parser("compose", help="compose subgraphs into a supergraph")
    compose.add_argument("--subgraph", action="append", required=True, metavar="NAME=URL:FILE")
    compose.add_argument("-o", "--output", type=Path)
    plan = commands.add_parser("plan", help="print the plan of an operation")
    plan.add_argument("--supergraph", type=Path, required=True)
    plan.add_argument("--operation", type=Path, required=True)
    plan.add_argument("--name", help="which operation of the file, where it has several")
    plan.add_argument("--json", action="store_true")
    return parser


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--as-one-of-several", action="store_true", help=argparse.SUPPRESS)
    foreign = serve.add_argument_group("with --supergraph")
    foreign.add_argument("--supergraph", type=Path, help="serve this file, and follow its changes")
    foreign.add_argument("--subgraph-url", action="append", default=[], metavar="NAME=URL")
    foreign.add_argument("--forward-header", action="append", default=[], metavar="NAME")
    foreign.add_argument("--return-header", action="append", default=[], metavar="NAME")
    foreign.add_argument("--subscriptions", choices=("websocket", "sse"), default="websocket")
    foreign.add_argument("--fetch-seconds-max", type=float, default=3.0)
    foreign.add_argument("--cost-max", type=int, help="refuse what may cost more (@cost)")
    foreign.add_argument("--list-size-max", type=int, default=100, help="items of one page")
    foreign.add_argument("--drain-seconds", type=float, default=0.0, help="from SIGTERM to the end")
    foreign.add_argument("--metrics-port", type=int, help="show /metrics there")
    foreign.add_argument("--metrics-host", default="127.0.0.1")
    foreign.add_argument("--otlp-endpoint", metavar="URL", help="send traces there")
    foreign.add_argument("--trace-ratio", type=float, default=0.01)
    foreign.add_argument("--cache-bytes", type=int, default=0, help="keep entities in memory")
    foreign.add_argument("--explain", action="store_true", help="show plans to who asks")
    _add_protection(serve.add_argument_group("what clients may, with --supergraph"))
    _add_identity(serve.add_argument_group("who asks, with --supergraph"))


def _add_protection(protection: "argparse._ArgumentGroup") -> None:
    protection.add_argument(
        "--production",
        action="store_true",
        help="limit rates, keep the schema to clients with a proven token, serve no explorer",
    )
    protection.add_argument("--schema-public", action="store_true", help="show it to all even so")
    protection.add_argument("--address-rate", type=int, help="requests of one address in a minute")
    protection.add_argument("--user-rate", type=int, help="requests of one user in a minute")
    protection.add_argument("--redis-url", help="count requests for several gateways there")
    protection.add_argument("--trusted-proxy", action="append", default=[], metavar="NETWORK")


def _add_identity(identity: "argparse._ArgumentGroup") -> None:
    identity.add_argument(
        "--trust-issuer",
        action="append",
        default=[],
        metavar="ISSUER=URL",
        help="prove tokens of this issuer (iss) by the keys (JWKS) at this address",
    )
    identity.add_argument("--audience", action="append", default=[], help="whom tokens are for")
    identity.add_argument("--token-algorithm", action="append", default=[], metavar="NAME")
    identity.add_argument("--leeway-seconds", type=float, default=30.0)
    identity.add_argument(
        "--tell-claim",
        action="append",
        default=[],
        metavar="NAME",
        help="tell subgraphs this claim, signed with TUTTI_INTERNAL_SIGNING_KEY",
    )
    identity.add_argument("--reject-unauthorized", action="store_true")


def _serve_supergraph(given: argparse.Namespace) -> None:
    from telemetry import configure_logs
    from web.engines.supergraph_file import SupergraphFileError
    from web.general_gateway import GatewayOptions

    configure_logs(service="gateway", is_readable=sys.stderr.isatty())
    try:
        options = GatewayOptions(
            host=given.host or "127.0.0.1",
            port=8000 if given.port is None else given.port,
            urls=dict(_pair(each) for each in given.subgraph_url),
            forwarded=[name.lower() for name in given.forward_header],
            returned=[name.lower() for name in given.return_header],
            subscriptions=given.subscriptions,
            fetch_seconds_max=given.fetch_seconds_max,
            cost_max=given.cost_max,
            list_size_max=given.list_size_max,
            cache_bytes=given.cache_bytes,
            is_explaining=given.explain,
            drain_seconds=given.drain_seconds,
            tokens=_tokens(given),
            claims=given.tell_claim,
            signing_key=_signing_key(given),
            rejects_operations=given.reject_unauthorized,
            **_protection(given),
        )
        _run(_serve_observed(given, options))
    except (OSError, SupergraphFileError, ValueError) as error:
        sys.exit(f"Tutti cannot start: {_first_line(error)}")


def _protection(given: argparse.Namespace) -> dict[str, Any]:
    """The options that protect; rates are those of our own house where none are given."""
    from settings import Rates

    usual = Rates() if given.production else Rates(address=0, user=0)
    rates = {
        "address": usual.address if given.address_rate is None else given.address_rate,
        "user": usual.user if given.user_rate is None else given.user_rate,
    }
    if min(rates.values()) < 0:
        raise ValueError("--address-rate and --user-rate are 0 or more")
    return {
        "is_production": given.production,
        "is_schema_public": given.schema_public or not given.production,
        "address_rate": rates["address"],
        "user_rate": rates["user"],
        "redis_url": given.redis_url,
        "trusted_proxies": given.trusted_proxy,
    }


async def _serve_observed(given: argparse.Namespace, options: "GatewayOptions") -> None:
    """Serve any supergraph, measured and traced as the command line says."""
    from pydantic import SecretStr

    from telemetry import open_telemetry
    from web.general_gateway import serve_supergraph

    token = os.environ.get("TUTTI_METRICS_TOKEN")
    given.metrics_token = None if token is None else SecretStr(token)
    async with open_telemetry(given, service="tutti-gateway") as telemetry:
        metrics, tracing = telemetry.metrics, telemetry.tracing
        await serve_supergraph(given.supergraph, options, metrics, tracing)


def _tokens(given: argparse.Namespace) -> "OutsideTokens | None":
    """The tokens that are proven here; none are without an issuer to trust."""
    from adapters.identity.key_set import KeySet, reading_of
    from adapters.identity.outside_tokens import DEFAULT_ALGORITHMS, OutsideTokens

    if not given.trust_issuer:
        if given.audience or given.token_algorithm or given.tell_claim:
            raise ValueError("--audience, --token-algorithm and --tell-claim need --trust-issuer")
        return None
    issuers = dict(_pair(each) for each in given.trust_issuer)
    return OutsideTokens(
        keys={issuer: KeySet(reading_of(url)) for issuer, url in issuers.items()},
        audiences=given.audience,
        algorithms=given.token_algorithm or DEFAULT_ALGORITHMS,
        leeway_seconds=given.leeway_seconds,
    )


def _signing_key(given: argparse.Namespace) -> bytes | None:
    if not given.tell_claim:
        return None
    key = os.environ.get("TUTTI_INTERNAL_SIGNING_KEY", "").encode()
    if len(key) < 32:
        raise ValueError("--tell-claim needs TUTTI_INTERNAL_SIGNING_KEY, 32 characters or more")
    return key


def _pair(text: str) -> tuple[str, str]:
    name, equals, url = text.partition("=")
    if not name or not equals or not url:
        raise ValueError(f"{text!r} is not of the form NAME=URL")
    return name, url


def _run_house(given: argparse.Namespace) -> None:
    """Run what needs our settings."""
    from pydantic import ValidationError

    from settings import Settings

    try:
        settings = Settings(**_overrides(given))
    except ValidationError as error:
        sys.exit("; ".join(_told(each) for each in error.errors()))
    from sqlalchemy.exc import DBAPIError

    from telemetry import configure_logs
    from web.documents.persisted_documents import ManifestError

    configure_logs(service="gateway", is_readable=settings.is_development)
    try:
        _run(_command(given, settings))
    except (OSError, ManifestError, DBAPIError) as error:
        sys.exit(f"Tutti cannot start: {_first_line(error)}")


def _overrides(given: argparse.Namespace) -> dict[str, Any]:
    """Settings that the command line gives instead of the environment."""
    names = ("host", "port")
    found = {name: getattr(given, name, None) for name in names}
    return {name: value for name, value in found.items() if value is not None}


async def _command(given: argparse.Namespace, settings: "Settings") -> None:
    match given.command:
        case "migrate":
            from maintenance import migrate_all

            await migrate_all(settings)
        case "jobs":
            from maintenance import look_after_jobs

            await look_after_jobs(settings, given.action, given.job_id)
        case "cache":
            from maintenance import purge_cache

            await purge_cache(settings, given.pattern)
        case "storage":
            from maintenance import look_after_storage

            await look_after_storage(settings, given.action)
        case "operations" | "partners":
            from devtools.clients import look_after_clients

            await look_after_clients(settings, given)
        case "subgraph":
            from lone_subgraph import serve_subgraph

            await serve_subgraph(settings, given.name, is_unsigned=given.unsigned)
        case "serve" if given.as_one_of_several:
            from house import serve_as_one_of_several

            await serve_as_one_of_several(settings)
        case _ if settings.workers > 1:
            from supervision import serve_together

            await serve_together(settings)
        case _:
            from house import serve

            await serve(settings)


def _run(command: Coroutine[Any, Any, None]) -> None:
    import uvloop

    try:
        uvloop.run(command)
    except KeyboardInterrupt:
        sys.exit(0)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _told(problem: object) -> str:
    assert isinstance(problem, dict)
    place = ".".join(str(part) for part in problem["loc"]).upper().removeprefix("TUTTI_")
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"TUTTI_{place}: {message}" if place else message


if __name__ == "__main__":
    main()
