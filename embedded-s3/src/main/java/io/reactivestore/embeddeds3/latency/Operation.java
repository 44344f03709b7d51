package io.reactivestore.embeddeds3.latency;

/** The requests that the server knows, as its counters and faults tell them apart. */
public enum Operation {
    GET_OBJECT,
    HEAD_OBJECT,
    PUT_OBJECT,
    COPY_OBJECT,
    DELETE_OBJECT,
    DELETE_OBJECTS,
    LIST_OBJECTS,
    CREATE_UPLOAD,
    PUT_PART,
    COPY_PART,
    COMPLETE_UPLOAD,
    ABORT_UPLOAD,
    HEAD_BUCKET,
    /** Anything else: it is answered with 501. */
    OTHER
}
