"""The one error that reaches a user as a single line."""


class MeshError(Exception):
    """Something a person can mend; the message says what is wrong and what to do."""
