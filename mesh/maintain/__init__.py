"""Maintenance and retention of the lake, as `meta` of dbt's sources and models declares them."""
