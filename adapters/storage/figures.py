"""What a process tells of its object store."""

from adapters.storage.sealing import SealedStore
from adapters.telemetry.metrics import Metrics
from domain.ports import ObjectStore


def show_damaged_objects(metrics: Metrics, store: ObjectStore) -> None:
    """Show how often an object was found damaged; a store that does not seal cannot tell."""
    if isinstance(store, SealedStore):
        metrics.read_counts(
            "damaged_objects",
            "Times that a stored object was found damaged, and was not given out.",
            (),
            lambda: [((), store.damaged)],
        )
