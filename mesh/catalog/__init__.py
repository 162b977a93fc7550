"""Publishes the platform to an OpenMetadata server."""
