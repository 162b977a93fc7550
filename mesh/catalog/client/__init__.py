"""Publishes a plan to an OpenMetadata server and reads it back; runs in the client's own Python environment."""
