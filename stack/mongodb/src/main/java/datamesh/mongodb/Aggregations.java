package datamesh.mongodb;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;

/** Runs aggregations over collections. The library's own ignores indexes and answers everything in one batch. */
final class Aggregations {

    private static final int FIRST_BATCH = 101;

    private final CursorRegistry cursors;
    private final DatabaseResolver databases;

    Aggregations(CursorRegistry cursors, DatabaseResolver databases) {
        this.cursors = cursors;
        this.databases = databases;
    }

    /** @throws MongoServerError 115 without a collection, and the library's errors for a wrong pipeline */
    Document run(String databaseName, Document command, List<Document> pipeline) {
        if (!(command.get("aggregate") instanceof String name)) {
            throw new MongoServerError(115, "CommandNotSupported",
                "not supported by this emulator: aggregate without a collection");
        }
        MongoDatabase database = databases.resolve(databaseName);
        MongoCollection<?> collection = database.resolveCollection(name, false);
        boolean startsWithMatch = !pipeline.isEmpty() && pipeline.get(0).get("$match") instanceof Document;
        Document filter = startsWithMatch ? (Document) pipeline.get(0).get("$match") : new Document();
        List<Document> stages = startsWithMatch ? pipeline.subList(1, pipeline.size()) : pipeline;
        Aggregation aggregation = Pipelines.compile(stages, databases, database, collection);
        if (!(command.get("cursor") instanceof Document cursorOptions)) {
            throw new MongoServerError(9, "FailedToParse", "The 'cursor' option is required");
        }
        Stream<Document> input = collection == null
            ? Stream.empty()
            : collection.handleQueryAsStream(new Document("$query", filter));
        List<byte[]> result = aggregation.runStagesAsStream(input).map(Bson::encode).toList();
        int batchSize = cursorOptions.get("batchSize") instanceof Number number ? number.intValue() : FIRST_BATCH;
        return reply(databaseName + "." + name, result, batchSize);
    }

    private Document reply(String namespace, List<byte[]> result, int batchSize) {
        BsonCursor cursor = new BsonCursor(cursors.generateCursorId(), result, UnaryOperator.identity());
        List<Document> firstBatch = cursor.takeDocuments(batchSize);
        if (!cursor.isEmpty()) {
            cursors.add(cursor);
        }
        return new Document("cursor", new Document("id", cursor.isEmpty() ? 0L : cursor.getId())
            .append("ns", namespace)
            .append("firstBatch", firstBatch))
            .append("ok", 1.0);
    }
}
