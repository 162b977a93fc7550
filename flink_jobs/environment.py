"""What every job begins with: its name, its checkpoints and the catalog of the lake."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from flink_jobs.statements import build_catalog_sql


def kafka_client() -> dict[str, str]:
    """Kafka's own settings of where the brokers are and who asks, as `mesh jobs submit` gives them."""
    settings: dict[str, str] = json.loads(os.environ["MESH_KAFKA_CLIENT"])
    return settings


def table_environment(settings: Mapping[str, str] | None = None) -> StreamTableEnvironment:
    """The environment of the job that `mesh jobs submit` names, with the catalog `lake`.

    Args:
        settings: Flink's, beside those that all jobs share.
    """
    configuration = Configuration()
    shared = {
        "pipeline.name": os.environ["MESH_FLINK_JOB"],
        "execution.checkpointing.dir": os.environ["MESH_FLINK_CHECKPOINTS"],
        # a checkpoint is a commit to the lake
        "execution.checkpointing.interval": f"{os.environ['MESH_COMMIT_SECONDS']}s",
        "parallelism.default": os.environ.get("MESH_FLINK_PARALLELISM", "1"),
        "table.local-time-zone": "UTC",
    }
    for name, value in {**shared, **(settings or {})}.items():
        configuration.set_string(name, value)
    tables = StreamTableEnvironment.create(StreamExecutionEnvironment.get_execution_environment(configuration))
    tables.execute_sql(build_catalog_sql(os.environ))
    return tables
