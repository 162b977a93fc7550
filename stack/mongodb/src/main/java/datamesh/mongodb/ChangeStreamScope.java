package datamesh.mongodb;

/**
 * What a change stream watches.
 *
 * @param database the database; null for the whole cluster
 * @param collection the collection; null for the whole database
 */
record ChangeStreamScope(String database, String collection) {

    boolean includes(OplogEntry entry) {
        if (entry.operation() == Operation.DROP_DATABASE) {
            return collection == null && (database == null || entry.namespace().database().equals(database));
        }
        return includes(entry.namespace()) || entry.target() != null && includes(entry.target());
    }

    /** Whether the entry takes away what is watched, which ends the stream. */
    boolean isInvalidatedBy(OplogEntry entry) {
        switch (entry.operation()) {
            case DROP:
            case RENAME:
                return collection != null;
            case DROP_DATABASE:
                return database != null;
            default:
                return false;
        }
    }

    private boolean includes(Namespace namespace) {
        return (database == null || namespace.database().equals(database))
            && (collection == null || namespace.collection().equals(collection));
    }
}
