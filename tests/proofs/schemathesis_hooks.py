"""What schemathesis loads: our scalars, and the check that no answer is a bug of ours.

Its own check takes every error with a path for a failure of the server, also those that say what
is wrong with an argument.
"""

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

TEXTS = st.text(max_size=20)

for name in ("Address", "BigInt", "Upload", "Wei"):
    schemathesis.graphql.scalar(name, TEXTS.map(nodes.String))
schemathesis.graphql.scalar("ByteCount", st.integers(-1, 2**53).map(nodes.Int))


@schemathesis.check
def finds_no_bug(_context, response, _case) -> None:
    """No 5xx, and no error that was masked."""
    assert response.status_code < 500, response.text[:1_000]
    codes = [each["extensions"]["code"] for each in response.json().get("errors", ())]
    assert "INTERNAL" not in codes, response.text[:1_000]
