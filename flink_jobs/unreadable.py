"""Why a message could not be read; its text is the `reason` in `bronze.dead_letters`."""


class Unreadable(Exception):
    """The message's own fault: it goes to dead letters, and the job goes on."""
