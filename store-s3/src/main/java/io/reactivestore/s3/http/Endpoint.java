package io.reactivestore.s3.http;

import reactor.netty.http.client.HttpClient;

/**
 * A server, and the client that connects to it.
 *
 * @param host the value of the header of that name, for requests that have none
 * @param name for messages
 * @param maxConnections how many there may be to it
 */
record Endpoint(HttpClient client, String host, String name, int maxConnections) {

    /** What tells servers apart. */
    record Key(String protocol, String host, int port) {}
}
