"""Silver's current rows, and the views on them, recomputed from the source's documents."""
