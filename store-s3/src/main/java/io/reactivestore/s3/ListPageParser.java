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
    private Root root = Root.UNKNOWN;
    private int depth;
    private boolean inObject;
    private boolean inPrefix;

    private @Nullable String key;
    private @Nullable String etag;
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
    public void end(String name, String text) {
        if (depth == 2 && inObject) {
            page.add(key, etag, size, modified);
            key = null;
            etag = null;
            size = 0;
            modified = 0;
        } else if (depth == 3 && inObject) {
            takeFact(name, text);
        } else if (depth == 3 && inPrefix && name.equals("Prefix")) {
            page.addPrefix(text);
        } else if (depth == 2) {
            take(name, text);
        }
        depth--;
    }

    private void takeFact(String name, String text) {
        switch (name) {
            case "Key" -> key = text;
            case "ETag" -> etag = text;
            case "Size" -> size = text.isEmpty() ? 0 : Long.parseLong(text);
            case "LastModified" -> modified = text.isEmpty() ? 0 : ListPageBuilder.micros(text);
            default -> {
                // the storage class and the like
            }
        }
    }

    private void take(String name, String text) {
        switch (name) {
            case "IsTruncated" -> truncated = text.equalsIgnoreCase("true");
            case "EncodingType" -> urlEncoded = text.equals("url");
            case "NextContinuationToken" -> next = text;
            default -> {
                // what was asked for
            }
        }
    }
}
