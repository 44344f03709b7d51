package io.reactivestore.s3;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads one page of a listing out of the XML that S3 sends, as its bytes come. Only what is needed becomes text. */
final class ListPageParser implements XmlPushParser.Handler {

    /** What a document is, as far as it was read. */
    enum Root {
        UNKNOWN,
        LISTING,
        OTHER
    }

    private final XmlPushParser xml = new XmlPushParser(this);
    private final ListPageBuilder page = new ListPageBuilder();
    private final S3Times times = new S3Times();
    private Root root = Root.UNKNOWN;
    private int depth;
    private boolean inObject;
    private boolean inPrefix;

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
        try {
            if (root != Root.OTHER) {
                xml.feed(bytes);
            }
        } catch (IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    /**
     * The page.
     *
     * @throws MalformedPageException if its end is missing
     */
    ListPage end() {
        try {
            xml.end();
            if (root != Root.LISTING) {
                throw new IllegalArgumentException("it is none");
            }
            return page.build(urlEncoded, truncated ? next : null);
        } catch (IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    private static MalformedPageException malformed(Exception cause) {
        return new MalformedPageException("the page of a listing cannot be read", cause);
    }

    @Override
    public boolean start(String name) {
        depth++;
        return switch (depth) {
            case 1 -> {
                root = name.equals("ListBucketResult") ? Root.LISTING : Root.OTHER;
                yield false;
            }
            case 2 -> {
                inObject = name.equals("Contents");
                inPrefix = name.equals("CommonPrefixes");
                yield switch (name) {
                    case "IsTruncated", "NextContinuationToken", "EncodingType" -> true;
                    default -> false;
                };
            }
            case 3 ->
                inObject
                        ? switch (name) {
                            case "Key", "ETag", "Size", "LastModified" -> true;
                            default -> false;
                        }
                        : inPrefix && name.equals("Prefix");
            default -> false; // the owner and the like
        };
    }

    @Override
    public void end(String name, XmlPushParser.Text text) {
        if (depth == 2 && inObject) {
            page.endObject();
        } else if (depth == 3 && inObject) {
            takeFact(name, text);
        } else if (depth == 3 && inPrefix && name.equals("Prefix")) {
            page.addPrefix(text.toString());
        } else if (depth == 2) {
            take(name, text);
        }
        depth--;
    }

    private void takeFact(String name, XmlPushParser.Text text) {
        switch (name) {
            case "Key" -> page.key(text.bytes(), text.length());
            case "ETag" -> page.etag(text.bytes(), text.length());
            case "Size" -> page.size(text.isEmpty() ? 0 : Long.parseLong(text.toString()));
            case "LastModified" -> page.modified(text.isEmpty() ? 0 : times.micros(text.bytes(), text.length()));
            default -> {
                // the storage class and the like
            }
        }
    }

    private void take(String name, XmlPushParser.Text text) {
        switch (name) {
            case "IsTruncated" -> truncated = text.toString().equalsIgnoreCase("true");
            case "EncodingType" -> urlEncoded = text.toString().equals("url");
            case "NextContinuationToken" -> next = text.toString();
            default -> {
                // what was asked for
            }
        }
    }
}
