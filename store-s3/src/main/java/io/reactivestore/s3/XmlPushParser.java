package io.reactivestore.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the elements and texts of an XML document in UTF-8 as its bytes come, in pieces of any size. A document type is refused, and with it
 * every entity but XML's own: nothing outside of the document is ever looked at. Attributes, comments and instructions mean nothing.
 *
 * @param <E> a kind of elements
 */
final class XmlPushParser<E> {
    /*
     * How it works. One byte at a time, but for runs of text, and for what nearly all markup is: a tag without attributes that lies whole in
     * the piece, ends what is open, or begins what came at this place the last time (quick()). Whatever is not exactly that goes the long way:
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
     * Names are few: each becomes text once, and knows which one came after it.
     */

    /** What is in a document, in its order. */
    interface Handler<E> {

        /** Tells the kind of the elements of a name; asked once for most names. */
        E kind(String name);

        /** Tells whether the text up to the next element is wanted. */
        boolean start(E element);

        /**
         * Tells the end of an element.
         *
         * @param text of this element since the last one began, if it was wanted; empty otherwise. Of use until this returns
         */
        void end(E element, Text text);
    }

    /** Some text, in UTF-8. */
    static final class Text {

        private byte[] bytes = new byte[256];
        private int length;
        private boolean isAscii = true;

        /** Has it from the first one on. */
        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        boolean isEmpty() {
            return length == 0;
        }

        /** Throws an IllegalArgumentException if it is no text. */
        Text checked() {
            if (!isAscii) {
                decoded(bytes, length);
            }
            return this;
        }

        @Override
        public String toString() {
            return isAscii ? new String(bytes, 0, length, StandardCharsets.ISO_8859_1) : decoded(bytes, length);
        }

        private void clear() {
            length = 0;
            isAscii = true;
        }

        private void add(byte[] from, int at, int count, boolean ascii) {
            require(length + count <= MAX_TEXT, "a text that is too long");
            if (length + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
            }
            System.arraycopy(from, at, bytes, length, count);
            length += count;
            isAscii &= ascii;
        }
    }

    /** A name of elements. */
    private static final class Name<E> {

        final byte[] bytes;
        final String text;
        final E kind;

        /** Which element began the last time that one of this name had begun, or ended, before. */
        @Nullable Name<E> afterStart;

        @Nullable Name<E> afterEnd;

        Name(byte[] bytes, String text, E kind) {
            this.bytes = bytes;
            this.text = text;
            this.kind = kind;
        }

        boolean isAt(byte[] in, int at) {
            return Arrays.equals(bytes, 0, bytes.length, in, at, at + bytes.length);
        }
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
    private static final byte[] QUOT = "&quot;".getBytes(StandardCharsets.US_ASCII);
    private static final boolean[] PLAIN = plain();
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final Handler<E> handler;
    private final List<Name<E>> names = new ArrayList<>();
    private final Deque<Name<E>> open = new ArrayDeque<>();
    private final byte[] piece = new byte[8 << 10];
    private final Text text = new Text();
    private final Text nothing = new Text();

    /** Began or ended last; null before the first one. */
    private @Nullable Name<E> last;

    private boolean lastEnded;

    private State state = State.TEXT;
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

    XmlPushParser(Handler<E> handler) {
        this.handler = handler;
    }

    private static boolean[] plain() {
        boolean[] plain = new boolean[256];
        for (int b = 0; b < plain.length; b++) {
            plain[b] = "<&\r\n]>".indexOf(b) < 0;
        }
        return plain;
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
                int plain = run(i, length);
                i = quick(plain, length);
                if (i == plain && i < length) {
                    read(piece[i++]);
                }
            }
        }
    }

    /** After the end of a document: what comes now is another one. */
    void begin() {
        last = null;
        hadRoot = false;
        afterReturn = false;
        position = 0;
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
            byte all = 0;
            while (i < to && isPlain(piece[i])) {
                all |= piece[i++];
            }
            if (i > from) {
                addText(piece, from, i - from, all >= 0);
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
        return PLAIN[b & 0xff];
    }

    /** Takes a tag, or a quotation mark, that can be told at a glance; tells where what follows begins. */
    private int quick(int at, int to) {
        if (state != State.TEXT || at + 1 >= to) {
            return at;
        }
        if (piece[at] == '<') {
            boolean isEnd = piece[at + 1] == '/';
            Name<E> name = isEnd ? open.peekFirst() : expected();
            int from = at + (isEnd ? 2 : 1);
            int end = from + (name == null ? 0 : name.bytes.length);
            if (name != null && end < to && piece[end] == '>' && name.isAt(piece, from)) {
                if (isEnd) {
                    endElement();
                } else {
                    startElement(name);
                }
                return end + 1;
            }
        } else if (piece[at] == '&' && at + QUOT.length <= to && isQuot(at)) {
            addText((byte) '"');
            afterReturn = false;
            return at + QUOT.length;
        }
        return at;
    }

    private boolean isQuot(int at) {
        return Arrays.equals(QUOT, 0, QUOT.length, piece, at, at + QUOT.length);
    }

    private @Nullable Name<E> expected() {
        return last == null ? null : lastEnded ? last.afterEnd : last.afterStart;
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
                startElement(name());
                endElement();
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
            startElement(name());
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
            Name<E> name = name();
            require(!open.isEmpty() && name.text.equals(open.getFirst().text), "an element that another one ends");
            endElement();
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

    private void startElement(Name<E> name) {
        require(!open.isEmpty() || !hadRoot, "more than one outermost element");
        require(open.size() < MAX_DEPTH, "elements too deep in each other");
        hadRoot = true;
        if (last != null && lastEnded) {
            last.afterEnd = name;
        } else if (last != null) {
            last.afterStart = name;
        }
        last = name;
        lastEnded = false;
        open.push(name);
        text.clear();
        wanted = handler.start(name.kind);
    }

    private void endElement() {
        Name<E> name = open.pop();
        last = name;
        lastEnded = true;
        Text value = wanted ? text.checked() : nothing;
        wanted = false;
        handler.end(name.kind, value);
    }

    private Name<E> name() {
        require(wordLength > 0, "a tag without a name");
        for (Name<E> known : names) {
            if (known.bytes.length == wordLength && known.isAt(word, 0)) {
                return known;
            }
        }
        byte[] bytes = Arrays.copyOf(word, wordLength);
        String full = decoded(bytes, wordLength);
        String text = full.substring(full.indexOf(':') + 1);
        Name<E> name = new Name<>(bytes, text, handler.kind(text));
        if (names.size() < MAX_DEPTH) {
            names.add(name);
        }
        return name;
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
        boolean ascii = true;
        for (byte b : bytes) {
            ascii &= b >= 0;
        }
        addText(bytes, 0, bytes.length, ascii);
    }

    private void addText(byte[] bytes, int from, int length, boolean ascii) {
        if (open.isEmpty()) {
            requireNothing(bytes, from, length);
        } else if (wanted) {
            text.add(bytes, from, length, ascii);
        }
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
