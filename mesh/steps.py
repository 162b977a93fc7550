"""What a person sees of a long command: steps that stay, and one line that moves; all else goes to a log."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from mesh.errors import MeshError

PLAIN_SECONDS = 30
"""How often a line is printed where none can move."""

_TAIL_BYTES = 4000
_STDOUT, _STDERR = 1, 2


class Steps:
    """The steps of one command. The moving line is the log's last one."""

    def __init__(self, console: Console, log: Path) -> None:
        self._console = console
        self._log = log
        self._title = ""
        self._began = time.monotonic()
        self._log_began = 0

    def begin(self, title: str) -> None:
        """Begin a step; its details are what anybody prints from now on."""
        print(title)
        self._title, self._began, self._log_began = title, time.monotonic(), self._log.stat().st_size

    def end(self, outcome: str) -> None:
        """End the step with a line that stays."""
        self.say(f"{self._title}: {outcome}, {time.monotonic() - self._began:.0f} s")
        self._title, self._began = "", time.monotonic()

    def say(self, line: str) -> None:
        """Show a line that stays; the log has it too."""
        print(line)
        self._console.print(Text.from_ansi(line), soft_wrap=True)

    def details(self) -> list[str]:
        """Every line of the log since the step began, without colours."""
        with self._log.open("rb") as log:
            log.seek(self._log_began)
            return Text.from_ansi(log.read().decode(errors="replace")).plain.splitlines()

    def __rich__(self) -> Text:
        """The moving line."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        last = Text.from_ansi(lines[-1]).plain.strip() if lines else ""
        words = (self._title, f"({time.monotonic() - self._began:.0f} s)", last if last != self._title else "")
        return Text(" ".join(filter(None, words)), no_wrap=True, overflow="ellipsis")


@contextmanager
def show_steps(log: Path) -> Iterator[Steps]:
    """Send everything that is printed in the block, by child processes too, to the log, and show the steps instead.

    On a terminal one line moves; elsewhere the same line is printed every half a minute, without control characters.

    Raises:
        MeshError: the block's own, with the log's name.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        terminal = stack.enter_context(os.fdopen(os.dup(_STDOUT), "w"))
        stack.enter_context(_printed_to(log))
        console = Console(file=terminal, highlight=False)
        steps = Steps(console, log)
        steps.say(f"all that is said: {log}")
        if console.is_terminal:
            live = Live(steps, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
            stack.enter_context(live)
        else:
            stack.enter_context(every(PLAIN_SECONDS, lambda: console.print(steps, soft_wrap=True)))
        try:
            yield steps
        except MeshError as error:
            raise MeshError(f"{error}; all that was said is in {log}") from error


@contextmanager
def _printed_to(log: Path) -> Iterator[None]:
    """Standard output and error of this process, and of those that it starts, go to a new log."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.stderr.flush()
    kept = {descriptor: os.dup(descriptor) for descriptor in (_STDOUT, _STDERR)}
    with log.open("w") as file:
        for descriptor in kept:
            os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in kept.items():
            os.dup2(copy, descriptor)
            os.close(copy)


@contextmanager
def every(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Act again and again while the block runs, `seconds` apart."""
    ended = threading.Event()

    def repeat() -> None:
        while not ended.wait(seconds):
            act()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
