"""`rejected_rows`: one row for each business rule that a document breaks, alone or beside other collections."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.lake import Lake, LakeError
from mesh.truth.canonical import canonical_bytes, key_of
from mesh.truth.columns import Row
from mesh.truth.compare import compare
from mesh.truth.documents import ORDERS, PACK_TASKS, PICK_TASKS, SHIPMENTS, WORKERS, DocumentType
from mesh.truth.result import CheckResult
from mesh.truth.silver.tables import TABLES
from mesh.truth.source import Source

NAME = "silver.rejected_rows"
ROWS_SQL = "select table_name, document_id, rule, entity_id from iceberg.silver.rejected_rows"
_WITH_ORDER_AND_WORKER = (PICK_TASKS, PACK_TASKS, SHIPMENTS)


def check_rejected(source: Source, lake: Lake) -> CheckResult:
    """Compare the view's rows by table, document and rule."""
    expected = dict(compute_rejected(source))
    try:
        found = (
            (_row_id(table, key_of(document_id), rule), canonical_bytes(entity_id))
            for table, document_id, rule, entity_id in lake.rows(ROWS_SQL)
        )
        return compare(NAME, expected.keys(), lambda row_id: canonical_bytes(expected[row_id]), found)
    except LakeError as error:
        return CheckResult(NAME, source_rows=len(expected), error=str(error))


def compute_rejected(source: Source) -> Iterator[tuple[str, str]]:
    """(row id, entity's id) of every rule broken."""
    order_ids, worker_ids = _ids(source, ORDERS), _ids(source, WORKERS)
    for table in TABLES:
        documents, collection = table.documents, source.collections[table.documents.collection]
        for key in collection.ids:
            row = documents.read(collection.document(key))
            rules = table.compute(row)["broken_rules"]
            if documents in _WITH_ORDER_AND_WORKER:
                rules = rules + _unknown(row, order_ids, worker_ids)
            for rule in rules:
                yield _row_id(table.name, key, rule), row[documents.id_column]


def _unknown(row: Row, order_ids: set[str], worker_ids: set[str]) -> list[str]:
    references = {"unknown_order": (row["order_id"], order_ids), "unknown_worker": (row["worker_id"], worker_ids)}
    return [rule for rule, (found, ids) in references.items() if found is not None and found not in ids]


def _ids(source: Source, documents: DocumentType) -> set[str]:
    return {row[documents.id_column] for row in documents.read_all(source, documents.id_column)}


def _row_id(table: str, document_key: str, rule: str) -> str:
    return f"{table} {document_key} {rule}"
