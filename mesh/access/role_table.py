"""What each user really gets of each table, asked of Trino as that user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mesh.access.apply import read_declaration
from mesh.access.declared import Declared, User
from mesh.access.login import Login
from mesh.access.passwords import password_of
from mesh.access.rules import hidden_columns
from mesh.access.tables import ServedTable
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError

REFUSED = "PERMISSION_DENIED"


@dataclass(frozen=True)
class Cell:
    """One user and one table. `rows` is None where Trino refused; `shown` are columns that ought to be hidden."""

    user: str
    table: str
    rows: int | None
    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def text(self) -> str:
        """For a person."""
        if self.rows is None:
            return "refused"
        hidden = f", without {', '.join(self.hidden)}" if self.hidden else ""
        return f"{self.rows:,} rows{hidden}{' SHOWN: ' if self.shown else ''}{', '.join(self.shown)}"


def role_table(instance: Instance, only: str | None = None) -> Iterator[Cell]:
    """A cell for each user, or only one, and each public table.

    Raises:
        MeshError: there is no such user, a user has no password yet, or Trino does not answer.
    """
    declared, tables, _ = read_declaration()
    users = [user for user in declared.users if only in (None, user.name)]
    if not users:
        raise MeshError(f"no user {only}: access/users.yaml has {', '.join(user.name for user in declared.users)}")
    for user in users:
        with Lake(instance, Login.of_person(instance, user.name, password_of(instance, user.name))) as lake:
            for table in tables:
                if table.is_public:
                    yield _ask(lake, declared, user, table)


def _ask(lake: Lake, declared: Declared, user: User, table: ServedTable) -> Cell:
    hidden = hidden_columns(user, declared, table)
    counts = "".join(f", count({column})" for column in hidden)
    try:
        ((rows, *values),) = lake.query(f"select count(*){counts} from {table.path}")
    except LakeError as error:
        if error.name == REFUSED:
            return Cell(user.name, table.path, None)
        if error.is_absent:
            raise MeshError(f"{table.path} is not built yet: mesh build") from error
        raise
    shown = tuple(column for column, count in zip(hidden, values, strict=True) if count)
    return Cell(user.name, table.path, rows, tuple(column for column in hidden if column not in shown), shown)
