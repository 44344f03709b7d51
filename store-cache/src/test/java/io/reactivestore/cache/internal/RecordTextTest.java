package io.reactivestore.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordTextTest {

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "ascii\u0000\u007f",
                "\u0080\u07ff",
                "\u0800\uffff",
                "\ud83d\ude00",
                "\ud83d",
                "\ude00\ud83d",
                "a\ud83dz"
            })
    void length_isThatOfWhatIsWritten(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RecordText.write(new DataOutputStream(bytes), text);
        assertThat(RecordText.length(text)).isEqualTo(bytes.size());
    }
}
