package datamesh.mongodb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoCollection;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentComparator;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.BsonConstants;

/**
 * A collection in memory that tells the journal of every change.
 *
 * <p>Documents are kept as BSON, a fraction of the space of decoded ones. Readers hold the monitor only
 * while they copy references, and decode, match and sort without it.
 */
final class EmulatorCollection extends AbstractMongoCollection<Long> {

    private final Journal journal;
    private final NavigableMap<Long, byte[]> documents = new TreeMap<>();
    private long nextPosition;
    private boolean changingOne;
    private boolean replacing;

    EmulatorCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors,
                       DurableStore store, Journal journal) {
        super(database, name, options, cursors);
        this.journal = journal;
        store.forEachDocument(namespace(), documents::put);
        this.nextPosition = documents.isEmpty() ? 0 : documents.lastKey() + 1;
    }

    @Override
    protected QueryResult queryDocuments(Document query, Document orderBy, int skip, int limit, int batchSize,
                                         Document projection) {
        Stream<byte[]> matches = candidatesFor(query, orderBy).stream();
        if (!query.isEmpty()) {
            matches = matches.filter(bson -> documentMatchesQuery(Bson.decode(bson), query));
        }
        DocumentComparator order = deriveComparator(orderBy);
        if (order != null) {
            matches = sorted(matches, orderBy, order);
        }
        matches = matches.skip(skip);
        // An update of one document asks for all that match, and takes the first.
        int wanted = Thread.holdsLock(this) && changingOne ? 1 : limit;
        if (wanted > 0) {
            matches = matches.limit(wanted);
        }
        return resultOf(matches.toList(), batchSize, projection);
    }

    /** Sorts without keeping more of each document than the fields to sort by. */
    private static Stream<byte[]> sorted(Stream<byte[]> documents, Document orderBy, DocumentComparator order) {
        record Sortable(Document fields, byte[] bson) {
        }
        Set<String> roots = orderBy.keySet().stream()
            .map(path -> path.split("\\.", 2)[0])
            .collect(Collectors.toSet());
        return documents
            .map(bson -> {
                Document fields = Bson.decode(bson);
                fields.keySet().retainAll(roots);
                return new Sortable(fields, bson);
            })
            .sorted(Comparator.comparing(Sortable::fields, order))
            .map(Sortable::bson);
    }

    private QueryResult resultOf(List<byte[]> matches, int batchSize, Document fields) {
        UnaryOperator<Document> projection = fields == null || fields.isEmpty()
            ? UnaryOperator.identity()
            : document -> project(document, fields);
        if (batchSize <= 0) {
            return new QueryResult(() -> matches.stream().map(Bson::decode).map(projection).iterator());
        }
        BsonCursor cursor = new BsonCursor(cursorRegistry.generateCursorId(), matches, projection);
        List<Document> firstBatch = cursor.takeDocuments(batchSize);
        if (cursor.isEmpty()) {
            return new QueryResult(firstBatch);
        }
        cursorRegistry.add(cursor);
        return new QueryResult(firstBatch, cursor);
    }

    /** The library's projection is reached only through a query: here one that finds just the document. */
    private Document project(Document document, Document fields) {
        return matchDocumentsFromStream(Stream.of(document), new Document(), null, 0, 0, 0, fields)
            .collectDocuments().get(0);
    }

    @Override
    protected QueryResult matchDocuments(Document query, Document orderBy, int skip, int limit, int batchSize,
                                         Document projection) {
        return queryDocuments(query, orderBy, skip, limit, batchSize, projection);
    }

    /** A superset of the matching documents: those a unique index names, else all. */
    private synchronized List<byte[]> candidatesFor(Document query, Document orderBy) {
        for (Index<Long> index : getIndexes()) {
            Document keyQuery = restrictToKeys(query, index);
            if (keyQuery != null && index.canHandle(keyQuery)) {
                List<byte[]> found = new ArrayList<>();
                index.getPositions(keyQuery).forEach(position -> found.add(documents.get(position)));
                return found;
            }
        }
        List<byte[]> all = new ArrayList<>(documents.values());
        if (isNaturalDescending(orderBy)) {
            Collections.reverse(all);
        }
        return all;
    }

    private static Document restrictToKeys(Document query, Index<Long> index) {
        Document restricted = new Document();
        for (IndexKey key : index.getKeys()) {
            if (!query.containsKey(key.getKey())) {
                return null;
            }
            Object condition = query.get(key.getKey());
            boolean isEquality = condition instanceof Document operators && operators.keySet().equals(Set.of("$eq"));
            restricted.put(key.getKey(), isEquality ? ((Document) condition).get("$eq") : condition);
        }
        return restricted;
    }

    @Override
    public synchronized void addDocument(Document document) {
        super.addDocument(document);
    }

    @Override
    public synchronized List<Document> insertDocuments(List<Document> inserted, boolean isOrdered) {
        return super.insertDocuments(inserted, isOrdered);
    }

    @Override
    public synchronized Document updateDocuments(Document selector, Document update, ArrayFilters arrayFilters,
                                                 boolean isMulti, boolean isUpsert, Oplog oplog) {
        return changing(!isMulti, isReplacement(update),
            () -> super.updateDocuments(selector, update, arrayFilters, isMulti, isUpsert, oplog));
    }

    @Override
    public synchronized Document findAndModify(Document command) {
        boolean isReplacement = command.get("update") instanceof Document update && isReplacement(update);
        return changing(true, isReplacement, () -> super.findAndModify(command));
    }

    private Document changing(boolean onlyOne, boolean isReplacement, Supplier<Document> update) {
        changingOne = onlyOne;
        replacing = isReplacement;
        try {
            return update.get();
        } finally {
            changingOne = false;
        }
    }

    private static boolean isReplacement(Document update) {
        return update.keySet().stream().noneMatch(key -> key.startsWith("$"));
    }

    @Override
    public synchronized int deleteDocuments(Document selector, int limit, Oplog oplog) {
        return super.deleteDocuments(selector, limit, oplog);
    }

    @Override
    public synchronized void removeDocument(Document document) {
        super.removeDocument(document);
    }

    @Override
    public synchronized void addIndex(Index<Long> index) {
        super.addIndex(index);
    }

    @Override
    public synchronized void dropIndex(String indexName) {
        super.dropIndex(indexName);
    }

    @Override
    public synchronized void drop() {
        super.drop();
        documents.clear();
        journal.record(Change.dropOf(namespace()));
    }

    @Override
    public synchronized void renameTo(MongoDatabase newDatabase, String newName) {
        Namespace old = namespace();
        super.renameTo(newDatabase, newName);
        journal.record(Change.renameOf(old, namespace()));
    }

    @Override
    public synchronized int count() {
        return documents.size();
    }

    @Override
    protected Long addDocumentInternal(Document document) {
        byte[] bson = encode(document);
        long position = nextPosition++;
        documents.put(position, bson);
        journal.record(Change.ofDocument(Operation.INSERT, namespace(), position, bson));
        return position;
    }

    @Override
    protected void handleUpdate(Long position, Document before, Document after) {
        byte[] bson;
        try {
            bson = encode(after);
        } catch (RuntimeException refused) {
            // The indexes already follow the new document, which is not going to be stored.
            getIndexes().forEach(index -> index.updateInPlace(after, before, position, this));
            throw refused;
        }
        documents.put(position, bson);
        Operation operation = replacing ? Operation.REPLACE : Operation.UPDATE;
        journal.record(Change.ofDocument(operation, namespace(), position, bson));
    }

    @Override
    protected void removeDocument(Long position) {
        documents.remove(position);
        journal.record(Change.ofDocument(Operation.DELETE, namespace(), position, null));
    }

    @Override
    protected Document getDocument(Long position) {
        return Bson.decode(documents.get(position));
    }

    @Override
    protected Long findDocumentPosition(Document document) {
        return documents.entrySet().stream()
            .filter(entry -> Bson.decode(entry.getValue()).equals(document))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(null);
    }

    @Override
    protected Stream<DocumentWithPosition<Long>> streamAllDocumentsWithPosition() {
        return documents.entrySet().stream()
            .map(entry -> new DocumentWithPosition<>(Bson.decode(entry.getValue()), entry.getKey()));
    }

    @Override
    protected boolean tracksDataSize() {
        // The library would encode every document twice more per write; getDataSize() counts when asked.
        return false;
    }

    @Override
    protected void updateDataSize(int sizeDelta) {
        throw new IllegalStateException("the data size is not tracked");
    }

    @Override
    protected int getDataSize() {
        long size = candidatesFor(new Document(), null).stream().mapToLong(bson -> bson.length).sum();
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    private Namespace namespace() {
        return new Namespace(getDatabaseName(), getCollectionName());
    }

    private static byte[] encode(Document document) {
        byte[] bson = Bson.encode(document);
        if (bson.length > BsonConstants.MAX_BSON_OBJECT_SIZE) {
            throw new MongoServerError(10334, "BSONObjectTooLarge",
                "object to write is " + bson.length + " bytes, more than " + BsonConstants.MAX_BSON_OBJECT_SIZE);
        }
        return bson;
    }
}
