"""`mesh coverage`: how much of the models is documented, tested, under contract and exposed, from dbt's manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]
UNDER_CONTRACT = ("silver", "gold")
MARTS = "gold"


@dataclass(frozen=True)
class Measure:
    """How many of a kind have what is asked of all; `missing` names the others."""

    name: str
    done: int
    missing: tuple[str, ...]

    @property
    def text(self) -> str:
        """As `12 of 12`, with the names of those that lack it."""
        total = self.done + len(self.missing)
        return f"{self.done} of {total}" + (f", without: {', '.join(self.missing)}" if self.missing else "")


def measure_coverage(manifest: Mapping[str, Any]) -> tuple[list[Measure], float]:
    """What is covered, and how many tests a model has on average; unit tests count.

    Args:
        manifest: dbt's `manifest.json`.
    """
    nodes = manifest["nodes"].values()
    models = [node for node in nodes if node["resource_type"] == "model"]
    documented = [*models, *manifest["sources"].values(), *(n for n in nodes if n["resource_type"] == "seed")]
    columns = {f"{node['name']}.{name}": bool(column["description"]) for node in documented
               for name, column in node["columns"].items()}  # fmt: skip
    exposed = {parent for exposure in manifest["exposures"].values() for parent in exposure["depends_on"]["nodes"]}
    unit_tested = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    tests = [node for node in nodes if node["resource_type"] == "test"]
    contracts = [node for node in models if node["fqn"][1] in UNDER_CONTRACT]
    return [
        _measure("columns documented", columns.items()),
        _measure("models and sources documented", ((n["name"], bool(n["description"])) for n in documented)),
        _measure("silver and gold under contract", ((n["name"], n["contract"]["enforced"]) for n in contracts)),
        _measure("models with an owner group", ((n["name"], bool(n["group"])) for n in models)),
        _measure(
            "gold tables exposed", ((n["name"], n["unique_id"] in exposed) for n in models if n["fqn"][1] == MARTS)
        ),
        _measure("silver and gold with a unit test", ((n["name"], n["unique_id"] in unit_tested) for n in contracts)),
    ], (len(tests) + len(manifest["unit_tests"])) / len(models)


def _measure(name: str, found: Iterable[tuple[str, bool]]) -> Measure:
    pairs = list(found)
    return Measure(name, sum(has for _, has in pairs), tuple(label for label, has in pairs if not has))
