from __future__ import annotations

import pytest

from mesh.simulate.changes import Change
from mesh.simulate.faults import NEEDED_FIELDS, leave_out_fields


def test_a_share_of_new_documents_lacks_the_needed_field(changes: list[Change]) -> None:
    faulty = list(leave_out_fields(changes, 0.2))
    inserts = [change for change in faulty if change.operation == "insert"]
    lacking = [change for change in inserts if NEEDED_FIELDS[change.collection] not in change.fields]
    assert 0.15 * len(inserts) < len(lacking) < 0.25 * len(inserts)
    assert {change.collection for change in inserts} == set(NEEDED_FIELDS)
    assert list(leave_out_fields(changes, 0.2)) == faulty
    unbroken = [change for change in faulty if change.operation != "insert"]
    assert unbroken == [change for change in changes if change.operation != "insert"]


@pytest.mark.parametrize("share", [0, 1])
def test_none_or_all(changes: list[Change], share: int) -> None:
    inserts = [change for change in leave_out_fields(changes, share) if change.operation == "insert"]
    assert all((NEEDED_FIELDS[change.collection] in change.fields) == (share == 0) for change in inserts)
