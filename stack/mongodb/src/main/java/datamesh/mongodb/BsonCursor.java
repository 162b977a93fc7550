package datamesh.mongodb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import de.bwaldvogel.mongo.backend.AbstractCursor;
import de.bwaldvogel.mongo.bson.Document;

/** The result of a query, kept as BSON: decoded, it takes several times the space. */
final class BsonCursor extends AbstractCursor {

    // A reply must stay below the 48 MB a driver accepts; one document more may come on top.
    private static final int MAX_BATCH_BYTES = 16 * 1024 * 1024;

    private final List<byte[]> results;
    private final UnaryOperator<Document> projection;
    private int taken;

    BsonCursor(long id, List<byte[]> results, UnaryOperator<Document> projection) {
        super(id);
        this.results = results;
        this.projection = projection;
    }

    @Override
    public synchronized List<Document> takeDocuments(int maxDocuments) {
        List<Document> batch = new ArrayList<>();
        int bytes = 0;
        while (taken < results.size() && batch.size() < maxDocuments && bytes < MAX_BATCH_BYTES) {
            byte[] bson = results.get(taken++);
            bytes += bson.length;
            batch.add(projection.apply(Bson.decode(bson)));
        }
        return batch;
    }

    @Override
    public synchronized boolean isEmpty() {
        return taken >= results.size();
    }
}
