package datamesh.mongodb;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;

/** An event may be as large as a document and no larger; what is above that is refused, or split if the client asks. */
final class LargeEvents {

    static final String SPLIT_STAGE = "$changeStreamSplitLargeEvent";

    private static final int MAX_BYTES = 16 * 1024 * 1024 + 16 * 1024;
    // the token, the number of the fragment, and their names
    private static final int HEAD_BYTES = 512;

    private LargeEvents() {
    }

    /**
     * The event, or its fragments: the smallest fields first, each fragment with a token of its own.
     *
     * @throws MongoServerError 10334 if it is too large, and is not to be split or one field of it is too large alone
     */
    static List<Document> split(Document event, long position, boolean maySplit) {
        int bytes = Bson.encode(event).length;
        if (bytes <= MAX_BYTES) {
            return List.of(event);
        }
        if (!maySplit) {
            throw tooLarge(bytes);
        }
        List<Document> fragments = new ArrayList<>();
        Document fragment = new Document();
        int used = HEAD_BYTES;
        for (Document field : fieldsBySize(event)) {
            int size = Bson.encode(field).length;
            if (used + size > MAX_BYTES && !fragment.isEmpty()) {
                fragments.add(fragment);
                fragment = new Document();
                used = HEAD_BYTES;
            }
            if (used + size > MAX_BYTES) {
                throw tooLarge(size);
            }
            fragment.putAll(field);
            used += size;
        }
        fragments.add(fragment);
        return numbered(fragments, position);
    }

    private static List<Document> fieldsBySize(Document event) {
        return event.keySet().stream()
            .filter(name -> !name.equals("_id"))
            .map(name -> new Document(name, event.get(name)))
            .sorted(Comparator.comparingInt(field -> Bson.encode(field).length))
            .toList();
    }

    private static List<Document> numbered(List<Document> fragments, long position) {
        List<Document> numbered = new ArrayList<>();
        for (int number = 1; number <= fragments.size(); number++) {
            // after the last one all of it was seen
            int seen = number == fragments.size() ? 0 : number;
            Document whole = new Document("_id", new ResumeToken(position, false, seen).toDocument())
                .append("splitEvent", new Document("fragment", number).append("of", fragments.size()));
            whole.putAll(fragments.get(number - 1));
            numbered.add(whole);
        }
        return numbered;
    }

    private static MongoServerError tooLarge(int bytes) {
        return new MongoServerError(10334, "BSONObjectTooLarge", "BSONObj size: " + bytes
            + " is invalid. Size must be between 0 and " + MAX_BYTES + "(16MB)");
    }
}
