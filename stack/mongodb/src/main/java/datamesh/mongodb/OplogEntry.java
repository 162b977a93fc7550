package datamesh.mongodb;

import java.time.Instant;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * One durable entry of the log: a BSON header, then the images it names, each a BSON document.
 * The images stand beside the header because nested in it two large ones would pass the 16 MB limit.
 *
 * @param before the document's BSON before the change, or null
 * @param after the document's BSON after the change, or null
 * @param target the new name of a renamed collection, or null
 */
record OplogEntry(Operation operation, Namespace namespace, Instant wallTime, byte[] before, byte[] after,
                  Namespace target) {

    private static final byte[] NO_IMAGE = {};

    byte[] toBytes() {
        Document header = new Document("op", operation.eventName())
            .append("db", namespace.database())
            .append("coll", namespace.collection())
            .append("wall", wallTime)
            .append("before", before != null)
            .append("after", after != null);
        if (target != null) {
            header.append("to", target.toString());
        }
        byte[] head = Bson.encode(header);
        byte[] first = before == null ? NO_IMAGE : before;
        byte[] second = after == null ? NO_IMAGE : after;
        byte[] bytes = new byte[head.length + first.length + second.length];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(first, 0, bytes, head.length, first.length);
        System.arraycopy(second, 0, bytes, head.length + first.length, second.length);
        return bytes;
    }

    static OplogEntry fromBytes(byte[] bytes) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        Document header = BsonDecoder.decodeBson(buffer);
        byte[] before = (boolean) header.get("before") ? nextDocument(buffer) : null;
        byte[] after = (boolean) header.get("after") ? nextDocument(buffer) : null;
        String target = (String) header.get("to");
        return new OplogEntry(
            Operation.of((String) header.get("op")),
            new Namespace((String) header.get("db"), (String) header.get("coll")),
            (Instant) header.get("wall"),
            before,
            after,
            target == null ? null : Namespace.parse(target));
    }

    private static byte[] nextDocument(ByteBuf buffer) {
        byte[] document = new byte[buffer.getIntLE(buffer.readerIndex())];
        buffer.readBytes(document);
        return document;
    }
}
