package io.reactivestore.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Tells the elements and texts of an XML document in UTF-8 as its bytes come, in pieces of any size. A document type is refused, and with it
 * every entity but XML's own: nothing outside of the document is ever looked at. Attributes, comments and instructions mean nothing.
 */
final class XmlPushParser {
    /*
     * How it works. One byte at a time, but for runs of text.
     *
     *   TEXT --'<'--> MARKUP --name--> NAME --space--> TAG --'>'--> TEXT (start)
     *                                  NAME, TAG --'/'--> EMPTY --'>'--> TEXT (start, end)
     *                        --'/'--> END_NAME --space--> END --'>'--> TEXT (end)
     *                        --'?'--> INSTRUCTION --"?>"--> TEXT
     *                        --'!'--> BANG --"--"--> COMMENT --"-->"--> TEXT
     *                                      --"[CDATA["--> CDATA --"]]>"--> TEXT
     *                                      --else--> refused: a document type
     *   TEXT --'&'--> ENTITY --';'--> TEXT
     *   TAG --quote--> the value of an attribute, up to the same quote
     *
     * Names are few: each becomes text once.
     */

    /** What is in a document, in its order. */
    interface Handler {

        /** Tells whether the text up to the next element is wanted. */
        boolean start(String name);

        /**
         * Tells the end of an element.
         *
         * @param text of this element since the last one began, if it was wanted; empty otherwise
         */
        void end(String name, String text);
    }

    private enum State {
        TEXT,
        MARKUP,
        NAME,
        TAG,
        EMPTY,
        END_NAME,
        END,
        INSTRUCTION,
        BANG,
        COMMENT,
        CDATA,
        ENTITY
    }

    private static final int MAX_DEPTH = 100;
    private static final int MAX_NAME = 1024;

    /** Longer than any key, each of whose bytes may be written in three characters, and than tokens are. */
    private static final int MAX_TEXT = 64 << 10;

    private static final byte[] CDATA_BEGIN = "[CDATA[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final Handler handler;
    private final List<byte[]> nameBytes = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final byte[] piece = new byte[8 << 10];

    private State state = State.TEXT;
    private byte[] text = new byte[256];
    private int textLength;
    private boolean isAscii = true;
    private boolean wanted;
    private boolean hadRoot;
    private boolean afterReturn;
    private long position;

    /** A name, an entity, or the beginning of what {@code <!} begins. */
    private byte[] word = new byte[64];

    private int wordLength;

    /** The quote of an attribute's value, or 0. */
    private byte quote;

    /** How many characters of the end of a comment, section or instruction were seen. */
    private int seen;

    XmlPushParser(Handler handler) {
        this.handler = handler;
    }

