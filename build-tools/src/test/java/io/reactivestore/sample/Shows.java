package io.reactivestore.sample;

import io.reactivestore.sample.internal.Hidden;
import java.util.List;

public class Shows {
    public Hidden result() {
        return new Hidden();
    }

    public void argument(Hidden[] hidden) {}

    protected List<? extends Hidden> generic() {
        return List.of();
    }
}
