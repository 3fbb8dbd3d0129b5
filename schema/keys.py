"""Federation keys: `id` for every entity; a stub's key cannot be resolved by its subgraph."""

from strawberry.federation.schema_directives import Key

STUB_KEY = Key(fields="id", resolvable=False)  # type: ignore[arg-type]
