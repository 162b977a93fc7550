package datamesh.mongodb;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;

/**
 * A place in a change stream, as clients keep it: an opaque hexadecimal string. It begins as MongoDB's
 * does, with the type byte of a timestamp and the timestamp, because Debezium reads the time from it.
 *
 * @param position the log position up to which the client has seen everything
 * @param invalidate whether the last event seen was the stream's end
 * @param fragment how many fragments of the event at that position were seen; 0 if all of it was
 */
record ResumeToken(long position, boolean invalidate, int fragment) {

    private static final Pattern FORM = Pattern.compile("82([0-9A-F]{16})2B0229296E0([45])(?:46([0-9A-F]{4}))?");

    ResumeToken(long position, boolean invalidate) {
        this(position, invalidate, 0);
    }

    static ResumeToken at(long position) {
        return new ResumeToken(position, false);
    }

    Document toDocument() {
        String whole = String.format("82%016X2B0229296E0%d", position, invalidate ? 5 : 4);
        return new Document("_data", fragment == 0 ? whole : whole + String.format("46%04X", fragment));
    }

    /** @throws MongoServerError 260 if the token is not one of ours */
    static ResumeToken parse(Object token) {
        String data = token instanceof Document document ? String.valueOf(document.get("_data")) : String.valueOf(token);
        Matcher matcher = FORM.matcher(data);
        if (!matcher.matches()) {
            throw new MongoServerError(260, "InvalidResumeToken", "not a resume token of this server: " + data);
        }
        return new ResumeToken(
            Long.parseUnsignedLong(matcher.group(1), 16),
            matcher.group(2).equals("5"),
            matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3), 16));
    }
}
