"""Runs the checkpoints: every product's suite of `expectations/`, by Great Expectations, on Trino."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import great_expectations as gx
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.partitioners import PartitionerMultiColumnValue
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from sqlalchemy.exc import SQLAlchemyError

from mesh.access.login import READER, Login
from mesh.contracts.contract import read_products
from mesh.dbt import target_folder
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.quality.gx_docs import write_data_docs
from mesh.quality.gx_results import errored_results, results_of
from mesh.quality.gx_suites import Suite, choose_suites, read_suites
from mesh.quality.record import record_checks
from mesh.quality.results import CheckResult

SOURCE = "great_expectations"
"""Whom Trino's list of queries names."""

EXAMPLES = 5


def docs_folder() -> Path:
    """Where Data Docs are written."""
    return target_folder() / "expectations"


def check_products(instance: Instance, products: Sequence[str] | None = None) -> list[CheckResult]:
    """Run the checkpoints of these products, of all for None; keeps the results and writes Data Docs.

    Raises:
        MeshError: a suite is wrong, a product has none, or Trino does not answer.
    """
    results = run_checkpoints(instance, products, docs_folder())
    record_checks(instance, results)
    return results


def run_checkpoints(
    instance: Instance, products: Sequence[str] | None = None, docs: Path | None = None
) -> list[CheckResult]:
    """Check what consumers of these products rely on, of all products for None; one result an expectation.

    With `docs`, Data Docs of the run are written there; what an earlier run wrote is replaced.

    Raises:
        MeshError: a suite is wrong, a product has none, or Trino does not answer.
    """
    suites = choose_suites(read_suites(read_products()), products)
    context = _context()
    datasource = _trino(context, instance)
    run_id = str(uuid4())
    results = [result for suite in suites for result in _run(context, datasource, suite, run_id)]
    if docs:
        write_data_docs(context, results, docs)
    return results


def _context() -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _trino(context: EphemeralDataContext, instance: Instance) -> SQLDatasource:
    login = Login.of_program(instance, READER)
    connection = {
        "source": SOURCE,
        "http_scheme": login.scheme,
        "http_session": login.session(),
        # false: Trino understands EXECUTE IMMEDIATE, and need not be asked by every connection
        "legacy_prepared_statements": False,
    }
    datasource = SQLDatasource(
        name="trino",
        connection_string=login.sqlalchemy_url("iceberg"),
        kwargs={"connect_args": connection},
    )
    context.data_sources.add_sql(datasource=datasource)
    try:
        with datasource.get_engine().connect() as trino:
            trino.exec_driver_sql("select 1")
    except SQLAlchemyError as error:
        raise MeshError(f"Trino does not answer at {instance.address('trino')}: mesh stack up") from error
    return datasource


def _run(context: EphemeralDataContext, datasource: SQLDatasource, suite: Suite, run_id: str) -> list[CheckResult]:
    try:
        checkpoint = _checkpoint(context, datasource, suite)
        answers = checkpoint.run(batch_parameters=suite.batch_parameters).run_results
        (answer,) = answers.values()
    except Exception as error:
        # a checkpoint that cannot be run is an outcome of its checks, and no reason to lose those of the others
        return errored_results(suite, f"{type(error).__name__}: {error}", run_id, datetime.now(UTC))
    return results_of(suite, answer, run_id, datetime.now(UTC))


def _checkpoint(context: EphemeralDataContext, datasource: SQLDatasource, suite: Suite) -> gx.Checkpoint:
    # a query instead of a table would make it read all of information_schema for the columns
    asset = datasource.add_table_asset(
        suite.table_name, table_name=suite.table, schema_name=os.environ.get("MESH_SCHEMA_PREFIX", "") + suite.schema
    )
    if suite.batch_parameters:
        rows = PartitionerMultiColumnValue(column_names=list(suite.batch_parameters))
        batch = asset.add_batch_definition(suite.name, rows, validate_partitioner=False)
    else:
        batch = asset.add_batch_definition_whole_table(suite.name)
    expectations = ExpectationSuite(name=suite.name, expectations=[check.expectation for check in suite.checks])
    validation = gx.ValidationDefinition(name=suite.name, data=batch, suite=context.suites.add(expectations))
    return context.checkpoints.add(
        gx.Checkpoint(
            name=suite.checkpoint_name,
            validation_definitions=[context.validation_definitions.add(validation)],
            result_format={"result_format": "BASIC", "partial_unexpected_count": EXAMPLES},
        )
    )
