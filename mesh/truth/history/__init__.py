"""The histories, and the measures of stock changes, recomputed from the change log in Kafka."""

from mesh.truth.history.check import check_history

__all__ = ["check_history"]
