"""dbt as we start it: its own words and no one else's."""

from __future__ import annotations

import subprocess
import sys

from mesh.dbt import PROGRAM


def test_says_nothing_of_a_library_that_nothing_here_needs() -> None:
    program = PROGRAM.removesuffix("cli()") + "import dbt.adapters.trino"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout + ran.stderr == ""
