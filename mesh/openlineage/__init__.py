"""OpenLineage events, for any catalog that reads them."""
