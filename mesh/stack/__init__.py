"""The servers of an instance: fetched, configured, supervised, provisioned."""
