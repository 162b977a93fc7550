package datamesh.mongodb;

import java.util.List;

import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;

/**
 * A database of durable collections. The library keeps the names of collections and the definitions of
 * indexes in collections of their own; as those are durable like any other, opening them is all it takes
 * to get both back after a restart.
 */
final class EmulatorDatabase extends AbstractSynchronizedMongoDatabase<Long> {

    private final DurableStore store;
    private final Journal journal;

    EmulatorDatabase(String name, CursorRegistry cursors, DurableStore store, Journal journal) {
        super(name, cursors);
        this.store = store;
        this.journal = journal;
        initializeNamespacesAndIndexes();
    }

    @Override
    protected EmulatorCollection openOrCreateCollection(String name, CollectionOptions options) {
        return new EmulatorCollection(this, name, options, cursorRegistry, store, journal);
    }

    @Override
    protected Index<Long> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
        return new PositionIndex(name, keys, sparse);
    }

    @Override
    protected long getStorageSize() {
        return 0;
    }

    @Override
    protected long getFileSize() {
        return 0;
    }
}
