"""Silver's current rows, and the views on them, recomputed from the source's documents."""

from mesh.truth.silver.check import check_silver

__all__ = ["check_silver"]
