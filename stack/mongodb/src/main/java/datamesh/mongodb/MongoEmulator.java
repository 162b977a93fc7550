package datamesh.mongodb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable stand-in for a one-member MongoDB replica set with change streams, on the loopback interface.
 *
 * <p>Prints one READY line on standard error once it listens; SIGTERM ends it cleanly. Exit codes: 2 for a
 * wrong command line, 1 if the data file or the port cannot be had, 3 if a write could not be made durable.
 */
public final class MongoEmulator {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final String DATA_FILE = "mongodb.mvstore";
    private static final int COMPACTION_STEPS = 16;

    private MongoEmulator() {
    }

    /** Starts the emulator and leaves it running; see {@link EmulatorOptions} for the arguments. */
    public static void main(String[] arguments) {
        configureLogging();
        try {
            start(EmulatorOptions.parse(List.of(arguments)));
        } catch (IllegalArgumentException wrongUsage) {
            System.err.println(wrongUsage.getMessage() + "\n" + EmulatorOptions.USAGE);
            System.exit(2);
        } catch (Exception failure) {
            System.err.println("cannot start: " + failure);
            System.exit(1);
        }
    }

    private static void start(EmulatorOptions options) throws IOException {
        long started = System.nanoTime();
        Files.createDirectories(options.data());
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), options.port());
        String host = "127.0.0.1:" + options.port();

        DurableStore store = new DurableStore(options.data().resolve(DATA_FILE));
        Oplog oplog = new Oplog(store, options.oplogMaxEntries());
        WritePath writePath = new WritePath(store, oplog);
        EmulatorBackend backend =
            new EmulatorBackend(store, oplog, writePath, new ReplicaSet(host, oplog), authentication());
        EmulatorServer server = new EmulatorServer(backend, address, options.tls());
        ScheduledExecutorService maintenance = startMaintenance(writePath);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            maintenance.shutdown();
            server.close();
            writePath.close();
        }, "shutdown"));

        System.err.printf("READY mongodb://%s/?replicaSet=%s oplog entries %d, started in %d ms%n",
            host, ReplicaSet.NAME, oplog.size(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    }

    /** The user, from the environment: a command line is for all to read. */
    private static Optional<Authentication> authentication() {
        String user = System.getenv("MONGODB_USER");
        return user == null
            ? Optional.empty()
            : Optional.of(new Authentication(user, System.getenv("MONGODB_PASSWORD")));
    }

    private static ScheduledExecutorService startMaintenance(WritePath writePath) {
        ScheduledExecutorService maintenance = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "maintenance");
            thread.setDaemon(true);
            return thread;
        });
        maintenance.scheduleWithFixedDelay(
            () -> logFailure(() -> writePath.compact(COMPACTION_STEPS)), 2, 2, TimeUnit.SECONDS);
        maintenance.scheduleWithFixedDelay(
            () -> logFailure(writePath::forgetExpiredSessions), 5, 5, TimeUnit.MINUTES);
        return maintenance;
    }

    /** A scheduled task that throws would never run again. */
    private static void logFailure(Runnable task) {
        Logger log = LoggerFactory.getLogger(MongoEmulator.class);
        try {
            task.run();
        } catch (RuntimeException failure) {
            log.warn("maintenance of the data file failed", failure);
        }
    }

    private static void configureLogging() {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        // The library warns of every secondary index and every aggregation with a batch size.
        System.setProperty("org.slf4j.simpleLogger.log.de.bwaldvogel.mongo", "error");
    }
}
