package datamesh.mongodb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Collects what the running write command changed in memory, then writes it to the file: the current
 * documents and, for collections that change streams show, the log.
 */
final class Journal {

    private final DurableStore store;
    private final Oplog oplog;
    private final ReentrantLock writeLock;
    private final List<Change> pending = new ArrayList<>();

    Journal(DurableStore store, Oplog oplog, ReentrantLock writeLock) {
        this.store = store;
        this.oplog = oplog;
        this.writeLock = writeLock;
    }

    /** @throws IllegalStateException if the change is made outside a write command: it would be lost */
    void record(Change change) {
        if (!writeLock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a write outside the write path: " + change.namespace());
        }
        pending.add(change);
    }

    /** Makes the pending changes durable, then visible to change streams. */
    void commit() {
        Instant now = Instant.now();
        for (Change change : pending) {
            byte[] before = applyToDocuments(change);
            if (change.namespace().isLogged()) {
                oplog.append(new OplogEntry(
                    change.operation(), change.namespace(), now, before, change.after(), change.target()));
            }
        }
        pending.clear();
        oplog.trim();
        store.commit();
        oplog.publish();
    }

    private byte[] applyToDocuments(Change change) {
        switch (change.operation()) {
            case INSERT:
            case UPDATE:
            case REPLACE:
                return store.putDocument(change.namespace(), change.position(), change.after());
            case DELETE:
                return store.removeDocument(change.namespace(), change.position());
            case DROP:
                store.removeCollection(change.namespace());
                return null;
            case RENAME:
                store.renameCollection(change.namespace(), change.target());
                return null;
            default:
                return null;
        }
    }
}
