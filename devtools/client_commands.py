"""The commands `operations` and `partners` of gateway.py: their arguments."""

import argparse
from pathlib import Path
from typing import Any


def add_client_commands(commands: Any) -> None:
    """Declare them; `Any`: argparse has no public name for a list of subcommands."""
    operations = commands.add_parser("operations", help="publish and look after operations")
    _add_operations(operations.add_subparsers(dest="action", required=True))
    partners = commands.add_parser("partners", help="look after partners' API keys")
    _add_partners(partners.add_subparsers(dest="action", required=True))


def _add_operations(actions: Any) -> None:
    publish = actions.add_parser("publish", help="make a manifest's operations runnable by id")
    publish.add_argument("file", type=Path, help="a manifest of Apollo's or Relay's format")
    _add_version(publish)
    retire = actions.add_parser("retire", help="end a version's operations after a grace period")
    _add_version(retire)
    retire.add_argument("--grace-days", type=float, default=30.0)
    actions.add_parser("list", help="all versions of all clients")
    actions.add_parser("check", help="tell which operations do not fit the schema; exit 1 if any")
    usage = actions.add_parser("usage", help="who asks for fields; deprecated ones by default")
    usage.add_argument("--field", action="append", default=[], metavar="TYPE.FIELD")
    usage.add_argument("--days", type=int, default=30)


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--client", required=True, help="the name that it sends with requests")
    parser.add_argument("--version", required=True)


def _add_partners(actions: Any) -> None:
    add = actions.add_parser("add", help="make an API key; it is printed once")
    add.add_argument("--partner", required=True, help="the client whose operations it runs")
    add.add_argument("--scope", action="append", default=[], choices=("read", "write", "live"))
    add.add_argument("--network", action="append", default=[], metavar="CIDR")
    add.add_argument("--days", type=int, help="how long it lives; without end where left out")
    add.add_argument("--sandbox", action="store_true", help="any query, and nothing else")
    add.add_argument("--plan", help="one of its own; by default its partner's")
    listed = actions.add_parser("list", help="keys, or those that begin so")
    listed.add_argument("prefix", nargs="?", default="")
    rotate = actions.add_parser("rotate", help="make a key like another, which goes later")
    rotate.add_argument("id")
    rotate.add_argument("--overlap-days", type=float, default=7.0)
    revoke = actions.add_parser("revoke", help="end a key now")
    revoke.add_argument("id")
    _add_plans(actions)


def _add_plans(actions: Any) -> None:
    actions.add_parser("plans", help="all plans")
    plan = actions.add_parser("plan", help="write a plan; what is left out is not limited by it")
    plan.add_argument("name")
    plan.add_argument("--rate", metavar="N/SECONDS", help="requests at once, and until all return")
    plan.add_argument("--per-day", type=int, metavar="N")
    plan.add_argument("--per-month", type=int, metavar="N")
    plan.add_argument("--cost-max", type=int, metavar="N", help="of one operation")
    plan.add_argument("--at-once", type=int, metavar="N", help="operations, in each gateway")
    plan.add_argument("--sandbox", action="store_true", help="for sandbox keys")
    give = actions.add_parser("give", help="give a partner a plan, or take it away")
    give.add_argument("--partner", required=True)
    give.add_argument("--plan", help="none where left out")
    usage = actions.add_parser("usage", help="what a partner's keys were used for, as CSV")
    usage.add_argument("--partner", required=True)
    usage.add_argument("--days", type=int, default=30)
