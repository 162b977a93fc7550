package datamesh.mongodb;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;

/** Builds change stream events from log entries, with the images the client asked for. */
final class ChangeEvents {

    /** Finds the current version of a document. */
    interface Lookup {
        /** @return the document, or null */
        Document current(Namespace namespace, Object id);
    }

    private static final Set<String> POST_IMAGES = Set.of("default", "updateLookup", "whenAvailable", "required");
    private static final Set<String> PRE_IMAGES = Set.of("off", "whenAvailable", "required");

    private final String postImage;
    private final String preImage;
    private final Lookup lookup;

    /** @throws MongoServerError 2 if an option has an unknown value */
    ChangeEvents(Document options, Lookup lookup) {
        this.postImage = option(options, "fullDocument", "default", POST_IMAGES);
        this.preImage = option(options, "fullDocumentBeforeChange", "off", PRE_IMAGES);
        this.lookup = lookup;
    }

    Document event(long position, OplogEntry entry) {
        Document event = head(new ResumeToken(position, false), position, entry, entry.operation().eventName());
        switch (entry.operation()) {
            case INSERT:
            case REPLACE:
            case UPDATE:
            case DELETE:
                appendDocument(event, entry);
                break;
            case RENAME:
                event.append("ns", name(entry.namespace())).append("to", name(entry.target()));
                break;
            case DROP:
                event.append("ns", name(entry.namespace()));
                break;
            case DROP_DATABASE:
                event.append("ns", new Document("db", entry.namespace().database()));
                break;
        }
        return event;
    }

    Document invalidateEvent(long position, OplogEntry entry) {
        return head(new ResumeToken(position, true), position, entry, "invalidate");
    }

    private void appendDocument(Document event, OplogEntry entry) {
        Document before = entry.before() == null ? null : Bson.decode(entry.before());
        Document after = entry.after() == null ? null : Bson.decode(entry.after());
        Object id = (after == null ? before : after).get("_id");
        if (entry.operation() == Operation.UPDATE) {
            appendPostImage(event, entry.namespace(), id, after);
        } else if (after != null) {
            event.append("fullDocument", after);
        }
        event.append("ns", name(entry.namespace())).append("documentKey", new Document("_id", id));
        if (entry.operation() == Operation.UPDATE) {
            event.append("updateDescription", difference(before, after));
        }
        if (before != null && !preImage.equals("off")) {
            event.append("fullDocumentBeforeChange", before);
        }
    }

    private void appendPostImage(Document event, Namespace namespace, Object id, Document after) {
        if (postImage.equals("updateLookup")) {
            event.append("fullDocument", lookup.current(namespace, id));
        } else if (!postImage.equals("default")) {
            event.append("fullDocument", after);
        }
    }

    private static Document head(ResumeToken token, long position, OplogEntry entry, String operationType) {
        return new Document("_id", token.toDocument())
            .append("operationType", operationType)
            .append("clusterTime", new BsonTimestamp(position))
            .append("wallTime", entry.wallTime());
    }

    private static Document name(Namespace namespace) {
        return new Document("db", namespace.database()).append("coll", namespace.collection());
    }

    private static Document difference(Document before, Document after) {
        Document updated = new Document();
        List<String> removed = new ArrayList<>();
        collectDifference("", before, after, updated, removed);
        return new Document("updatedFields", updated)
            .append("removedFields", removed)
            .append("truncatedArrays", List.of());
    }

    private static void collectDifference(String path, Document before, Document after,
                                          Document updated, List<String> removed) {
        for (String field : after.keySet()) {
            Object old = before.get(field);
            Object current = after.get(field);
            if (before.containsKey(field) && Objects.equals(old, current)) {
                continue;
            }
            if (old instanceof Document oldDocument && current instanceof Document currentDocument) {
                collectDifference(path + field + ".", oldDocument, currentDocument, updated, removed);
            } else {
                updated.put(path + field, current);
            }
        }
        before.keySet().stream().filter(field -> !after.containsKey(field)).forEach(field -> removed.add(path + field));
    }

    private static String option(Document options, String name, String otherwise, Set<String> allowed) {
        Object value = options.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!allowed.contains(value)) {
            throw new MongoServerError(2, "BadValue", "unknown value of " + name + ": " + value);
        }
        return (String) value;
    }
}
