"""The classification of personal data."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.catalog.governance import CLASSIFICATION, read_classification
from mesh.errors import MeshError


def test_tags_are_found_by_column() -> None:
    tags = read_classification(CLASSIFICATION)
    assert tags["full_name"] == ("PII.Sensitive",)
    assert tags["customer_id"] == ("PersonalData.Personal",)
    assert "bronze.orders_raw.after" in tags


def test_column_may_have_two_tags(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("A.One: [name]\nB.Two: [name]\n")
    assert read_classification(tmp_path / "c.yaml") == {"name": ("A.One", "B.Two")}


def test_file_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("PII.Sensitive: full_name\n")
    with pytest.raises(MeshError, match=r"c\.yaml: give each tag a list of columns"):
        read_classification(tmp_path / "c.yaml")
