package io.reactivestore.decorate;

import io.reactivestore.Keys;
import io.reactivestore.error.StoreCorruptException;

/** Puts a prefix before the keys of a caller and takes it from those of a store. */
record KeyPrefix(String text) {

    /** Checks a prefix: there must be room for a key behind it. */
    static KeyPrefix of(String prefix) {
        Keys.requirePrefix("decorate", prefix);
        if (Keys.utf8Length(prefix) == Keys.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "decorate: the prefix has " + Keys.MAX_BYTES + " bytes, no key fits behind it");
        }
        return new KeyPrefix(prefix);
    }

    /** The whole of a key that a caller gave as an argument. */
    String addToKey(String operation, String key) {
        return addTo(operation, "key", Keys.requireKey(operation, key));
    }

    /** The whole of a prefix that a caller gave as an argument. */
    String addToPrefix(String operation, String prefix) {
        return addTo(operation, "prefix", Keys.requirePrefix(operation, prefix));
    }

    /** The whole of a text that was checked already; fails if it is too long. */
    String addTo(String operation, String name, String part) {
        String whole = text + part;
        // No char has more than 3 bytes, so that most keys need no counting.
        if (whole.length() > Keys.MAX_BYTES / 3 && Keys.utf8Length(whole) > Keys.MAX_BYTES) {
            throw new IllegalArgumentException(operation + ": the " + name + " has " + Keys.utf8Length(part)
                    + " bytes of UTF-8, more than " + (Keys.MAX_BYTES - Keys.utf8Length(text))
                    + ", which the prefix " + text + " leaves of " + Keys.MAX_BYTES);
        }
        return whole;
    }

    /** The whole of a key, unchecked. */
    String add(String key) {
        return text + key;
    }

    /** The caller's part of a key that the inner store told. */
    String remove(String operation, String whole) {
        if (!isStartOf(whole)) {
            throw new StoreCorruptException(
                    operation, whole, "the store answered with a key that does not begin with " + text, false, null);
        }
        return whole.substring(text.length());
    }

    boolean isStartOf(String whole) {
        return whole.startsWith(text);
    }

    boolean isAllOf(String whole) {
        return whole.equals(text);
    }

    /** The directory that the prefix is or lies in. */
    String directory() {
        return text.substring(0, text.lastIndexOf('/') + 1);
    }

    /** Tells of a malformed key as its caller knows it; what is found wrong with the whole of it if that alone is. */
    Throwable whatIsWrongWith(String operation, String key, Throwable found) {
        try {
            addToKey(operation, key);
            return found;
        } catch (IllegalArgumentException told) {
            return told;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
