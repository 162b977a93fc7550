"""The servers of the stack, one module each. To add one: a module here, a folder and a section under `stack/`."""

from mesh.stack.server import Server
from mesh.stack.servers import connect, flink, kafka, mariadb, metastore, mongodb, registry, s3, trino

SERVERS: dict[str, Server] = {
    module.SERVER.name: module.SERVER
    for module in (mongodb, kafka, registry, s3, mariadb, metastore, connect, trino, flink)
}
