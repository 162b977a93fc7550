"""Compares gold's rows with measures of the source's documents."""

from __future__ import annotations

from mesh.lake import Lake
from mesh.truth.gold import (
    labor_productivity,
    operations_snapshot,
    order_fulfillment,
    shipping_performance,
    wave_performance,
)
from mesh.truth.gold.table import check_table
from mesh.truth.result import CheckResult
from mesh.truth.source import Source

_COMPUTED = {
    module.TABLE: module.compute
    for module in (
        order_fulfillment,
        shipping_performance,
        wave_performance,
        labor_productivity,
        operations_snapshot,
    )
}


def check_gold(source: Source, lake: Lake) -> list[CheckResult]:
    """Compare every table that the source's present documents determine."""
    return [check_table(table, compute(source), lake) for table, compute in _COMPUTED.items()]