    /**
     * Reads some bytes, which are neither kept nor moved over.
     *
     * @throws IllegalArgumentException if they cannot belong to a document, or the handler does not want them
     */
    void feed(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
            int length = Math.min(piece.length, rest.remaining());
            rest.get(piece, 0, length);
            for (int i = 0; i < length; ) {
                i = run(i, length);
                if (i < length) {
                    read(piece[i++]);
                }
            }
        }
    }

    /** Throws an IllegalArgumentException if the end is missing. */
    void end() {
        if (state != State.TEXT || !open.isEmpty() || !hadRoot) {
            throw new IllegalArgumentException("it ends too early");
        }
    }

    /** Takes the bytes up to the next one that means something else; tells where that is. */
    private int run(int from, int to) {
        int i = from;
        if (state == State.TEXT || (state == State.CDATA && seen == 0)) {
            while (i < to && isPlain(piece[i])) {
                i++;
            }
            if (i > from) {
                addText(piece, from, i - from);
                afterReturn = false;
            }
        } else if (state == State.NAME || state == State.END_NAME) {
            while (i < to && isNameByte(piece[i])) {
                i++;
            }
            addToWord(piece, from, i - from);
        }
        return i;
    }

    private static boolean isPlain(byte b) {
        return b != '<' && b != '&' && b != '\r' && b != '\n' && b != ']' && b != '>';
    }

    private void read(byte b) {
        switch (state) {
            case TEXT -> readText(b);
            case MARKUP -> readMarkup(b);
            // Only what comes after it gets here, see run().
            case NAME -> readName(b);
            case TAG -> readTag(b);
            case EMPTY -> {
                require(b == '>', "a tag that does not end");
                startElement();
                endElement(open.getFirst());
                state = State.TEXT;
            }
            case END_NAME, END -> readEnd(b);
            case INSTRUCTION -> {
                if (seen == 1 && b == '>') {
                    state = State.TEXT;
                }
                seen = b == '?' ? 1 : 0;
            }
            case BANG -> readBang(b);
            case COMMENT -> {
                if (seen == 2 && b == '>') {
                    state = State.TEXT;
                }
                seen = b == '-' ? Math.min(2, seen + 1) : 0;
            }
            case CDATA -> readCdata(b);
            case ENTITY -> readEntity(b);
        }
    }

    private void readText(byte b) {
        if (b == '<') {
            state = State.MARKUP;
            wordLength = 0;
            return;
        }
        if (b == '&') {
            state = State.ENTITY;
            wordLength = 0;
            afterReturn = false;
            return;
        }
        addLineOf(b);
    }

    /** The end of a line is one character, however it is written. */
    private void addLineOf(byte b) {
        if (b != '\n' || !afterReturn) {
            addText(b == '\r' ? (byte) '\n' : b);
        }
        afterReturn = b == '\r';
    }

    private void readMarkup(byte b) {
        switch (b) {
            case '/' -> state = State.END_NAME;
            case '?' -> {
                state = State.INSTRUCTION;
                seen = 0;
            }
            case '!' -> state = State.BANG;
            default -> {
                require(isNameByte(b), "a tag without a name");
                state = State.NAME;
                addToWord(b);
            }
        }
    }

    private void readName(byte b) {
        state = State.TAG;
        quote = 0;
        readTag(b);
    }

    private void readTag(byte b) {
        if (quote != 0) {
            require(b != '<', "a tag that does not end");
            quote = b == quote ? 0 : quote;
        } else if (b == '>') {
            startElement();
            state = State.TEXT;
        } else if (b == '/') {
            state = State.EMPTY;
        } else if (b == '"' || b == '\'') {
            quote = b;
        } else {
            require(b != '<', "a tag that does not end");
        }
    }

    private void readEnd(byte b) {
        if (b == '>') {
            String name = name();
            require(name.equals(open.peekFirst()), "an element that another one ends");
            endElement(name);
            state = State.TEXT;
        } else {
            require(isSpace(b), "an end of an element that does not end");
            state = State.END;
        }
    }

    private void readBang(byte b) {
        addToWord(b);
        if (wordLength <= 2 && word[0] == '-') {
            require(b == '-', "markup that means nothing");
            if (wordLength == 2) {
                state = State.COMMENT;
                seen = 0;
            }
            return;
        }
        require(b == CDATA_BEGIN[wordLength - 1], "a document type");
        if (wordLength == CDATA_BEGIN.length) {
            require(!open.isEmpty(), "text outside of its elements");
            state = State.CDATA;
            seen = 0;
        }
    }

    private void readCdata(byte b) {
        if (b == '>' && seen >= 2) {
            addBrackets(seen - 2);
            state = State.TEXT;
            seen = 0;
        } else if (b == ']') {
            seen++;
        } else {
            addBrackets(seen);
            seen = 0;
            addLineOf(b);
        }
    }

    private void addBrackets(int count) {
        for (int i = 0; i < count; i++) {
            addText((byte) ']');
        }
        afterReturn &= count == 0;
    }

    private void readEntity(byte b) {
        if (b != ';') {
            require(wordLength < 10, "an entity that is not XML's own");
            addToWord(b);
            return;
        }
        String entity = new String(word, 0, wordLength, StandardCharsets.ISO_8859_1);
        state = State.TEXT;
        switch (entity) {
            case "lt" -> addText((byte) '<');
            case "gt" -> addText((byte) '>');
            case "amp" -> addText((byte) '&');
            case "quot" -> addText((byte) '"');
            case "apos" -> addText((byte) '\'');
            default -> addText(codePoint(entity));
        }
    }

    private static byte[] codePoint(String entity) {
        require(entity.startsWith("#"), "an entity that is not XML's own");
        boolean isHex = entity.startsWith("#x");
        int code;
        try {
            code = Integer.parseUnsignedInt(entity, isHex ? 2 : 1, entity.length(), isHex ? 16 : 10);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a character that is none", e);
        }
        boolean isSurrogate = code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
        require(code > 0 && code <= Character.MAX_CODE_POINT && !isSurrogate, "a character that is none");
        return Character.toString(code).getBytes(StandardCharsets.UTF_8);
    }

    private void startElement() {
        String name = name();
        require(!open.isEmpty() || !hadRoot, "more than one outermost element");
        require(open.size() < MAX_DEPTH, "elements too deep in each other");
        hadRoot = true;
        open.push(name);
        textLength = 0;
        isAscii = true;
        wanted = handler.start(name);
    }

    private void endElement(String name) {
        open.pop();
        String value = wanted ? text() : "";
        wanted = false;
        handler.end(name, value);
    }

    private String name() {
        require(wordLength > 0, "a tag without a name");
        for (int i = 0; i < names.size(); i++) {
            byte[] known = nameBytes.get(i);
            if (known.length == wordLength && Arrays.equals(known, 0, wordLength, word, 0, wordLength)) {
                return names.get(i);
            }
        }
        byte[] bytes = Arrays.copyOf(word, wordLength);
        String full = decoded(bytes, wordLength);
        String name = full.substring(full.indexOf(':') + 1);
        if (names.size() < MAX_DEPTH) {
            nameBytes.add(bytes);
            names.add(name);
        }
        return name;
    }

    private String text() {
        return isAscii ? new String(text, 0, textLength, StandardCharsets.ISO_8859_1) : decoded(text, textLength);
    }

    private static String decoded(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("bytes that are no UTF-8", e);
        }
    }

    private void addText(byte... bytes) {
        addText(bytes, 0, bytes.length);
    }

    private void addText(byte[] bytes, int from, int length) {
        if (open.isEmpty()) {
            requireNothing(bytes, from, length);
            return;
        }
        if (!wanted) {
            return;
        }
        require(textLength + length <= MAX_TEXT, "a text that is too long");
        if (textLength + length > text.length) {
            text = Arrays.copyOf(text, Math.max(2 * text.length, textLength + length));
        }
        for (int i = 0; i < length; i++) {
            isAscii &= bytes[from + i] >= 0;
        }
        System.arraycopy(bytes, from, text, textLength, length);
        textLength += length;
    }

    /** Outside of the outermost element there is white space, and the mark at the very beginning. */
    private void requireNothing(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            boolean isMark =
                    !hadRoot && position < BYTE_ORDER_MARK.length && bytes[i] == BYTE_ORDER_MARK[(int) position];
            require(isMark || isSpace(bytes[i]), "text outside of its elements");
            position++;
        }
    }

    private void addToWord(byte... bytes) {
        addToWord(bytes, 0, bytes.length);
    }

    private void addToWord(byte[] bytes, int from, int length) {
        require(wordLength + length <= MAX_NAME, "a name that is too long");
        if (wordLength + length > word.length) {
            word = Arrays.copyOf(word, Math.max(2 * word.length, wordLength + length));
        }
        System.arraycopy(bytes, from, word, wordLength, length);
        wordLength += length;
    }

    private static boolean isNameByte(byte b) {
        return b < 0
                || (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '_'
                || b == '-'
                || b == '.'
                || b == ':';
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static void require(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new IllegalArgumentException("it has " + otherwise);
        }
    }
}
