package io.reactivestore.cache;

import io.reactivestore.s3.Known;

public class KnowsS3 {
    public Known known() {
        return new Known();
    }
}
