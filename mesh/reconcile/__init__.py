"""Makes silver hold what MongoDB holds where a change was never told: a collection renamed, dropped or restored."""
