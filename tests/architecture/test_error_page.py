"""docs/errors.md lists every code that a client may meet."""

import re
from pathlib import Path

from devtools.export_errors import error_page

PAGE = Path("docs/errors.md")
CODE = re.compile(r'''(?:code=|Failure\(\s*|"code": |CODE = |is_large else )"([A-Z][A-Z_]+)"''')
AT_RUN_TIME = (
    "engine.py",
    "authorization/tell.py",
    "execute",
    "operation",
    "plan",
    "transport",
    "program",
)


def test_the_page_is_what_the_classes_say() -> None:
    assert PAGE.read_text() == error_page()


def test_every_code_in_the_engine_is_on_the_page() -> None:
    used = set()
    for part in AT_RUN_TIME:
        root = Path("federation") / part
        for file in [root] if root.is_file() else sorted(root.rglob("*.py")):
            used |= set(CODE.findall(file.read_text()))

    missing = {code for code in used if f"`{code}`" not in PAGE.read_text()}

    assert used >= {"SUBGRAPH_TIMEOUT", "PLAN_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}
    assert missing == set()
