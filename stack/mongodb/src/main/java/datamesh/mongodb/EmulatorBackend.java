package datamesh.mongodb;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.QueryMatcher;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;

/**
 * Answers commands: the replica set's and the change streams' here, writes through the {@link WritePath},
 * the rest in mongo-java-server.
 *
 * <p>Commands fail with {@link MongoServerError} and MongoDB's code: 59 for an unknown command, 20 and 115
 * for what the emulator refuses to pretend, 286 for lost history, 13 and 18 for who has not proved a password.
 */
final class EmulatorBackend extends AbstractMongoBackend {

    private static final Logger log = LoggerFactory.getLogger(EmulatorBackend.class);
    private static final Set<String> DATABASES_WITHOUT_COLLECTIONS = Set.of("admin", "config");
    private static final Set<String> SYSTEM_DATABASES = Set.of("admin", "config", "local");
    private static final int FIRST_BATCH = 101;
    private static final int NEXT_BATCH = 1000;

    private final DurableStore store;
    private final WritePath writePath;
    private final ReplicaSet replicaSet;
    private final Optional<Authentication> authentication;
    private final ChangeStreams changeStreams;
    private final Aggregations aggregations;
    private final QueryMatcher matcher = new DefaultQueryMatcher();

    /** Reads all collections back from the store. Without an authentication everybody may do everything. */
    EmulatorBackend(DurableStore store, Oplog oplog, WritePath writePath, ReplicaSet replicaSet,
            Optional<Authentication> authentication) {
        this.store = store;
        this.writePath = writePath;
        this.replicaSet = replicaSet;
        this.authentication = authentication;
        this.changeStreams = new ChangeStreams(oplog, getCursorRegistry(), this::resolveDatabase);
        this.aggregations = new Aggregations(getCursorRegistry(), this::resolveDatabase);
        version(ReplicaSet.VERSION);
        store.namespaces().forEach(namespace -> resolveDatabase(namespace.database()));
        store.finishLoading();
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new EmulatorDatabase(name, getCursorRegistry(), store, writePath.journal());
    }

    @Override
    public Document handleMessage(MongoMessage message) {
        try {
            return super.handleMessage(message);
        } catch (MongoServerError error) {
            return failure(error.getCode(), error.getCodeName(), error.getMessageWithoutErrorCode());
        } catch (MongoServerException error) {
            boolean isMissing = "ns not found".equals(error.getMessageWithoutErrorCode());
            return isMissing
                ? failure(26, "NamespaceNotFound", "ns not found")
                : failure(8, "UnknownError", error.getMessageWithoutErrorCode());
        } catch (RuntimeException error) {
            log.error("failed to answer {}", message.getDocument().keySet(), error);
            return failure(1, "InternalError", String.valueOf(error.getMessage()));
        }
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        authentication.ifPresent(needed -> needed.check(channel, name));
        CommandRules.check(name, query);
        return replicaSet.stamp(CommandRules.isWrite(name)
            ? writePath.run(query, () -> write(channel, database, command, query))
            : read(channel, database, command, query));
    }

    /** A find as drivers asked it before MongoDB 3.6. */
    @Override
    public QueryResult handleQuery(MongoQuery query) {
        authentication.ifPresent(needed -> needed.check(query.getChannel(), "find"));
        return super.handleQuery(query);
    }

    private Document write(Channel channel, String database, String command, Document query) {
        query.putIfAbsent("ordered", true);
        switch (command.toLowerCase(Locale.ROOT)) {
            case "insert":
                return WriteReplies.ofInsert(query, q -> super.handleCommand(channel, database, command, q));
            case "update":
                return WriteReplies.ofUpdate(query, q -> super.handleCommand(channel, database, command, q));
            default:
                return super.handleCommand(channel, database, command, query);
        }
    }

