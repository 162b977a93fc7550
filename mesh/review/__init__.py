"""A pull request reviewed as SQL: what a change does to rows, columns, numbers, cost and consumers."""
