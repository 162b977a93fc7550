"""The data mesh's own glue: it runs the servers, replays input, submits jobs and proves the numbers."""
