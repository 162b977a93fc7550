package datamesh.mongodb;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.NoopOplog;

/** Aggregation stages as the library knows them. */
final class Pipelines {

    private static final Set<String> CHANGE_STREAM_STAGES = Set.of("$match", "$addFields", "$set", "$project", "$unset",
        "$replaceRoot", "$replaceWith", "$redact");

    private Pipelines() {
    }

    static Aggregation compile(List<Document> stages, DatabaseResolver databases, MongoDatabase database,
                               MongoCollection<?> collection) {
        List<Document> known = new ArrayList<>();
        stages.forEach(stage -> known.add(withoutAlias(stage)));
        return Aggregation.fromPipeline(known, databases, database, collection, NoopOplog.get());
    }

    /** @throws MongoServerError 20 for a stage that looks beyond the single event, as MongoDB does */
    static void checkChangeStreamStages(List<Document> stages) {
        for (Document stage : stages) {
            for (String name : stage.keySet()) {
                if (name.equals(LargeEvents.SPLIT_STAGE)) {
                    throw new MongoServerError(7182802, "Location7182802",
                        name + " must be the last stage in the pipeline");
                }
                if (!CHANGE_STREAM_STAGES.contains(name)) {
                    throw new MongoServerError(20, "IllegalOperation",
                        name + " is not permitted in a $changeStream pipeline");
                }
            }
        }
    }

    private static Document withoutAlias(Document stage) {
        if (stage.containsKey("$set")) {
            return new Document("$addFields", stage.get("$set"));
        }
        if (stage.containsKey("$replaceWith")) {
            return new Document("$replaceRoot", new Document("newRoot", stage.get("$replaceWith")));
        }
        return stage;
    }
}
