package datamesh.mongodb;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param port the port on 127.0.0.1
 * @param data the folder of the data file
 * @param oplogMaxEntries how many log entries to keep for change streams to resume from
 * @param tls certificate and key for connections that must be encrypted; nothing for plain ones
 */
record EmulatorOptions(int port, Path data, long oplogMaxEntries, Optional<Tls> tls) {

    /** Files in PEM: the certificate, and its key (PKCS 8). */
    record Tls(Path certificate, Path key) {
    }


    static final String USAGE = "usage: MongoEmulator --port PORT --data FOLDER [--oplog-max-entries N]"
        + " [--tls-certificate FILE --tls-key FILE]";

    private static final long DEFAULT_OPLOG_MAX_ENTRIES = 5_000_000;

    /** @throws IllegalArgumentException if an option is unknown, missing or no number */
    static EmulatorOptions parse(List<String> arguments) {
        Integer port = null;
        Path data = null;
        Path certificate = null;
        Path key = null;
        long oplogMaxEntries = DEFAULT_OPLOG_MAX_ENTRIES;
        for (Iterator<String> words = arguments.iterator(); words.hasNext(); ) {
            String option = words.next();
            if (!words.hasNext()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            String value = words.next();
            switch (option) {
                case "--port" -> port = Integer.valueOf(value);
                case "--data" -> data = Path.of(value);
                case "--tls-certificate" -> certificate = Path.of(value);
                case "--tls-key" -> key = Path.of(value);
                case "--oplog-max-entries" -> oplogMaxEntries = Long.parseLong(value);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (port == null || data == null) {
            throw new IllegalArgumentException("--port and --data are required");
        }
        if (oplogMaxEntries < 1) {
            throw new IllegalArgumentException("--oplog-max-entries must be at least 1");
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("--tls-certificate and --tls-key go together");
        }
        Optional<Tls> tls = certificate == null ? Optional.empty() : Optional.of(new Tls(certificate, key));
        return new EmulatorOptions(port, data, oplogMaxEntries, tls);
    }
}
