package datamesh.mongodb;

/** What happened to a document, a collection or a database, by the name change streams give it. */
enum Operation {
    INSERT("insert"),
    UPDATE("update"),
    REPLACE("replace"),
    DELETE("delete"),
    DROP("drop"),
    RENAME("rename"),
    DROP_DATABASE("dropDatabase");

    private final String eventName;

    Operation(String eventName) {
        this.eventName = eventName;
    }

    String eventName() {
        return eventName;
    }

    static Operation of(String eventName) {
        for (Operation operation : values()) {
            if (operation.eventName.equals(eventName)) {
                return operation;
            }
        }
        throw new IllegalArgumentException("unknown operation in the log: " + eventName);
    }
}
