package datamesh.connect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * JSON of changes, none larger than Kafka takes: a change above `max.bytes` goes without its documents, and with
 * `oversize_bytes`, the size it would have had. Its place in the stream and its key stay, and the task goes on.
 */
public final class BoundedJsonConverter extends JsonConverter {

    private static final String MAX_BYTES = "max.bytes";
    private static final Set<String> DOCUMENTS = Set.of("before", "after", "updateDescription");

    private int maxBytes;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        super.configure(configs, isKey);
        maxBytes = Integer.parseInt(String.valueOf(configs.get(MAX_BYTES)));
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        byte[] json = super.fromConnectData(topic, schema, value);
        if (json == null || json.length <= maxBytes || !(value instanceof Struct change)) {
            return json;
        }
        return marked(super.fromConnectData(topic, schema, withoutDocuments(change)), json.length);
    }

    private static Struct withoutDocuments(Struct change) {
        Struct rest = new Struct(change.schema());
        for (Field field : change.schema().fields()) {
            if (!DOCUMENTS.contains(field.name())) {
                rest.put(field, change.get(field));
            }
        }
        return rest;
    }

    private static byte[] marked(byte[] object, int oversizeBytes) {
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        marked.writeBytes(("{\"oversize_bytes\":" + oversizeBytes + ",").getBytes(StandardCharsets.UTF_8));
        marked.write(object, 1, object.length - 1);
        return marked.toByteArray();
    }
}
