package io.reactivestore.payload;

/** A payload without its bytes. */
public record PayloadEntry(PayloadKey key, PayloadMeta meta) {}
