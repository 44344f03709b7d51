package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered with.
 *
 * @param etag unquoted
 * @param headers further lines
 * @param range the header that says which part of the object the body is
 * @param length what is announced; less than 0 if nothing is
 * @param body what is sent
 */
record Answer(
        int status,
        @Nullable String etag,
        AsciiString headers,
        @Nullable String range,
        long length,
        Body body) {

    private static final AsciiString NO_HEADERS = AsciiString.EMPTY_STRING;
    private static final AsciiString XML = AsciiString.cached("Content-Type: application/xml\r\n");
    private static final AsciiString OK = AsciiString.cached("HTTP/1.1 200 OK\r\n");
    private static final AsciiString ID = AsciiString.cached("x-amz-request-id: ");
    private static final AsciiString ETAG = AsciiString.cached("ETag: \"");
    private static final AsciiString QUOTED = AsciiString.cached("\"\r\n");
    private static final AsciiString LENGTH = AsciiString.cached("Content-Length: ");
    private static final AsciiString CLOSE = AsciiString.cached("Connection: close\r\n");
    private static final AsciiString END = AsciiString.cached("\r\n");

    static Answer empty(int status, @Nullable String etag) {
        return new Answer(status, etag, NO_HEADERS, null, status == 204 ? -1 : 0, Body.Bytes.EMPTY);
    }

    static Answer xml(String document) {
        return xml(200, document);
    }

    static Answer page(Body page) {
        return new Answer(200, null, XML, null, page.length(), page);
    }

    /** @param isHead whether only the status may be told */
    static Answer failure(int status, String code, boolean isHead) {
        return isHead
                ? empty(status, null)
                : xml(status, "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>");
    }

    private static Answer xml(int status, String document) {
        byte[] bytes = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document).getBytes(StandardCharsets.UTF_8);
        return new Answer(status, null, XML, null, bytes.length, new Body.Bytes(bytes));
    }

    /**
     * Status line and headers.
     *
     * @param requestId any number
     * @param closes whether it is the last answer on its connection
     */
    ByteBuf head(ByteBufAllocator buffers, long requestId, boolean closes) {
        ByteBuf head = buffers.directBuffer(256 + headers.length());
        if (status == 200) {
            add(head, OK);
        } else {
            add(head, "HTTP/1.1 " + HttpResponseStatus.valueOf(status) + "\r\n");
        }
        add(head, ID);
        add(head, Long.toString(requestId));
        add(head, END);
        add(head, HttpDate.line());
        if (etag != null) {
            add(head, ETAG);
            add(head, etag);
            add(head, QUOTED);
        }
        add(head, headers);
        if (range != null) {
            add(head, range);
        }
        if (length >= 0) {
            add(head, LENGTH);
            add(head, Long.toString(length));
            add(head, END);
        }
        if (closes) {
            add(head, CLOSE);
        }
        add(head, END);
        return head;
    }

    private static void add(ByteBuf head, CharSequence text) {
        ByteBufUtil.writeAscii(head, text);
    }

    Answer withLength(long announced) {
        return new Answer(status, etag, headers, range, announced, body);
    }

    Answer withEtag(String other) {
        return new Answer(status, other, headers, range, length, body);
    }
}
