package io.reactivestore.embeddeds3.latency;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One connection, byte by byte: it sees how an answer ends. */
final class Wire implements AutoCloseable {

    /** How an answer ended. */
    enum End {
        /** As announced. */
        WHOLE,
        /** The connection was closed before that. */
        CLOSED,
        /** The connection was reset. */
        RESET,
        /** Nothing more came for a while, and the connection is open. */
        SILENT
    }

    /** @param headers by their names in lower case */
    record Reply(int status, Map<String, String> headers, byte[] body, End end) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String etag() {
            return headers.getOrDefault("etag", "").replace("\"", "");
        }
    }

    /** Longer than anything that is not silent takes. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    Wire(LatencyServer server) throws IOException {
        socket = new Socket("127.0.0.1", server.endpoint().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** One request on a connection of its own. */
    static Reply once(LatencyServer server, String method, String target, byte[] body, String... headers)
            throws IOException {
        try (Wire wire = new Wire(server)) {
            return wire.exchange(method, target, body, headers);
        }
    }

    static Reply get(LatencyServer server, String target, String... headers) throws IOException {
        return once(server, "GET", target, new byte[0], headers);
    }

    static Reply put(LatencyServer server, String target, String body, String... headers) throws IOException {
        return once(server, "PUT", target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** From now on, so much quiet counts as silence. */
    Wire silentAfterMillis(int millis) throws SocketException {
        socket.setSoTimeout(millis);
        return this;
    }

    Reply exchange(String method, String target, byte[] body, String... headers) throws IOException {
        send(method, target, body, headers);
        return reply(method.equals("HEAD"));
    }

    void send(String method, String target, byte[] body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        if (body.length > 0 || method.equals("PUT")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        sendRaw(all.toByteArray());
    }

    void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Reply reply(boolean isHead) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        End end = read(read, Long.MAX_VALUE, true);
        String head = read.toString(StandardCharsets.ISO_8859_1);
        if (end != End.WHOLE) {
            return new Reply(0, Map.of(), read.toByteArray(), end);
        }
        String[] lines = head.split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).trim());
        }
        int status = Integer.parseInt(lines[0].split(" ")[1]);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long length = isHead || status == 100 ? 0 : Long.parseLong(headers.getOrDefault("content-length", "0"));
        End bodyEnd = read(body, length, false);
        return new Reply(status, headers, body.toByteArray(), bodyEnd);
    }

    /** All that comes until the end of the connection. */
    byte[] rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        read(rest, Long.MAX_VALUE, false);
        return rest.toByteArray();
    }

    /** How the connection ends, if it does. */
    End end() throws IOException {
        return read(new ByteArrayOutputStream(), Long.MAX_VALUE, false);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private End read(ByteArrayOutputStream target, long count, boolean untilEmptyLine) throws IOException {
        int newlines = 0;
        try {
            for (long i = 0; i < count && newlines < 2; i++) {
                int c = in.read();
                if (c < 0) {
                    return End.CLOSED;
                }
                target.write(c);
                newlines = !untilEmptyLine || (c != '\n' && c != '\r') ? 0 : c == '\n' ? newlines + 1 : newlines;
            }
            return End.WHOLE;
        } catch (SocketTimeoutException silent) {
            return End.SILENT;
        } catch (SocketException reset) {
            return End.RESET;
        }
    }
}
