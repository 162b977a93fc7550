package datamesh.mongodb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

import de.bwaldvogel.mongo.bson.Document;

/** Makes batches of writes behave and answer as MongoDB's where the library's do not. */
final class WriteReplies {

    private WriteReplies() {
    }

    /** The library counts documents it refused as inserted. */
    static Document ofInsert(Document command, Function<Document, Document> library) {
        Document reply = library.apply(command);
        List<Document> errors = errorsIn(reply);
        if (!errors.isEmpty()) {
            int sent = ((Collection<?>) command.get("documents")).size();
            reply.put("n", isOrdered(command) ? errors.get(0).get("index") : sent - errors.size());
        }
        return reply;
    }

    /** The library goes on after the first failed statement of an ordered update. */
    static Document ofUpdate(Document command, Function<Document, Document> library) {
        List<?> statements = new ArrayList<>((Collection<?>) command.get("updates"));
        if (statements.size() == 1 || !isOrdered(command)) {
            return library.apply(command);
        }
        int matched = 0;
        int modified = 0;
        List<Document> upserted = new ArrayList<>();
        List<Document> errors = new ArrayList<>();
        for (int index = 0; index < statements.size() && errors.isEmpty(); index++) {
            Document single = command.clone().append("updates", List.of(statements.get(index)));
            Document reply = library.apply(single);
            matched += (int) reply.get("n");
            modified += (int) reply.get("nModified");
            upserted.addAll(withIndex(index, reply.get("upserted")));
            errors.addAll(withIndex(index, reply.get("writeErrors")));
        }
        Document reply = new Document("n", matched).append("nModified", modified);
        if (!upserted.isEmpty()) {
            reply.append("upserted", upserted);
        }
        if (!errors.isEmpty()) {
            reply.append("writeErrors", errors);
        }
        return reply.append("ok", 1.0);
    }

    private static boolean isOrdered(Document command) {
        return !Boolean.FALSE.equals(command.get("ordered"));
    }

    private static List<Document> errorsIn(Document reply) {
        return withIndex(null, reply.get("writeErrors"));
    }

    private static List<Document> withIndex(Integer index, Object results) {
        List<Document> indexed = new ArrayList<>();
        if (results instanceof Collection<?> list) {
            list.forEach(result -> {
                Document copy = ((Document) result).clone();
                if (index != null) {
                    copy.put("index", index);
                }
                indexed.add(copy);
            });
        }
        return indexed;
    }
}
