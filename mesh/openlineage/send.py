"""dbt's last command as OpenLineage events, sent to the catalog or to whoever else takes them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mesh.dbt import target_folder
from mesh.environments import python_environment
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance

OPENMETADATA_PATH = "api/v1/openlineage/lineage"


def send_dbt_events(instance: Instance, receiver: Mapping[str, str]) -> None:
    """Send start and end of every model and test of dbt's last command, with its inputs and outputs.

    Args:
        receiver: from `find_receiver`.

    Raises:
        MeshError: dbt has run nothing that moves or tests data, or an event did not arrive (each is printed).
    """
    program = Path(__file__).with_name("dbt_events.py")
    ran = subprocess.run(
        [python_environment(instance, "airflow") / "python", program, REPOSITORY],
        cwd=REPOSITORY,
        env={
            **os.environ,
            **instance.environment(),
            **receiver,
            "DBT_TARGET_PATH": str(target_folder()),
            "DBT_PROFILES_DIR": str(REPOSITORY),
        },
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if ran.returncode:
        raise MeshError("OpenLineage events are missing: see above")


def find_receiver(environment: Mapping[str, str]) -> dict[str, str] | None:
    """The OpenLineage library's own variables: as the user set them, or the catalog's address and token.

    None if nobody is named who takes events.

    Raises:
        MeshError: the catalog's address is none.
    """
    if environment.get("OPENLINEAGE_URL"):
        return {name: value for name, value in environment.items() if name.startswith("OPENLINEAGE_")}
    catalog = environment.get("MESH_OPENMETADATA_URL")
    if not catalog:
        return None
    address = urlsplit(catalog)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise MeshError(f"MESH_OPENMETADATA_URL={catalog}: give an address such as http://127.0.0.1:8585/api")
    token = environment.get("MESH_OPENMETADATA_TOKEN")
    return {
        "OPENLINEAGE_URL": f"{address.scheme}://{address.netloc}",
        "OPENLINEAGE_ENDPOINT": OPENMETADATA_PATH,
        **({"OPENLINEAGE_API_KEY": token} if token else {}),
    }
