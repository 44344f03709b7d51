package io.reactivestore.sample;

import io.reactivestore.sample.internal.Hidden;

public class Shown {
    private final Hidden hidden = new Hidden();

    Hidden hidden() {
        return hidden;
    }
}
