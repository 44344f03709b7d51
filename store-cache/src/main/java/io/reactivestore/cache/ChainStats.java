package io.reactivestore.cache;

/**
 * What a chain has done since it was built. Each get, read and exists that was answered is one hit or one miss.
 *
 * @param hits those that found the object, in whichever store
 * @param misses those that found none, or failed
 * @param puts those that succeeded
 * @param failedPromotions copies that a store above failed to take, or could not be asked to because it was in trouble; no caller noticed
 */
public record ChainStats(long hits, long misses, long puts, long failedPromotions) {}
