"""Every rule, over the project as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesh.contracts.contract import read_products
from mesh.dbt import Manifest, target_folder
from mesh.instance import Instance
from mesh.lint import bouncer, current_manifest, exceptions, files, keys, references, shared_columns
from mesh.lint.finding import Finding

OWN_RULES = (
    bouncer.RULE,
    shared_columns.RULE,
    files.RULE,
    keys.RULE,
    references.DEAD_END,
    references.HARD_CODED,
    *sorted(exceptions.RULES),
)


@dataclass(frozen=True)
class Report:
    """What is left to do, and how much was asked."""

    findings: tuple[Finding, ...]
    rules: int
    exceptions: int

    def summary(self) -> str:
        """In one line."""
        return f"{len(self.findings)} findings by {self.rules} rules, {self.exceptions} exceptions with a reason"


def lint_project(instance: Instance) -> Report:
    """Check dbt's manifest and the files around it; asks no server.

    Raises:
        MeshError: dbt cannot parse the project, or dbt-bouncer its settings.
    """
    manifest = current_manifest.current_manifest(instance)
    settings = bouncer.read_settings()
    listed = exceptions.read_exceptions()
    left = exceptions.subtract_exceptions(find_all(manifest, settings, target_folder()), listed)
    return Report(tuple(sorted(left)), len(settings[bouncer.CHECKS]) + len(OWN_RULES), len(listed))


def find_all(manifest: Manifest, settings: bouncer.Settings, target: Path) -> list[Finding]:
    """What every rule finds, exceptions among it.

    Args:
        settings: dbt-bouncer's.
        target: the folder with the manifest's file.
    """
    outcomes = bouncer.run_bouncer(settings, target)
    return [
        *bouncer.failures(outcomes),
        *bouncer.softened_settings(settings, outcomes),
        *shared_columns.undocumented_shared_columns(manifest),
        *files.misplaced_properties(manifest),
        *keys.untested_keys(manifest),
        *references.dead_ends(manifest, {table for product in read_products() for table in product.outputs}),
        *references.hard_coded_relations(manifest),
    ]
