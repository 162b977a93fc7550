"""Gold: the measures recomputed from the source's documents in exact arithmetic."""
