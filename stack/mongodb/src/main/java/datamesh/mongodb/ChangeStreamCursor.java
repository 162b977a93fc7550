package datamesh.mongodb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.h2.mvstore.Cursor;

import de.bwaldvogel.mongo.backend.AbstractCursor;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.CursorNotFoundException;
import de.bwaldvogel.mongo.exception.MongoServerError;

/** An open change stream: walks the log and runs the client's pipeline over the events in its scope. */
final class ChangeStreamCursor extends AbstractCursor {

    private static final int MAX_BATCH_BYTES = 8 * 1024 * 1024;
    // So that a walk over entries out of scope ends before the store gives their pages away.
    private static final int MAX_ENTRIES_READ = 50_000;
    private static final long CLOSE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Oplog oplog;
    private final ChangeStreamScope scope;
    private final ChangeEvents events;
    private final Aggregation pipeline;
    private final boolean splits;
    private long position;
    // of the entry after the position, if it is given out in fragments
    private int fragmentsSeen;
    private long fragmentedPosition;
    private boolean invalidated;
    private volatile boolean closed;

    ChangeStreamCursor(long id, Oplog oplog, ChangeStreamScope scope, ChangeEvents events, Aggregation pipeline,
                       boolean splits, long position, int fragmentsSeen) {
        super(id);
        this.oplog = oplog;
        this.scope = scope;
        this.events = events;
        this.pipeline = pipeline;
        this.splits = splits;
        this.position = position;
        this.fragmentsSeen = fragmentsSeen;
        this.fragmentedPosition = position + 1;
    }

    /**
     * The next events: at once if there are any, else as soon as one arrives, else none after the wait.
     *
     * @throws MongoServerError 286 if the log was trimmed beyond this stream's position
     * @throws CursorNotFoundException if the client closes the cursor meanwhile
     */
    synchronized List<Document> nextBatch(int maxEvents, long maxWaitMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxWaitMillis);
        List<Document> batch = takeDocuments(maxEvents);
        while (batch.isEmpty() && !invalidated) {
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                break;
            }
            awaitEntries(Math.min(remaining, CLOSE_CHECK_NANOS));
            if (closed) {
                throw new CursorNotFoundException(id);
            }
            batch = takeDocuments(maxEvents);
        }
        return batch;
    }

    @Override
    public synchronized List<Document> takeDocuments(int maxEvents) {
        List<Document> batch = new ArrayList<>();
        oplog.requireHistorySince(position);
        if (invalidated || position >= oplog.committedPosition()) {
            return batch;
        }
        long bytes = 0;
        Cursor<Long, byte[]> entries = oplog.entriesAfter(position);
        for (int read = 0; read < MAX_ENTRIES_READ && entries.hasNext(); read++) {
            if (invalidated || batch.size() >= maxEvents || bytes >= MAX_BATCH_BYTES) {
                break;
            }
            long next = entries.next();
            byte[] stored = entries.getValue();
            List<Document> documents = eventsOf(next, OplogEntry.fromBytes(stored), stored.length);
            for (Document document : documents.subList(Math.min(fragmentsSeen, documents.size()), documents.size())) {
                boolean isFull = batch.size() >= maxEvents || bytes >= MAX_BATCH_BYTES;
                if (isFull && document.containsKey("splitEvent")) {
                    fragmentedPosition = next;
                    return batch;
                }
                batch.add(document);
                bytes += stored.length;
                fragmentsSeen++;
            }
            fragmentsSeen = 0;
            position = next;
        }
        return batch;
    }

    /** What the client gets of an entry: mostly one event; none out of scope, several if it is split or ends the stream. */
    private List<Document> eventsOf(long entryPosition, OplogEntry entry, int storedBytes) {
        List<Document> documents = new ArrayList<>();
        if (!scope.includes(entry)) {
            return documents;
        }
        for (Document event : runPipeline(events.event(entryPosition, entry))) {
            // an event repeats at most the image after the change
            boolean maySurpass = 2L * storedBytes > MAX_BATCH_BYTES;
            documents.addAll(maySurpass ? LargeEvents.split(event, entryPosition, splits) : List.of(event));
        }
        if (scope.isInvalidatedBy(entry)) {
            documents.addAll(runPipeline(events.invalidateEvent(entryPosition, entry)));
            invalidated = true;
        }
        return documents;
    }

    private List<Document> runPipeline(Document event) {
        return pipeline.runStagesAsStream(Stream.of(event)).toList();
    }

    private void awaitEntries(long nanos) {
        try {
            oplog.awaitAfter(position, nanos);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** From where a client that has seen everything so far goes on. */
    synchronized ResumeToken resumeToken() {
        return fragmentsSeen == 0
            ? new ResumeToken(position, invalidated)
            : new ResumeToken(fragmentedPosition, false, fragmentsSeen);
    }

    /** Whether what the stream watches is gone; there will be no more events. */
    @Override
    public synchronized boolean isEmpty() {
        return invalidated;
    }

    /** Ends a wait in {@link #nextBatch}. */
    void close() {
        closed = true;
    }
}
