package io.reactivestore.s3.http;

/**
 * What a transport is doing, and has done since it was made.
 *
 * @param connections how many are open and have served a request
 * @param leased how many requests have a connection
 * @param pending how many requests wait for one
 * @param drained bodies that nobody read to their end, whose rest was read and dropped, so that the connection could be kept
 * @param closed bodies that nobody read to their end, whose rest was too much, so that the connection was closed
 * @param retried requests that were made again because a kept connection turned out to have been closed by the server
 */
public record TransportStats(int connections, int leased, int pending, long drained, long closed, long retried) {}
