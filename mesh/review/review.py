"""`mesh review`: builds both sides from the same lake, compares them, and says what a reviewer should know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mesh.access.login import MAINTENANCE
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.manifest import Node, models
from mesh.progress import landed_offsets
from mesh.review.building import Built, build_sides, kind_of, name_of
from mesh.review.contracts import ColumnChange, breaking_changes, changes_of_columns, key_of, unversioned
from mesh.review.cost import Cost
from mesh.review.differences import DataDifference, compare_tables
from mesh.review.impact import Reached, reached_by, reached_by_rows
from mesh.review.nodes import (
    DefinitionChange,
    ModelChange,
    TestChange,
    changes_of_definitions,
    changes_of_models,
    changes_of_tests,
)
from mesh.review.schemas import Columns, Name, columns_of, project_schemas, review_schemas
from mesh.review.sides import Base, Side, base_side, change_side
from mesh.review.style import lint_change

PASSED = ("pass", "warn")
FAILED = ("error", "fail", "runtime error", "partial success")
LOSSES = ("lost", "weakened")


@dataclass(frozen=True)
class ModelReview:
    """One model that the change touches; `data` is None where nothing is to be compared. Pairs: before, after."""

    change: ModelChange
    columns: tuple[ColumnChange, ...]
    breaking: tuple[str, ...]
    data: DataDifference | None
    costs: tuple[Cost | None, Cost | None]
    sql: tuple[str, str]


@dataclass(frozen=True)
class Review:
    """Everything that the report shows.

    `findings` are what has to be done before the change goes in; `landed_meanwhile` the messages that one side may have
    read and the other not.
    """

    commit: str
    models: tuple[ModelReview, ...]
    tests: tuple[TestChange, ...]
    definitions: tuple[DefinitionChange, ...]
    reached: tuple[Reached, ...]
    findings: tuple[str, ...]
    passed: int
    failed: int
    merged_again: tuple[str, ...]
    landed_meanwhile: int = 0


def review(instance: Instance, revision: str, say: Callable[[str], None], *, keep: bool = False) -> Review:
    """Compare the working tree with where it branched off from a revision.

    Args:
        keep: leave both sides' schemas in the lake.

    Raises:
        MeshError: there is nothing to compare with, or a side does not start to build.
    """
    base, change = base_side(instance, revision), change_side(instance)
    say(f"1/4 base {base.commit[:12]}")
    with Lake(instance, MAINTENANCE) as lake, review_schemas(lake, base.manifest, (base.side, change), keep=keep):
        landed_before = landed_offsets(instance)
        built = build_sides(instance, lake, base, change, say)
        landed_meanwhile = sum(landed_offsets(instance).values()) - sum(landed_before.values())
        say("4/4 comparing")
        tables = columns_of(lake, _schemas(built, base.side, change))
        reviewed = [
            _review_model(lake, built, tables, one, (base.side, change))
            for one in changes_of_models(built.state, built.change, built.touched)
        ]
        reached = [
            *reached_by_rows(_changed_rows(reviewed), built.base, base.side.products),
            *reached_by(_changed_columns(reviewed), built.base, tables, base.side.products),
        ]
    tests = changes_of_tests(built.state, built.change)
    ran = [result["status"] for result in built.tests]
    findings = (
        *_failures(built),
        *_breaking(built, reviewed, base, change),
        *(f"{test.kind} test of {test.model}: {test.test}" for test in tests if test.kind in LOSSES),
        *_undocumented(built, reviewed, tables),
        *lint_change(instance, base.commit),
    )
    return Review(
        commit=base.commit,
        models=tuple(reviewed),
        tests=tuple(tests),
        definitions=tuple(changes_of_definitions(built.state, built.change)),
        reached=tuple(reached),
        findings=findings,
        passed=sum(status in PASSED for status in ran),
        failed=sum(status in FAILED for status in ran),
        merged_again=built.merged_again,
        landed_meanwhile=landed_meanwhile,
    )


def _schemas(built: Built, *sides: Side) -> list[str]:
    schemas = project_schemas(built.state)
    own = [f"{side.prefix}{schema}" for side in sides for schema in schemas]
    return [*schemas, *own, *sorted({source["schema"] for source in built.state["sources"].values()})]


def _review_model(
    lake: Lake, built: Built, tables: dict[Name, Columns], one: ModelChange, sides: tuple[Side, Side]
) -> ModelReview:
    before, after = models(built.base).get(one.name), models(built.change).get(one.name)
    columns: list[ColumnChange] = []
    data = None
    if before and after and one.name in built.touched:
        found = (tables.get(_relation(before), {}), tables.get(_relation(after), {}))
        if all(found):
            columns = changes_of_columns(*found)
            data = compare_tables(
                lake, one.name, (before["relation_name"], after["relation_name"]), found, key_of(after)
            )
    return ModelReview(
        change=one,
        columns=tuple(columns),
        breaking=tuple(breaking_changes(before, after, columns)),
        data=data,
        costs=(built.cost_before.get(one.name), built.cost_after.get(one.name)),
        sql=(_sql(before, sides[0]), _sql(after, sides[1])),
    )


def _sql(node: Node | None, side: Side) -> str:
    if node is None:
        return ""
    return str(node.get("compiled_code") or node["raw_code"]).replace(f'"{side.prefix}', '"')


def _changed_rows(reviewed: Sequence[ModelReview]) -> list[str]:
    """Changed models with rows that are gone, new or doubled."""
    return [
        one.change.name
        for one in reviewed
        if one.change.kind == "changed" and one.data and (one.data.gone or one.data.new or one.data.doubled)
    ]


def _changed_columns(reviewed: Sequence[ModelReview]) -> list[tuple[str, str]]:
    """Columns of changed models that are gone, of another type, or of other values."""
    changed = []
    for one in reviewed:
        if one.change.kind == "changed":
            names = [change.column for change in one.columns if change.kind != "added"]
            names += [difference.column for difference in one.data.columns] if one.data else []
            changed += [(one.change.name, name) for name in dict.fromkeys(names)]
    return changed


def _failures(built: Built) -> Iterator[str]:
    for result in built.results():
        if result["status"] in FAILED:
            yield f"{kind_of(result)} {name_of(result)}: {' '.join(str(result['message']).split())[:300]}"


def _breaking(built: Built, reviewed: Sequence[ModelReview], base: Base, change: Side) -> Iterator[str]:
    for one in reviewed:
        if one.breaking:
            before, after = (models(side).get(one.change.name) for side in (built.state, built.change))
            if before and (todo := unversioned(before, after, base.side.products, change.products)):
                yield from (f"breaking: {one.change.name}: {what}; {todo}" for what in one.breaking)


def _undocumented(built: Built, reviewed: Sequence[ModelReview], tables: dict[Name, Columns]) -> Iterator[str]:
    for one in reviewed:
        node = models(built.change).get(one.change.name)
        if node and one.change.kind in ("added", "changed"):
            for column in tables.get(_relation(node), {}):
                if not node["columns"].get(column, {}).get("description"):
                    yield f"undocumented: {one.change.name}.{column}: describe it beside the model"


def _relation(node: Node) -> Name:
    return node["schema"], node["alias"]
