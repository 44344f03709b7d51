package io.reactivestore.s3.http.internal;

import software.amazon.awssdk.http.SdkHttpExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpExecutionAttributes;

/**
 * Says of a request that whoever reads the body of its answer copies the bytes before {@code onNext} returns. The transport then
 * lends the memory that the socket was read into, instead of making an array for each piece, so that the bytes are copied once.
 */
public final class LentBody extends SdkHttpExecutionAttribute<Boolean> {

    private static final LentBody LENT = new LentBody();

    /** To be set on the request. */
    public static final SdkHttpExecutionAttributes ATTRIBUTES =
            SdkHttpExecutionAttributes.builder().put(LENT, true).build();

    private LentBody() {
        super(Boolean.class);
    }

    /** Whether the request has these attributes. */
    public static boolean isIn(SdkHttpExecutionAttributes attributes) {
        return Boolean.TRUE.equals(attributes.getAttribute(LENT));
    }
}
