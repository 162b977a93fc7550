"""A file that is another one than was kept is not started; the message says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.stack import checksums
from mesh.stack.install import with_checksums


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    folder = tmp_path / "fetched"
    folder.mkdir()
    (folder / "a-1.0.jar").write_bytes(b"a")
    (folder / "b-1.0.jar").write_bytes(b"b")
    (folder / "some-1.jar").write_bytes(b"what is built here has no checksum")
    (tmp_path / "some").mkdir()
    checksums.write("some", folder, tmp_path)
    return folder


def test_what_was_kept_passes(fetched: Path) -> None:
    checksums.check("some", fetched, fetched.parent)
    kept = (fetched.parent / "some/checksums.txt").read_text().splitlines()
    assert [line.split()[1] for line in kept] == ["a-1.0.jar", "b-1.0.jar"]


def test_another_file_a_new_one_and_a_missing_one_are_named(fetched: Path) -> None:
    (fetched / "a-1.0.jar").write_bytes(b"A")
    (fetched / "b-1.0.jar").rename(fetched / "c-1.0.jar")
    with pytest.raises(MeshError) as refused:
        checksums.check("some", fetched, fetched.parent)
    for fault in (
        "a-1.0.jar is another file",
        "c-1.0.jar is not in it",
        "b-1.0.jar was not fetched",
        "stack lock some",
    ):
        assert fault in str(refused.value)


@pytest.mark.parametrize("server", with_checksums())
def test_every_server_has_checksums(server: str) -> None:
    lines = (REPOSITORY / "stack" / server / "checksums.txt").read_text().splitlines()
    assert lines and all(len(line.split()[0]) == 64 for line in lines)
