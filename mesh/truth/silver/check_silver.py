"""Compares silver's rows with the source's documents."""

from __future__ import annotations

from mesh.lake import Lake, LakeError
from mesh.truth.canonical import canonical_bytes
from mesh.truth.compare import compare
from mesh.truth.result import CheckResult
from mesh.truth.silver.enriched import pick_tasks_enriched
from mesh.truth.silver.rejected import check_rejected
from mesh.truth.silver.tables import TABLES, SilverTable, build_rows_sql, row_of, rows_of_lake
from mesh.truth.source import Collection, Source


def check_silver(source: Source, lake: Lake) -> list[CheckResult]:
    """Compare the rows that are not deleted; a deleted row of a document that exists differs."""
    return [
        *(
            _check_table(table, source.collections[table.documents.collection], lake)
            for table in (*TABLES, pick_tasks_enriched(source))
        ),
        check_rejected(source, lake),
    ]


def _check_table(table: SilverTable, collection: Collection, lake: Lake) -> CheckResult:
    name = f"silver.{table.name}"
    try:
        return compare(
            name,
            collection.ids,
            lambda row_id: canonical_bytes(row_of(table, collection.document(row_id))),
            rows_of_lake(table, collection, lake.rows(build_rows_sql(table))),
        )
    except LakeError as error:
        return CheckResult(name, source_rows=len(collection.ids), error=str(error))
