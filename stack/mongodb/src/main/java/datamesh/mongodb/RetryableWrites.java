package datamesh.mongodb;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.bson.Document;

/**
 * The last reply to each session's numbered write. A driver that lost its connection sends the write
 * again under the same number: it gets the first reply instead of a second write. The replies are
 * committed with the writes, so that this holds across a restart too.
 */
final class RetryableWrites {

    private static final Duration SESSION_LIFETIME = Duration.ofMinutes(30);

    private final MVMap<String, byte[]> replies;

    RetryableWrites(DurableStore store) {
        this.replies = store.openNamed("retryable-writes");
    }

    Optional<Document> replyTo(Document command) {
        String session = sessionOf(command);
        byte[] stored = session == null ? null : replies.get(session);
        if (stored == null) {
            return Optional.empty();
        }
        Document record = Bson.decode(stored);
        return record.get("txnNumber").equals(command.get("txnNumber"))
            ? Optional.of((Document) record.get("reply"))
            : Optional.empty();
    }

    void remember(Document command, Document reply) {
        String session = sessionOf(command);
        if (session != null) {
            replies.put(session, Bson.encode(new Document("txnNumber", command.get("txnNumber"))
                .append("at", Instant.now())
                .append("reply", reply)));
        }
    }

    /** Forgets sessions that no driver may use any more; under the write lock. */
    void forgetExpired() {
        Instant oldest = Instant.now().minus(SESSION_LIFETIME);
        for (Iterator<Map.Entry<String, byte[]>> entries = replies.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, byte[]> entry = entries.next();
            if (((Instant) Bson.decode(entry.getValue()).get("at")).isBefore(oldest)) {
                replies.remove(entry.getKey());
            }
        }
    }

    private static String sessionOf(Document command) {
        return command.containsKey("txnNumber") && command.get("lsid") instanceof Document session
            ? String.valueOf(session.get("id"))
            : null;
    }
}
