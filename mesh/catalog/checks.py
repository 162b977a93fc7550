"""The checks as test cases, and their latest outcomes as results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mesh.catalog.client.plan import Entity, Ref, Result, qualified
from mesh.catalog.inputs import Project
from mesh.catalog.names import SEVERITY
from mesh.errors import MeshError
from mesh.manifest import table_names
from mesh.quality.results import CheckResult, Status

PLATFORMS = {"dbt": "dbt", "great_expectations": "GreatExpectations"}
# a warned check has failed: how much that matters is its severity, which is a tag of the test case
STATUSES: Mapping[Status, str] = {
    "passed": "Success",
    "warned": "Failed",
    "failed": "Failed",
    "errored": "Aborted",
    "skipped": "Aborted",
}


def latest(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The last outcome of each check, by name."""
    by_name: dict[str, CheckResult] = {}
    for result in sorted(results, key=lambda result: result.run_at):
        by_name[result.check_name] = result
    return [by_name[name] for name in sorted(by_name)]


class Checks:
    """Where each check of a project belongs in the catalog."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tables = {name: unique_id for unique_id, name in table_names(project.manifest).items()}
        self._tests = {
            node["name"]: node for node in project.manifest["nodes"].values() if node["resource_type"] == "test"
        }

    def entities(self, results: list[CheckResult]) -> Iterator[Entity]:
        """Test definitions, one per tool, type and level, then test cases."""
        definitions: dict[str, Entity] = {}
        cases = []
        for result in results:
            table, column = self._place(result)
            level = "COLUMN" if column else "TABLE"
            definition = f"{result.tool}_{result.check_type}_of_{level.lower()}"
            body = {
                "name": definition,
                "displayName": result.check_type,
                "description": f"{result.check_type} of {result.tool}",
                "entityType": level,
                "testPlatforms": [PLATFORMS[result.tool]],
            }
            definitions[definition] = Entity(Ref("testDefinition", qualified(definition)), body)
            link = f"<#E::table::{table.fqn}{f'::columns::{column}' if column else ''}>"
            body = {
                "name": result.check_name,
                "description": f"{result.check_type}, severity {result.severity}",
                "entityLink": link,
                "testDefinition": definition,
                "tags": [f"{SEVERITY}.{result.severity}"],
            }
            cases.append(Entity(self.case(result), body))
        yield from definitions.values()
        yield from cases

    def results(self, results: list[CheckResult]) -> Iterator[Result]:
        """What each test case shall say."""
        for result in results:
            said = [result.status, f"severity {result.severity}", result.message]
            yield Result(
                self.case(result).fqn,
                round(result.run_at.timestamp() * 1000),
                STATUSES[result.status],
                "; ".join(filter(None, said)),
                result.failures,
                result.evaluated,
            )

    def case(self, result: CheckResult) -> Ref:
        """The test case of a check."""
        table, column = self._place(result)
        attached = f"{table.fqn}.{qualified(column)}" if column else table.fqn
        return Ref("testCase", f"{attached}.{qualified(result.check_name)}")

    def _place(self, result: CheckResult) -> tuple[Ref, str | None]:
        unique_id = self._tables.get(result.table_name or "") or self._first_tested(result.check_name)
        ref = self._project.ref(unique_id) if unique_id else None
        if unique_id is None or ref is None or ref.kind != "table":
            raise MeshError(
                f"check {result.check_name} looks at {result.table_name or 'no table'}, which dbt does not know: "
                "run mesh docs, then the check again"
            )
        known = result.column_name in self._project.columns(unique_id)
        return ref, result.column_name if known else None

    def _first_tested(self, check_name: str) -> str | None:
        """For a test of seeds, or of several tables: the one it is attached to, or the first that it names."""
        test = self._tests.get(check_name)
        if test is None:
            return None
        nodes: list[str] = test["depends_on"]["nodes"]
        attached: str | None = test.get("attached_node")
        return attached or (nodes[0] if nodes else None)
