package io.reactivestore.s3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of a listing out of the XML that S3 sends, as its bytes come, and then perhaps another one. Only what is needed becomes
 * text.
 */
final class ListPageParser implements XmlPushParser.Handler<ListPageParser.Element> {

    /** What a document is, as far as it was read. */
    enum Root {
        UNKNOWN,
        LISTING,
        OTHER
    }

    /** The elements that mean something, if they are where they belong. */
    enum Element {
        LISTING("ListBucketResult"),
        IS_TRUNCATED("IsTruncated"),
        NEXT_TOKEN("NextContinuationToken"),
        ENCODING("EncodingType"),
        OBJECT("Contents"),
        KEY("Key"),
        ETAG("ETag"),
        SIZE("Size"),
        MODIFIED("LastModified"),
        PREFIXES("CommonPrefixes"),
        PREFIX("Prefix"),
        OTHER("");

        private static final Map<String, Element> BY_NAME =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(element -> element.name, e -> e));

        private final String name;

        Element(String name) {
            this.name = name;
        }
    }

    /** So many never are too many for a long. */
    private static final int MOST_SURE_DIGITS = 18;

    private final XmlPushParser<Element> xml = new XmlPushParser<>(this);
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
     * The page. The next bytes begin another one.
     *
     * @throws MalformedPageException if its end is missing
     */
    ListPage end() {
        try {
            xml.end();
            if (root != Root.LISTING) {
                throw new IllegalArgumentException("it is none");
            }
            ListPage read = page.build(urlEncoded, truncated ? next : null);
            begin();
            return read;
        } catch (IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    private void begin() {
        xml.begin();
        page.begin();
        root = Root.UNKNOWN;
        truncated = false;
        urlEncoded = false;
        next = null;
    }

    private static MalformedPageException malformed(Exception cause) {
        return new MalformedPageException("the page of a listing cannot be read", cause);
    }

    @Override
    public Element kind(String name) {
        return Element.BY_NAME.getOrDefault(name, Element.OTHER);
    }

    @Override
    public boolean start(Element element) {
        depth++;
        return switch (depth) {
            case 1 -> {
                root = element == Element.LISTING ? Root.LISTING : Root.OTHER;
                yield false;
            }
            case 2 -> {
                inObject = element == Element.OBJECT;
                inPrefix = element == Element.PREFIXES;
                yield switch (element) {
                    case IS_TRUNCATED, NEXT_TOKEN, ENCODING -> true;
                    default -> false;
                };
            }
            case 3 ->
                inObject
                        ? switch (element) {
                            case KEY, ETAG, SIZE, MODIFIED -> true;
                            default -> false;
                        }
                        : inPrefix && element == Element.PREFIX;
            default -> false; // the owner and the like
        };
    }

    @Override
    public void end(Element element, XmlPushParser.Text text) {
        if (depth == 2 && inObject) {
            page.endObject();
        } else if (depth == 3 && inObject) {
            takeFact(element, text);
        } else if (depth == 3 && inPrefix && element == Element.PREFIX) {
            page.addPrefix(text.toString());
        } else if (depth == 2) {
            take(element, text);
        }
        depth--;
    }

    private void takeFact(Element element, XmlPushParser.Text text) {
        switch (element) {
            case KEY -> page.key(text.bytes(), text.length());
            case ETAG -> page.etag(text.bytes(), text.length());
            case SIZE -> page.size(number(text));
            case MODIFIED -> page.modified(text.isEmpty() ? 0 : times.micros(text.bytes(), text.length()));
            default -> {
                // the storage class and the like
            }
        }
    }

    /** As {@link Long#parseLong}, for which most texts would be made a string first; 0 if there is none. */
    private static long number(XmlPushParser.Text text) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.bytes()[i] - '0';
            if (digit < 0 || digit > 9 || i == MOST_SURE_DIGITS) {
                return Long.parseLong(text.toString());
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private void take(Element element, XmlPushParser.Text text) {
        switch (element) {
            case IS_TRUNCATED -> truncated = text.toString().equalsIgnoreCase("true");
            case ENCODING -> urlEncoded = text.toString().equals("url");
            case NEXT_TOKEN -> next = text.toString();
            default -> {
                // what was asked for
            }
        }
    }
}
