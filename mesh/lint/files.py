"""One properties file a folder and kind, named as the folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from mesh.lint.finding import Finding

RULE = "properties file named as its folder"
_KINDS = {"model": "models", "unit_test": "unit_tests", "exposure": "exposures"}


def misplaced_properties(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Files such as `_silver_orders__models.yml` of models, unit tests and exposures that are named otherwise."""
    places: dict[str, str] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["patch_path"]:
            places[node["patch_path"].split("://")[-1]] = "model"
    for group in ("unit_tests", "exposures"):
        for node in manifest[group].values():
            places[node["original_file_path"]] = node["resource_type"]
    for place, kind in sorted(places.items()):
        path = PurePosixPath(place)
        folders = path.parent.parts[1:]
        expected = {f"_{'_'.join(folders[start:])}__{_KINDS[kind]}.yml" for start in range(len(folders))}
        if path.name not in expected:
            yield Finding(RULE, place, f"rename it to {' or '.join(sorted(expected, key=len, reverse=True))}")
