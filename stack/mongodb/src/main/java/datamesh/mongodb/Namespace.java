package datamesh.mongodb;

import java.util.Set;

/** A collection's full name. */
record Namespace(String database, String collection) {

    private static final Set<String> INTERNAL_DATABASES = Set.of("admin", "config", "local");

    static Namespace parse(String fullName) {
        int dot = fullName.indexOf('.');
        return new Namespace(fullName.substring(0, dot), fullName.substring(dot + 1));
    }

    /** As in MongoDB, change streams never show the server's own databases and collections. */
    boolean isLogged() {
        return !INTERNAL_DATABASES.contains(database) && !isSystem();
    }

    boolean isSystem() {
        return collection.startsWith("system.");
    }

    @Override
    public String toString() {
        return database + "." + collection;
    }
}