    private Document read(Channel channel, String database, String command, Document query) {
        switch (command.toLowerCase(Locale.ROOT)) {
            case "hello":
            case "ismaster":
                Document greeting = replicaSet.hello();
                authentication.ifPresent(needed -> needed.announce(query, greeting));
                return greeting;
            case "saslstart":
                return authentication.orElseThrow(Authentication::failed).start(channel, query);
            case "saslcontinue":
                return authentication.orElseThrow(Authentication::failed).proceed(channel, query);
            case "replsetgetstatus":
                return replicaSet.status();
            case "listdatabases":
                return listDatabases(query);
            case "listcollections":
                return listCollections(channel, database, command, query);
            case "aggregate":
                return aggregate(database, query);
            case "getmore":
                return getMore(channel, database, command, query);
            case "find":
                putDefaultBatchSize(query, FIRST_BATCH);
                return super.handleCommand(channel, database, command, query);
            case "collmod":
                // The one modification that the rules let pass, images for change streams, is always on.
            case "startsession":
            case "refreshsessions":
            case "endsessions":
            case "killsessions":
                return new Document("ok", 1.0);
            default:
                return super.handleCommand(channel, database, command, query);
        }
    }

    private Document aggregate(String database, Document query) {
        List<Document> pipeline = Aggregation.parse(query.get("pipeline"));
        return ChangeStreams.isChangeStream(pipeline)
            ? changeStreams.open(database, query, pipeline)
            : aggregations.run(database, query, pipeline);
    }

    private Document getMore(Channel channel, String database, String command, Document query) {
        Optional<ChangeStreamCursor> stream = changeStreams.find(((Number) query.get(command)).longValue());
        if (stream.isPresent()) {
            return changeStreams.getMore(database, query, stream.get());
        }
        putDefaultBatchSize(query, NEXT_BATCH);
        return super.handleCommand(channel, database, command, query);
    }

    /** Without a batch size the library answers everything at once. */
    private static void putDefaultBatchSize(Document query, int batchSize) {
        if (!(query.get("batchSize") instanceof Number size) || size.intValue() <= 0) {
            query.put("batchSize", batchSize);
        }
    }

    @Override
    protected Document handleKillCursors(Document query) {
        ((Collection<?>) query.get("cursors")).forEach(id -> changeStreams.close((long) id));
        return super.handleKillCursors(query);
    }

    @Override
    public void dropDatabase(String name) {
        boolean existed = hasCollections(name);
        super.dropDatabase(name);
        if (existed) {
            writePath.journal().record(Change.dropOfDatabase(name));
        }
    }

    private Document listDatabases(Document query) {
        // Debezium takes an empty list for missing rights; a replica set is never without these three.
        List<Document> databases = Stream.concat(
                SYSTEM_DATABASES.stream(), listDatabaseNames().stream().filter(this::hasCollections))
            .distinct()
            .sorted()
            .map(name -> new Document("name", name).append("sizeOnDisk", 0L).append("empty", false))
            .filter(database -> matchesFilter(database, query))
            .collect(Collectors.toList());
        return new Document("databases", databases).append("totalSize", 0L).append("ok", 1.0);
    }

    private Document listCollections(Channel channel, String database, String command, Document query) {
        if (DATABASES_WITHOUT_COLLECTIONS.contains(database)) {
            return new Document("cursor", new Document("id", 0L)
                .append("ns", database + ".$cmd.listCollections")
                .append("firstBatch", List.of()))
                .append("ok", 1.0);
        }
        Document reply = super.handleCommand(channel, database, command, query);
        Document cursor = (Document) reply.get("cursor");
        List<Document> collections = ((Collection<?>) cursor.get("firstBatch")).stream()
            .map(Document.class::cast)
            .filter(collection -> matchesFilter(collection, query))
            .collect(Collectors.toList());
        cursor.put("firstBatch", collections);
        return reply;
    }

    private boolean matchesFilter(Document described, Document query) {
        return !(query.get("filter") instanceof Document filter) || matcher.matches(described, filter);
    }

    private boolean hasCollections(String database) {
        MongoCollection<?> names = resolveDatabase(database).resolveCollection("system.namespaces", false);
        return names != null && names.count() > 0;
    }

    private static Document failure(int code, String codeName, String message) {
        return new Document("ok", 0.0).append("errmsg", message).append("code", code).append("codeName", codeName);
    }
}
