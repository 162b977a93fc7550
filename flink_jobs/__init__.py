"""PyFlink: one module per stream, shared table definitions, no business rules."""
