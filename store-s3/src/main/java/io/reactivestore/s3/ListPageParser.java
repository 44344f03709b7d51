package io.reactivestore.s3;

import com.fasterxml.aalto.AsyncByteBufferFeeder;
import com.fasterxml.aalto.AsyncXMLInputFactory;
import com.fasterxml.aalto.AsyncXMLStreamReader;
import com.fasterxml.aalto.stax.InputFactoryImpl;
import java.nio.ByteBuffer;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page of a listing out of the XML that S3 sends, as its bytes come, in pieces of any size. Only what is needed becomes text. A
 * document type is refused, and with it every entity but XML's own: nothing outside of the document is ever looked at.
 */
final class ListPageParser {

    /** What a document is, as far as it was read. */
    enum Root {
        UNKNOWN,
        LISTING,
        OTHER
    }

    /** Longer than any key, each of whose bytes may be written in three characters, and than tokens are. */
    private static final int MAX_TEXT = 64 << 10;

    private static final AsyncXMLInputFactory FACTORY = new InputFactoryImpl();

    private final AsyncXMLStreamReader<AsyncByteBufferFeeder> xml = FACTORY.createAsyncForByteBuffer();
    private final ListPageBuilder page = new ListPageBuilder();

    /** The text of the element that is being read, if it is wanted. */
    private final StringBuilder text = new StringBuilder();

    private Root root = Root.UNKNOWN;
    private int depth;
    private boolean inObject;
    private boolean inPrefix;
    private boolean wanted;

    private final StringBuilder key = new StringBuilder();
    private final StringBuilder etag = new StringBuilder();
    private long size;
    private long modified;

    private boolean truncated;
    private boolean urlEncoded;
    private @Nullable String next;

    Root root() {
        return root;
    }

    /**
     * Reads some bytes; they are not kept.
     *
     * @throws MalformedPageException if they cannot belong to a page
     */
    void feed(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            read(() -> {
                xml.getInputFeeder().feedInput(bytes);
                advance();
            });
        }
    }

    /**
     * The page.
     *
     * @throws MalformedPageException if its end is missing
     */
    ListPage end() {
        read(() -> {
            xml.getInputFeeder().endOfInput();
            advance();
            if (depth != 0 || root != Root.LISTING) {
                throw new IllegalArgumentException("it ends too early");
            }
        });
        try {
            return page.build(urlEncoded, truncated ? next : null);
        } catch (IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    private interface Step {
        void run() throws XMLStreamException;
    }

    private static void read(Step step) {
        try {
            step.run();
        } catch (XMLStreamException | IllegalArgumentException | IllegalStateException e) {
            throw malformed(e);
        }
    }

    private static MalformedPageException malformed(Exception cause) {
        return new MalformedPageException("the page of a listing cannot be read", cause);
    }

    private void advance() throws XMLStreamException {
        while (true) {
            switch (xml.next()) {
                case AsyncXMLStreamReader.EVENT_INCOMPLETE, XMLStreamConstants.END_DOCUMENT -> {
                    return;
                }
                case XMLStreamConstants.START_ELEMENT -> start(xml.getLocalName());
                case XMLStreamConstants.END_ELEMENT -> end(xml.getLocalName());
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> addText();
                case XMLStreamConstants.DTD -> throw new IllegalArgumentException("it has a document type");
                case XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new IllegalArgumentException("it has an entity that is not XML's own");
                default -> {
                    // comments, instructions and white space between elements mean nothing
                }
            }
            if (root == Root.OTHER) {
                return;
            }
        }
    }

    private void start(String name) {
        depth++;
        wanted = false;
        switch (depth) {
            case 1 -> root = name.equals("ListBucketResult") ? Root.LISTING : Root.OTHER;
            case 2 -> {
                inObject = name.equals("Contents");
                inPrefix = name.equals("CommonPrefixes");
                wanted = switch (name) {
                    case "IsTruncated", "NextContinuationToken", "EncodingType" -> true;
                    default -> false;
                };
            }
            case 3 ->
                wanted = inObject
                        ? switch (name) {
                            case "Key", "ETag", "Size", "LastModified" -> true;
                            default -> false;
                        }
                        : inPrefix && name.equals("Prefix");
            default -> {
                // the owner and the like
            }
        }
        text.setLength(0);
    }

    private void addText() throws XMLStreamException {
        if (wanted) {
            text.append(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
            if (text.length() > MAX_TEXT) {
                throw new IllegalArgumentException("it has a text of more than " + MAX_TEXT + " characters");
            }
        }
    }

    private void end(String name) {
        if (wanted) {
            take(name);
            wanted = false;
        } else if (depth == 2 && inObject) {
            page.add(key, etag, size, modified);
            key.setLength(0);
            etag.setLength(0);
            size = 0;
            modified = 0;
        }
        depth--;
    }

    private void take(String name) {
        switch (name) {
            case "Key" -> copy(key);
            case "ETag" -> copy(etag);
            case "Size" -> size = text.isEmpty() ? 0 : Long.parseLong(text, 0, text.length(), 10);
            case "LastModified" -> modified = text.isEmpty() ? 0 : ListPageBuilder.micros(text);
            case "Prefix" -> page.addPrefix(text.toString());
            case "IsTruncated" -> truncated = text.toString().equalsIgnoreCase("true");
            case "EncodingType" -> urlEncoded = text.toString().equals("url");
            case "NextContinuationToken" -> next = text.toString();
            default -> throw new AssertionError(name);
        }
    }

    private void copy(StringBuilder target) {
        target.setLength(0);
        target.append(text);
    }
}
