package io.reactivestore.local;

import java.nio.file.Path;

/**
 * Where an object was found.
 *
 * @param facts of the regular file at the path
 */
record Located(Path path, Facts facts) {}
