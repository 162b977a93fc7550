"""Follows the guides of `docs/how-to`, block by block, in a copy of the repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from mesh.instance import REPOSITORY
from mesh.stack.install import venv_binary
from tests.integration.chain import Chain
from tests.integration.copies import copy_repository


def guide_environment(chain: Chain, folder: Path) -> dict[str, str]:
    """The variables of somebody who stands in a copy of the repository and uses the chain's instance."""
    environment = {
        **os.environ,
        **chain.instance.environment(),
        "PATH": f"{Path(venv_binary('dbt')).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
    }
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_PROJECT_DIR", "DBT_PROFILES_DIR"):
        environment.pop(name, None)
    return environment


def follow(chain: Chain, guide: str, folder: Path, before: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Write the files that a guide shows and run its commands, in its order. Returns what each command block said.

    Args:
        before: called with each command block before it is run.
    """
    copy_repository(folder, chain.target)
    environment = guide_environment(chain, folder)
    said = {}
    for block in MarkdownIt().parse((REPOSITORY / "docs/how-to" / guide).read_text()):
        if block.type != "fence":
            continue
        language, _, file = block.info.partition(" ")
        if file:
            (folder / file).write_text(block.content)
            continue
        assert language == "sh", f"a block of {language!r} names no file"
        before(block.content)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.content],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{block.content}\n{ran.stdout}"
        said[block.content] = ran.stdout
    return said
