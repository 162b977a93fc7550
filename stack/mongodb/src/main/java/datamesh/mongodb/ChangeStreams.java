package datamesh.mongodb;

import java.util.List;
import java.util.Optional;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.CursorNotFoundException;
import de.bwaldvogel.mongo.exception.MongoServerError;

/** Opens change streams and answers their getMore commands. */
final class ChangeStreams {

    private static final int FIRST_BATCH = 101;
    private static final int MAX_BATCH = 1000;
    private static final long DEFAULT_WAIT_MILLIS = 1000;

    private final Oplog oplog;
    private final CursorRegistry cursors;
    private final DatabaseResolver databases;

    ChangeStreams(Oplog oplog, CursorRegistry cursors, DatabaseResolver databases) {
        this.oplog = oplog;
        this.cursors = cursors;
        this.databases = databases;
    }

    /** Whether the pipeline opens a change stream. */
    static boolean isChangeStream(List<Document> pipeline) {
        return !pipeline.isEmpty() && pipeline.get(0).containsKey("$changeStream");
    }

    /**
     * @throws MongoServerError 260 for a token that is not this server's, 286 for a position the log no
     *     longer has, 2 or 20 for options and stages that do not fit
     */
    Document open(String database, Document command, List<Document> pipeline) {
        Document options = (Document) pipeline.get(0).get("$changeStream");
        boolean splits = pipeline.get(pipeline.size() - 1).containsKey(LargeEvents.SPLIT_STAGE);
        List<Document> stages = pipeline.subList(1, pipeline.size() - (splits ? 1 : 0));
        Pipelines.checkChangeStreamStages(stages);
        String collection = command.get("aggregate") instanceof String name ? name : null;
        boolean wholeCluster = Boolean.TRUE.equals(options.get("allChangesForCluster"));
        ChangeStreamScope scope = new ChangeStreamScope(wholeCluster ? null : database, collection);
        ResumeToken start = startOf(options);
        // of an event that was seen in part, the rest comes first
        long position = start.fragment() == 0 ? start.position() : start.position() - 1;
        oplog.requireHistorySince(position);
        ChangeStreamCursor cursor = new ChangeStreamCursor(
            cursors.generateCursorId(),
            oplog,
            scope,
            new ChangeEvents(options, this::currentDocument),
            Pipelines.compile(stages, databases, databases.resolve(database), null),
            splits,
            position,
            start.fragment());
        int batchSize = command.get("cursor") instanceof Document cursorOptions
            ? intOf(cursorOptions.get("batchSize"), FIRST_BATCH)
            : FIRST_BATCH;
        List<Document> batch = cursor.takeDocuments(batchSize);
        cursors.add(cursor);
        return reply(database + "." + (collection == null ? "$cmd.aggregate" : collection), "firstBatch", batch, cursor);
    }

    Document getMore(String database, Document command, ChangeStreamCursor cursor) {
        int batchSize = intOf(command.get("batchSize"), 0);
        long wait = command.get("maxTimeMS") instanceof Number millis ? millis.longValue() : DEFAULT_WAIT_MILLIS;
        List<Document> batch = cursor.nextBatch(batchSize > 0 ? batchSize : MAX_BATCH, wait);
        return reply(database + "." + command.get("collection"), "nextBatch", batch, cursor);
    }

    private Document reply(String namespace, String batchName, List<Document> batch, ChangeStreamCursor cursor) {
        if (cursor.isEmpty()) {
            cursors.remove(cursor);
        }
        return new Document("cursor", new Document(batchName, batch)
            .append("postBatchResumeToken", cursor.resumeToken().toDocument())
            .append("id", cursor.isEmpty() ? 0L : cursor.getId())
            .append("ns", namespace))
            .append("ok", 1.0);
    }

    private ResumeToken startOf(Document options) {
        if (options.get("resumeAfter") != null) {
            ResumeToken token = ResumeToken.parse(options.get("resumeAfter"));
            if (token.invalidate()) {
                throw new MongoServerError(260, "InvalidResumeToken",
                    "cannot resume after an invalidate event: use startAfter");
            }
            return knownPosition(token);
        }
        if (options.get("startAfter") != null) {
            return knownPosition(ResumeToken.parse(options.get("startAfter")));
        }
        if (options.get("startAtOperationTime") instanceof BsonTimestamp time) {
            return ResumeToken.at(time.getValue() - 1);
        }
        return ResumeToken.at(oplog.committedPosition());
    }

    /** A token from beyond the log's end was given out by another log: what lies between is unknown. */
    private ResumeToken knownPosition(ResumeToken token) {
        if (token.position() > oplog.committedPosition()) {
            throw new MongoServerError(286, "ChangeStreamHistoryLost",
                "Resume of change stream was not possible, the resume point is not from this oplog.");
        }
        return token;
    }

    private Document currentDocument(Namespace namespace, Object id) {
        MongoDatabase database = databases.resolve(namespace.database());
        MongoCollection<?> collection = database.resolveCollection(namespace.collection(), false);
        return collection == null
            ? null
            : collection.handleQueryAsStream(new Document("_id", new Document("$eq", id))).findFirst().orElse(null);
    }

    /**
     * The cursor, if it is a change stream's.
     *
     * @throws CursorNotFoundException if there is no cursor with that id
     */
    Optional<ChangeStreamCursor> find(long cursorId) {
        return Optional.of(cursors.getCursor(cursorId))
            .filter(ChangeStreamCursor.class::isInstance)
            .map(ChangeStreamCursor.class::cast);
    }

    /** Ends the wait of a stream's getMore, if the cursor is one. */
    void close(long cursorId) {
        try {
            find(cursorId).ifPresent(ChangeStreamCursor::close);
        } catch (CursorNotFoundException alreadyGone) {
            // nothing waits
        }
    }

    private static int intOf(Object value, int otherwise) {
        return value instanceof Number number ? number.intValue() : otherwise;
    }
}
