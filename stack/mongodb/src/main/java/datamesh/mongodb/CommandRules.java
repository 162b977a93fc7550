package datamesh.mongodb;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;

/**
 * Refuses what MongoDB does and the emulator does not, where the library below would silently do
 * something else.
 */
final class CommandRules {

    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findandmodify", "create", "drop",
        "dropdatabase", "createindexes", "dropindexes", "renamecollection");
    private static final Set<String> COLLECTION_OPTIONS = Set.of("viewOn", "timeseries", "capped", "validator",
        "clusteredIndex", "expireAfterSeconds", "encryptedFields");
    /** Compares strings as they are compared without a collation; Trino asks for it in every find. */
    private static final Document SIMPLE_COLLATION = new Document("locale", "simple");
    private static final Set<String> INDEX_OPTIONS = Set.of("expireAfterSeconds", "partialFilterExpression");
    private static final Set<String> COLLMOD_FIELDS = Set.of("collMod", "changeStreamPreAndPostImages", "lsid", "$db",
        "$clusterTime", "$readPreference", "writeConcern", "comment");

    private CommandRules() {
    }

    static boolean isWrite(String command) {
        return WRITES.contains(command);
    }

    /**
     * @param command the command's name in lower case
     * @throws MongoServerError if the emulator cannot do what the command asks for
     */
    static void check(String command, Document query) {
        if (query.containsKey("startTransaction") || query.containsKey("autocommit")) {
            throw new MongoServerError(20, "IllegalOperation", "transactions are not supported by this emulator");
        }
        refuseCollation(query);
        switch (command) {
            case "update":
                documents(query.get("updates")).forEach(CommandRules::checkUpdateStatement);
                break;
            case "delete":
                documents(query.get("deletes")).forEach(CommandRules::refuseCollation);
                break;
            case "findandmodify":
                refusePipelineUpdate(query.get("update"));
                break;
            case "aggregate":
                documents(query.get("pipeline")).forEach(CommandRules::checkStage);
                break;
            case "create":
                refuseFields(query, COLLECTION_OPTIONS, "collections with");
                break;
            case "createindexes":
                documents(query.get("indexes")).forEach(index -> refuseFields(index, INDEX_OPTIONS, "indexes with"));
                break;
            case "collmod":
                query.keySet().stream().filter(field -> !COLLMOD_FIELDS.contains(field)).findFirst()
                    .ifPresent(field -> {
                        throw unsupported("collMod of " + field);
                    });
                break;
            case "renamecollection":
                checkRename((String) query.get("renameCollection"), (String) query.get("to"));
                break;
            default:
        }
    }

    private static void checkUpdateStatement(Document statement) {
        refuseCollation(statement);
        refusePipelineUpdate(statement.get("u"));
    }

    private static void refusePipelineUpdate(Object update) {
        if (update instanceof List) {
            throw unsupported("an update given as a pipeline");
        }
    }

    private static void refuseCollation(Document options) {
        if (options.containsKey("collation") && !SIMPLE_COLLATION.equals(options.get("collation"))) {
            throw unsupported("collation");
        }
    }

    private static void checkStage(Document stage) {
        refuseFields(stage, Set.of("$out", "$merge"), "the stage");
    }

    private static void checkRename(String from, String to) {
        if (!Namespace.parse(from).database().equals(Namespace.parse(to).database())) {
            throw unsupported("renaming a collection into another database");
        }
    }

    private static void refuseFields(Document options, Set<String> refused, String what) {
        options.keySet().stream().filter(refused::contains).findFirst().ifPresent(field -> {
            throw unsupported(what + " " + field);
        });
    }

    private static List<Document> documents(Object list) {
        return list instanceof Collection<?> elements
            ? elements.stream().filter(Document.class::isInstance).map(Document.class::cast).toList()
            : List.of();
    }

    private static MongoServerError unsupported(String what) {
        return new MongoServerError(115, "CommandNotSupported", "not supported by this emulator: " + what);
    }
}
