package io.reactivestore.testkit.fault;

/** The operations of a {@link io.reactivestore.Store} that every other one is composed of. */
public enum StoreOperation {
    GET("get", false),
    GET_RANGES("getRanges", false),
    HEAD("head", false),
    PUT("put", true),
    DELETE("delete", true),
    DELETE_ALL("deleteAll", true),
    DELETE_PREFIX("deletePrefix", true),
    LIST("list", false),
    LIST_DIRECTORY("listDirectory", false),
    COPY("copy", true),
    OPEN("open", false);

    private final String method;
    private final boolean mutation;

    StoreOperation(String method, boolean mutation) {
        this.method = method;
        this.mutation = mutation;
    }

    /** The method's name, as in {@link io.reactivestore.error.StoreException#operation()}. */
    public String method() {
        return method;
    }

    /** Whether it changes objects. */
    public boolean isMutation() {
        return mutation;
    }
}
