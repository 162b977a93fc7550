"""Column changes, which of them break whoever reads the table, and whether the contract's version says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesh.contracts.contract import Product
from mesh.manifest import Node
from mesh.review.schemas import Columns


@dataclass(frozen=True)
class ColumnChange:
    """One column: `kind` is added, removed or type; types are Trino's, None where there is no such column."""

    column: str
    kind: str
    before: str | None
    after: str | None

    @property
    def is_breaking(self) -> bool:
        """Whether a query that ran before may fail, or mean something else."""
        return self.kind == "removed" or (self.kind == "type" and not _is_wider(self.before or "", self.after or ""))


def changes_of_columns(before: Columns, after: Columns) -> list[ColumnChange]:
    """In the order of the table, removed ones first."""
    changes = [ColumnChange(name, "removed", kind, None) for name, kind in before.items() if name not in after]
    for name, kind in after.items():
        if name not in before:
            changes.append(ColumnChange(name, "added", None, kind))
        elif before[name] != kind:
            changes.append(ColumnChange(name, "type", before[name], kind))
    return changes


_WIDER = {
    "tinyint": ("smallint", "integer", "bigint"),
    "smallint": ("integer", "bigint"),
    "integer": ("bigint",),
    "real": ("double",),
}


def _is_wider(before: str, after: str) -> bool:
    if after in _WIDER.get(before, ()):
        return True
    old, new = _parts(before), _parts(after)
    if old[0] != new[0]:
        return False
    if old[0] == "decimal" and len(old) == len(new) == 3:
        # as many digits before the point, and after it
        return int(new[2]) >= int(old[2]) and int(new[1]) - int(new[2]) >= int(old[1]) - int(old[2])
    return old[0] == "varchar" and (len(new) == 1 or (len(old) == 2 and int(new[1]) >= int(old[1])))


def _parts(kind: str) -> list[str]:
    return kind.replace("(", " ").replace(")", "").replace(",", " ").split()


def breaking_changes(before: Node | None, after: Node | None, columns: Sequence[ColumnChange]) -> list[str]:
    """What of a model's change breaks its consumers, a phrase each; a new model breaks nobody."""
    if before is None:
        return []
    if after is None:
        return ["the model is removed"]
    found = [
        f"{change.column} is removed"
        if change.kind == "removed"
        else f"{change.column} is {change.after}, was {change.before}"
        for change in columns
        if change.is_breaking
    ]
    if key_of(before) and set(key_of(before)) != set(key_of(after)):
        found.append(f"the key is {_named(key_of(after))}, was {_named(key_of(before))}")
    if before["access"] == "public" and after["access"] != "public":
        found.append(f"access is {after['access']}, was public")
    if before["contract"]["enforced"] and not after["contract"]["enforced"]:
        found.append("the contract is enforced no more")
    return found


def _named(key: Sequence[str]) -> str:
    return ", ".join(key) or "none"


def key_of(node: Node) -> tuple[str, ...]:
    """The columns that tell a model's rows apart, as its configuration or its tests say; () if nothing does."""
    key = node["config"].get("unique_key") or node.get("primary_key") or ()
    return (key,) if isinstance(key, str) else tuple(key)


def unversioned(before: Node, after: Node | None, base: Sequence[Product], change: Sequence[Product]) -> str | None:
    """What is to be done before a breaking change of a model may go in; None if nothing is, or nobody relies on it.

    A model that a product promises has the version of that contract. Any other public one has `contract_version` in
    its meta, 1 without, and a `deprecation_date` before it goes.
    """
    name = before["name"]
    promised = next((product for product in base if name in product.outputs), None)
    if promised is not None:
        now = next((product for product in change if product.id == promised.id), None)
        if now is None or _major(now.version) > _major(promised.version):
            return None
        return (
            f"{promised.id} promises {name}: raise its version {promised.version} to {_major(promised.version) + 1}.0.0"
        )
    if before["access"] != "public":
        return None
    if after is None:
        return None if before.get("deprecation_date") else f"{name} is public: give it a deprecation_date first"
    old, new = (int(node["config"]["meta"].get("contract_version", 1)) for node in (before, after))
    return None if new > old else f"{name} is public: raise contract_version in its meta to {old + 1}"


def _major(version: str) -> int:
    return int(version.partition(".")[0])
