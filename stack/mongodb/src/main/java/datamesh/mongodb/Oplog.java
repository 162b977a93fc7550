package datamesh.mongodb;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.exception.MongoServerError;

/**
 * The durable, ordered log. A position is a BSON timestamp (seconds, then a counter) and only grows,
 * across restarts and clock steps too. Readers see an entry once it is committed, never before: a
 * client must not hold a token of an event that a crash undid.
 */
final class Oplog {

    private static final String HORIZON = "horizon";

    private final MVMap<Long, byte[]> entries;
    private final MVMap<String, byte[]> facts;
    private final long maxEntries;
    private long last;
    private volatile long horizon;
    private volatile long committed;

    Oplog(DurableStore store, long maxEntries) {
        this.entries = store.openLog("oplog");
        this.facts = store.openNamed("oplog-facts");
        this.maxEntries = maxEntries;
        byte[] storedHorizon = facts.get(HORIZON);
        if (storedHorizon == null) {
            last = firstPositionOf(Instant.now().getEpochSecond());
            setHorizon(last - 1);
            store.commit();
        } else {
            horizon = ByteBuffer.wrap(storedHorizon).getLong();
            // A log that holds nothing still must not go back before what it once held.
            Long newest = entries.lastKey();
            last = newest == null ? horizon + 1 : newest;
        }
        committed = last;
    }

    /** Appends under the write lock; visible to readers after {@link #publish}. */
    void append(OplogEntry entry) {
        long second = Math.max(entry.wallTime().getEpochSecond(), last >>> 32);
        last = second == last >>> 32 ? last + 1 : firstPositionOf(second);
        entries.append(last, entry.toBytes());
    }

    /** Drops the oldest entries beyond the limit, under the write lock. */
    void trim() {
        long surplus = entries.sizeAsLong() - maxEntries;
        if (surplus <= 0) {
            return;
        }
        long dropped = horizon;
        for (; surplus > 0; surplus--) {
            dropped = entries.firstKey();
            entries.remove(dropped);
        }
        setHorizon(dropped);
    }

    /** Shows readers everything appended so far; called once it is committed. */
    synchronized void publish() {
        committed = last;
        notifyAll();
    }

    /** The position of the newest committed entry. */
    long committedPosition() {
        return committed;
    }

    BsonTimestamp committedTime() {
        return new BsonTimestamp(committed);
    }

    long size() {
        return entries.sizeAsLong();
    }

    /**
     * The committed entries after a position, oldest first.
     *
     * @throws MongoServerError 286 if entries after that position were dropped
     */
    Cursor<Long, byte[]> entriesAfter(long position) {
        Cursor<Long, byte[]> cursor = entries.cursor(position + 1, committed, false);
        requireHistorySince(position);
        return cursor;
    }

    /** @throws MongoServerError 286 if entries after that position were dropped */
    void requireHistorySince(long position) {
        if (position < horizon) {
            throw new MongoServerError(286, "ChangeStreamHistoryLost",
                "Resume of change stream was not possible, as the resume point may no longer be in the oplog.");
        }
    }

    /** Waits until there is an entry after the position, at most so long. */
    synchronized void awaitAfter(long position, long nanos) throws InterruptedException {
        if (committed <= position && nanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
    }

    private void setHorizon(long position) {
        facts.put(HORIZON, ByteBuffer.allocate(Long.BYTES).putLong(position).array());
        horizon = position;
    }

    private static long firstPositionOf(long second) {
        return second << 32 | 1;
    }
}
