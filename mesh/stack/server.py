"""What every server of the stack tells about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from mesh.instance import REPOSITORY, Instance


@dataclass(frozen=True)
class Process:
    """One supervised operating-system process.

    `reads` are the files that it reads when it starts: with another content it starts again.
    """

    name: str
    command: list[str]
    directory: Path
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    reads: Sequence[Path] = ()


@dataclass(frozen=True)
class Server:
    """A server: `install` fetches it into the cache, `prepare` writes configuration and says what to run.

    `after` names servers that must be ready before this one can start.
    """

    name: str
    install: Callable[[Instance], None]
    prepare: Callable[[Instance], list[Process]]
    after: tuple[str, ...] = ()


def render(server: str, template: str, target: Path, **values: object) -> Path:
    """Fill `stack/<server>/<template>` with the values (`${name}`) and write it to the target."""
    text = Template((REPOSITORY / "stack" / server / template).read_text())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.substitute({key: str(value) for key, value in values.items()}))
    target.chmod(0o600)
    return target
