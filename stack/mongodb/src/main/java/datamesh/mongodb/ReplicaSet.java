package datamesh.mongodb;

import java.time.Instant;
import java.util.List;

import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;

/** How the server presents itself to drivers: the primary and only member of a replica set. */
final class ReplicaSet {

    static final String NAME = "rs0";

    static final MongoVersion VERSION = new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(6, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 17;
        }
    };

    private static final ObjectId ELECTION = new ObjectId("7fffffff0000000000000001");
    // The write lock is held for a whole command: a limit on its size is a limit on others' wait.
    private static final int MAX_WRITE_BATCH = 10_000;

    private final String address;
    private final Oplog oplog;

    ReplicaSet(String address, Oplog oplog) {
        this.address = address;
        this.oplog = oplog;
    }

    /** Adds the position up to which the answered command could see the data. */
    Document stamp(Document reply) {
        return reply.append("operationTime", oplog.committedTime());
    }

    Document hello() {
        Document opTime = new Document("ts", oplog.committedTime()).append("t", 1L);
        return new Document("helloOk", true)
            .append("ismaster", true)
            .append("isWritablePrimary", true)
            .append("secondary", false)
            .append("setName", NAME)
            .append("setVersion", 1)
            .append("hosts", List.of(address))
            .append("primary", address)
            .append("me", address)
            .append("electionId", ELECTION)
            .append("lastWrite", new Document("opTime", opTime).append("lastWriteDate", Instant.now()))
            .append("maxBsonObjectSize", BsonConstants.MAX_BSON_OBJECT_SIZE)
            .append("maxMessageSizeBytes", MongoWireProtocolHandler.MAX_MESSAGE_SIZE_BYTES)
            .append("maxWriteBatchSize", MAX_WRITE_BATCH)
            .append("localTime", Instant.now())
            .append("logicalSessionTimeoutMinutes", 30)
            .append("minWireVersion", 0)
            .append("maxWireVersion", VERSION.getWireVersion())
            .append("readOnly", false)
            .append("ok", 1.0);
    }

    Document status() {
        Document self = new Document("_id", 0)
            .append("name", address)
            .append("health", 1.0)
            .append("state", 1)
            .append("stateStr", "PRIMARY")
            .append("self", true);
        return new Document("set", NAME)
            .append("date", Instant.now())
            .append("myState", 1)
            .append("members", List.of(self))
            .append("ok", 1.0);
    }
}
