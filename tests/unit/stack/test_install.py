"""An installation of minutes says how far it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mesh.instance import Instance
from mesh.stack import install

PROGRAM = """
head -c 3000000 /dev/zero > {folder}/archive
echo 'go: downloading github.com/minio/madmin-go v3.0.1'
echo 'go: downloading github.com/minio/mux v1.9.0'
sleep 0.5
"""


def test_says_how_far_it_is_and_nothing_when_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "TELL_SECONDS", 0.1)
    instance = Instance(tmp_path, tmp_path, 42000)

    def fill(folder: Path) -> None:
        install.run_logged(instance, "install-s3", ["bash", "-c", PROGRAM.format(folder=folder)])

    install.install(instance, "s3", fill)
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"  installing s3: [34] MB, item 2: mux v1\.9\.0", lines[-1]), lines
    install.install(instance, "s3", fill)
    assert capsys.readouterr().out == ""
