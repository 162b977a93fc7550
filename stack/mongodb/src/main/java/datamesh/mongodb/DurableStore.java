package datamesh.mongodb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/**
 * The one file that holds the log, the current documents and the replies to retryable writes, so that
 * a single commit covers all three. Writers hold the write lock of {@link WritePath}; readers need none.
 *
 * <p>Each collection is a map from a document's position to its BSON. Positions rather than ids are the
 * keys because new documents then fill the last page instead of touching a page each.
 */
final class DurableStore {

    private static final String DOCUMENTS = "documents:";
    private static final int PAGE_BYTES = 4096;
    // A reader may still walk pages that a later commit replaced: keep them this long.
    private static final int RETENTION_MS = 10_000;
    private static final int TARGET_FILL_PERCENT = 60;
    private static final int COMPACTION_STEP_BYTES = 2 * 1024 * 1024;

    private final MVStore store;
    private volatile boolean loading = true;

    /** @throws MVStoreException if the file is damaged or another process has it open */
    DurableStore(Path file) {
        store = new MVStore.Builder()
            .fileName(file.toString())
            .pageSplitSize(PAGE_BYTES)
            .autoCommitDisabled()
            .compress()
            .open();
        store.setRetentionTime(RETENTION_MS);
    }

    MVMap<Long, byte[]> openLog(String name) {
        return openPositions(name);
    }

    MVMap<String, byte[]> openNamed(String name) {
        return store.openMap(name, new MVMap.Builder<String, byte[]>().valueType(ByteArrayDataType.INSTANCE));
    }

    /** Every collection that has documents. */
    List<Namespace> namespaces() {
        List<Namespace> namespaces = new ArrayList<>();
        for (String map : store.getMapNames()) {
            if (map.startsWith(DOCUMENTS)) {
                namespaces.add(Namespace.parse(map.substring(DOCUMENTS.length())));
            }
        }
        return namespaces;
    }

    /** Reads a collection back, during start-up only. */
    void forEachDocument(Namespace namespace, BiConsumer<Long, byte[]> action) {
        if (loading && store.hasMap(DOCUMENTS + namespace)) {
            openDocuments(namespace).forEach(action);
        }
    }

    /** From here on memory is ahead of the file: a collection opened anew is a new collection. */
    void finishLoading() {
        loading = false;
    }

    /** @return the document's BSON before, or null */
    byte[] putDocument(Namespace namespace, long position, byte[] document) {
        return openDocuments(namespace).put(position, document);
    }

    /** @return the document's BSON before, or null */
    byte[] removeDocument(Namespace namespace, long position) {
        return openDocuments(namespace).remove(position);
    }

    void removeCollection(Namespace namespace) {
        store.removeMap(DOCUMENTS + namespace);
    }

    void renameCollection(Namespace namespace, Namespace target) {
        if (store.hasMap(DOCUMENTS + namespace)) {
            store.renameMap(openDocuments(namespace), DOCUMENTS + target);
        }
    }

    /** Writes everything since the last commit to the file: it then survives the end of the process. */
    void commit() {
        store.commit();
    }

    /**
     * Rewrites some of the emptiest chunks so that their space can be used again.
     *
     * @return whether there was anything to do
     */
    boolean compactOneStep() {
        boolean rewritten = store.compact(TARGET_FILL_PERCENT, COMPACTION_STEP_BYTES);
        store.commit();
        return rewritten;
    }

    void close() {
        store.close();
    }

    private MVMap<Long, byte[]> openDocuments(Namespace namespace) {
        return openPositions(DOCUMENTS + namespace);
    }

    private MVMap<Long, byte[]> openPositions(String name) {
        return store.openMap(name, new MVMap.Builder<Long, byte[]>()
            .keyType(LongDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
    }
}
