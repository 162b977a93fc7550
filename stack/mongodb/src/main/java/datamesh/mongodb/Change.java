package datamesh.mongodb;

/**
 * One change made in memory and not yet durable.
 *
 * @param position where the document stands in its collection; unused for whole collections
 * @param after the document's BSON after the change; null unless there is one
 * @param target the new name of a renamed collection; else null
 */
record Change(Operation operation, Namespace namespace, long position, byte[] after, Namespace target) {

    static Change ofDocument(Operation operation, Namespace namespace, long position, byte[] after) {
        return new Change(operation, namespace, position, after, null);
    }

    static Change dropOf(Namespace namespace) {
        return new Change(Operation.DROP, namespace, 0, null, null);
    }

    static Change renameOf(Namespace namespace, Namespace target) {
        return new Change(Operation.RENAME, namespace, 0, null, target);
    }

    static Change dropOfDatabase(String database) {
        return new Change(Operation.DROP_DATABASE, new Namespace(database, ""), 0, null, null);
    }
}
