package datamesh.mongodb;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import de.bwaldvogel.mongo.bson.Document;

/**
 * The one way in for write commands: one at a time, each committed to the file before it is answered.
 * A command that fails half way commits what it did change, as MongoDB does.
 */
final class WritePath {

    private static final Logger log = LoggerFactory.getLogger(WritePath.class);
    private static final int EXIT_NOT_DURABLE = 3;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final DurableStore store;
    private final Journal journal;
    private final RetryableWrites retryableWrites;

    WritePath(DurableStore store, Oplog oplog) {
        this.store = store;
        this.journal = new Journal(store, oplog, lock);
        this.retryableWrites = new RetryableWrites(store);
    }

    Journal journal() {
        return journal;
    }

    Document run(Document command, Supplier<Document> execution) {
        lock.lock();
        try {
            Optional<Document> earlierReply = retryableWrites.replyTo(command);
            if (earlierReply.isPresent()) {
                return earlierReply.get();
            }
            try {
                Document reply = execution.get();
                retryableWrites.remember(command, reply);
                return reply;
            } finally {
                commitOrHalt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives space of replaced documents back, in steps short enough for writers to pass between them. */
    void compact(int maxSteps) {
        boolean more = true;
        for (int step = 0; more && step < maxSteps; step++) {
            lock.lock();
            try {
                more = store.compactOneStep();
            } finally {
                lock.unlock();
            }
        }
    }

    void forgetExpiredSessions() {
        lock.lock();
        try {
            retryableWrites.forgetExpired();
            store.commit();
        } finally {
            lock.unlock();
        }
    }

    /** Closes the file after the running command. The lock stays held: later writes wait for the process to end. */
    void close() {
        lock.lock();
        store.close();
    }

    /** Memory is ahead of a file that refuses a commit; only a restart makes them agree again. */
    private void commitOrHalt() {
        try {
            journal.commit();
        } catch (RuntimeException | Error failure) {
            log.error("cannot write to the data file, stopping", failure);
            Runtime.getRuntime().halt(EXIT_NOT_DURABLE);
        }
    }
}
