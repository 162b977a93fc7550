"""What was promised, what was checked, what came of it: results of dbt and Great Expectations, freshness, status."""
