"""All checks, in the order of the layers."""

from __future__ import annotations

from collections.abc import Sequence

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.truth.bronze import check_bronze
from mesh.truth.gold.check_gold import check_gold
from mesh.truth.history.check_history import check_history
from mesh.truth.positions import check_positions
from mesh.truth.result import CheckResult
from mesh.truth.silver.check_silver import check_silver
from mesh.truth.source import read_source

LAYERS = ("bronze", "positions", "silver", "gold", "history")
_OF_DOCUMENTS = {"bronze": check_bronze, "silver": check_silver, "gold": check_gold}
_OF_KAFKA = {"positions": check_positions, "history": check_history}


def check_truth(instance: Instance, layers: Sequence[str] = LAYERS) -> list[CheckResult]:
    """Recompute the layers from the source and compare. The source is read once, before the lake.

    Raises:
        MeshError: a layer is unknown, or MongoDB does not answer. What is wrong with the lake fails a result.
    """
    if unknown := set(layers) - set(LAYERS):
        raise MeshError(f"no layer {', '.join(sorted(unknown))}: there are {', '.join(LAYERS)}")
    results: list[CheckResult] = []
    with Lake(instance) as lake:
        source = read_source(instance) if set(layers) & set(_OF_DOCUMENTS) else None
        for layer in layers:
            if layer in _OF_KAFKA:
                results += _OF_KAFKA[layer](instance, lake)
            elif source is not None:
                results += _OF_DOCUMENTS[layer](source, lake)
    return results
