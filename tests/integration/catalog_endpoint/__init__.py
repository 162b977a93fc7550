"""A stand-in for an OpenMetadata server: keeps what it is sent, refuses what the API's schemas do not allow."""
