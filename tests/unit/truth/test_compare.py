"""Each way in which the lake can be wrong fails the comparison, with the name of the row."""

from __future__ import annotations

from bson.decimal128 import Decimal128

from mesh.truth.canonical import canonical_bytes, from_bson, from_extended_json, key_of
from mesh.truth.compare import compare
from mesh.truth.result import SAMPLES, CheckResult
from mesh.truth.source import collection_of, document_key

ORDERS = collection_of(
    "orders",
    [
        {
            "_id": "ORD-1",
            "status": "picking",
            "total": Decimal128("1.10"),
            "items": [{"sku": "A"}, {"sku": "B"}],
        },
        {"_id": "ORD-2", "status": "packed", "note": None},
        {"_id": 3, "status": "received"},
    ],
)
TEXTS = {
    '"ORD-1"': '{"_id": "ORD-1", "items": [{"sku": "A"}, {"sku": "B"}], "status": "picking",'
    ' "total": {"$numberDecimal": "1.10"}}',
    '"ORD-2"': '{"_id": "ORD-2", "status": "packed", "note": null}',
    "3": '{"_id": 3, "status": "received"}',
}


def compare_with(rows: list[tuple[str, str]]) -> CheckResult:
    return compare(
        "bronze.orders",
        ORDERS.ids,
        lambda row_id: canonical_bytes(from_bson(ORDERS.document(row_id))),
        ((key_of(document_id), canonical_bytes(from_extended_json(text))) for document_id, text in rows),
    )


def test_equal_sides_pass_with_equal_digests_in_any_order() -> None:
    forwards, backwards = compare_with([*TEXTS.items()]), compare_with([*TEXTS.items()][::-1])
    assert forwards.passed
    assert forwards == backwards
    assert (forwards.source_rows, forwards.lake_rows) == (3, 3)
    assert forwards.source_digest == forwards.lake_digest != ""


def test_a_document_that_never_landed_is_missing() -> None:
    result = compare_with([row for row in TEXTS.items() if row[0] != '"ORD-2"'])
    assert not result.passed
    assert (result.missing, result.extra, result.different) == (1, 0, 0)
    assert result.source_digest != result.lake_digest
    assert "missing" in result.samples[0]
    assert "ORD-2" in result.samples[0]


def test_a_document_whose_delete_was_lost_is_extra() -> None:
    result = compare_with([*TEXTS.items(), ('"ORD-9"', '{"_id": "ORD-9"}')])
    assert not result.passed
    assert (result.missing, result.extra, result.different) == (0, 1, 0)
    assert "ORD-9" in result.samples[0]


def test_a_document_that_came_twice_is_extra_even_with_the_same_content() -> None:
    result = compare_with([*TEXTS.items(), ("3", TEXTS["3"])])
    assert not result.passed
    assert (result.missing, result.extra, result.different) == (0, 1, 0)
    assert "more than once" in result.samples[0]
    assert result.source_digest != result.lake_digest


def test_a_lost_update_is_different_and_names_the_field() -> None:
    stale = TEXTS | {'"ORD-1"': TEXTS['"ORD-1"'].replace("picking", "received").replace('"B"', '"C"')}
    result = compare_with([*stale.items()])
    assert not result.passed
    assert (result.missing, result.extra, result.different) == (0, 0, 1)
    assert "ORD-1" in result.samples[0]
    assert 'status is "picking" in the source, "received" in the lake' in result.samples[0]
    assert 'items[1].sku is "B" in the source, "C" in the lake' in result.samples[0]


def test_a_decimal_that_became_a_double_is_different() -> None:
    typed = TEXTS | {'"ORD-1"': TEXTS['"ORD-1"'].replace('{"$numberDecimal": "1.10"}', "1.1")}
    assert compare_with([*typed.items()]).different == 1


def test_a_null_that_was_dropped_is_different() -> None:
    result = compare_with([*(TEXTS | {'"ORD-2"': '{"_id": "ORD-2", "status": "packed"}'}).items()])
    assert result.different == 1
    assert "note is null in the source, absent in the lake" in result.samples[0]


def test_an_id_of_another_type_is_another_document() -> None:
    result = compare_with([('"3"', TEXTS["3"]) if row[0] == "3" else row for row in TEXTS.items()])
    assert (result.missing, result.extra) == (1, 1)


def test_a_lake_full_of_differences_shows_a_few() -> None:
    result = compare_with([(f'"NEW-{number}"', "{}") for number in range(100)])
    assert result.extra == 100
    assert len(result.samples) == SAMPLES


def test_a_check_that_could_not_run_does_not_pass() -> None:
    assert not CheckResult("gold.t", error="Trino: no such table").passed


def test_ids_of_every_kind_meet_their_key_in_the_lake() -> None:
    assert key_of('"grün"') == document_key("grün")
    assert key_of(' {"$numberDecimal": "1.0"}') == document_key(Decimal128("1.0"))
    assert key_of("not json") not in {document_key("not json"), document_key(None)}
