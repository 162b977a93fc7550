"""Gold: the measures recomputed from the source's documents in exact arithmetic."""

from mesh.truth.gold.check import check_gold

__all__ = ["check_gold"]
