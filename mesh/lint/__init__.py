"""`mesh lint`: rules that the project keeps, and the few exceptions that say why."""
