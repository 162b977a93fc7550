"""Builds what a change touches, on both sides and from the same relations of the lake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mesh.dbt import Manifest
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.manifest import models
from mesh.review.cost import Cost, costs
from mesh.review.rewind import build_rewind_sql
from mesh.review.sides import Base, Result, Side

MODIFIED = ("--select", "state:modified+")
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class Built:
    """Results and manifests of both sides.

    `state` is the base's manifest with the lake's relations; `base` has the review's own, and the compiled SQL of
    what was built. `touched` are the models that the change modified, and those that read them.
    """

    state: Manifest
    base: Manifest
    change: Manifest
    touched: frozenset[str]
    of_base: tuple[Result, ...]
    of_change: tuple[Result, ...]
    tests: tuple[Result, ...]
    merges: tuple[Result, ...]
    merged_again: tuple[str, ...]
    cost_before: Mapping[str, Cost] = field(default_factory=dict)
    cost_after: Mapping[str, Cost] = field(default_factory=dict)

    def results(self) -> tuple[Result, ...]:
        """Everything that was run."""
        return (*self.of_change, *self.tests, *self.merges, *self.of_base)


def build_sides(instance: Instance, lake: Lake, base: Base, change: Side, say: Callable[[str], None]) -> Built:
    """Build the change with its tests, the same models of the base, and merge into the change's tables once more.

    Unselected parents are read where they are (`--defer`).
    """
    deferred = ("--defer", "--state", str(base.state))
    say("2/4 the change: what it modified and what reads that, with tests")
    # not as one build, where a failed test would keep models below it from being built and compared
    of_change = change.run(instance, "build", *MODIFIED, *NO_TESTS, *deferred)
    manifest = change.manifest()
    # asked at once: Trino forgets queries after minutes
    cost_after = costs(instance, of_change)
    tests = change.run(instance, "test", *MODIFIED, *deferred)
    touched = frozenset(name_of(result) for result in of_change if kind_of(result) == "model")
    shared = sorted(touched & models(base.manifest).keys())
    say(f"3/4 the {len(shared)} models of them that the base has; then the change's merges")
    of_base = base.side.run(instance, "run", "--select", *shared, *deferred) if shared else []
    cost_before = costs(instance, of_base)
    built = {name_of(result) for result in of_change if kind_of(result) == "model" and result["status"] == "success"}
    incremental = sorted(name for name in built if models(manifest)[name]["config"]["materialized"] == "incremental")
    rewound = [name for name in incremental if _rewind(lake, manifest, name)]
    merges = change.run(instance, "run", "--select", *incremental, *deferred) if incremental else []
    return Built(
        state=base.manifest,
        base=base.side.manifest() if shared else base.manifest,
        change=manifest,
        touched=touched,
        of_base=tuple(of_base),
        of_change=tuple(of_change),
        tests=tuple(tests),
        merges=tuple(merges),
        merged_again=tuple(rewound),
        cost_before=cost_before,
        cost_after=cost_after,
    )


def kind_of(result: Result) -> str:
    """Model, test, unit_test and so on."""
    return str(result["unique_id"]).partition(".")[0]


def name_of(result: Result) -> str:
    """Of the node that was run; of a unit test its own, not its model's."""
    return str(result["unique_id"]).split(".")[3 if kind_of(result) == "unit_test" else 2]


def _rewind(lake: Lake, manifest: Manifest, name: str) -> bool:
    node = models(manifest)[name]
    if sql := build_rewind_sql(node, node["relation_name"]):
        lake.query(sql)
    return sql is not None
