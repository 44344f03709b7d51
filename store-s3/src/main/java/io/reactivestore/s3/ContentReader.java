package io.reactivestore.s3;

import io.reactivestore.s3.UploadBudget.Reservation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Reads the content of a put part by part into memory, so that a part can be sent again as it was. A part is told when it is known
 * whether it is the last one.
 */
final class ContentReader extends Gatherer<ByteBuffer, ContentReader.Part> {

    /** Small contents of unknown length are many, and need no array of a whole part. */
    private static final int FIRST_ARRAY_BYTES = 16 << 10;

    /**
     * One part.
     *
     * @param bytes read-only; nobody writes to them any more
     * @param last whether it is the last one
     * @param reservation what it counts for in the budget
     */
    record Part(int number, ByteBuffer bytes, boolean last, Reservation reservation) {

        int length() {
            return bytes.remaining();
        }
    }

    private final int partBytes;
    private final OptionalLong announced;
    private final UploadBudget budget;
    private final Set<Reservation> reservations = ConcurrentHashMap.newKeySet();

    private int number;
    private long readBytes;
    private @Nullable Reservation reservation;
    private int capacity;
    private byte[] array = new byte[0];
    private int length;

    ContentReader(Publisher<ByteBuffer> body, OptionalLong announced, int partBytes, UploadBudget budget) {
        super(body, 1);
        this.announced = announced;
        this.partBytes = partBytes;
        this.budget = budget;
    }

    @Override
    void begin() {
        number++;
        length = 0;
        array = new byte[0];
        capacity = announced.isPresent()
                ? (int) Math.min(partBytes, Math.max(0, announced.getAsLong() - readBytes))
                : partBytes;
        reservation = budget.reserve(capacity, this::drain);
        reservations.add(reservation);
        if (isClosed()) {
            reservation.release();
        }
    }

    @Override
    boolean isReady() {
        return Objects.requireNonNull(reservation).isGranted();
    }

    @Override
    boolean add(ByteBuffer chunk) {
        int count = Math.min(chunk.remaining(), capacity - length);
        makeRoom(length + count);
        chunk.get(array, length, count);
        length += count;
        readBytes += count;
        return !chunk.hasRemaining();
    }

    private void makeRoom(int bytes) {
        if (bytes > array.length) {
            long grown = Math.max(bytes, Math.max(FIRST_ARRAY_BYTES, 2L * array.length));
            array = Arrays.copyOf(array, announced.isPresent() ? capacity : (int) Math.min(capacity, grown));
        }
    }

    @Override
    boolean isFull() {
        return false;
    }

    @Override
    boolean precedesError() {
        return false;
    }

    @Override
    Part end(boolean last) {
        ByteBuffer bytes = ByteBuffer.wrap(array, 0, length).asReadOnlyBuffer();
        return new Part(number, bytes, last, Objects.requireNonNull(reservation));
    }

    /** All bytes so far. To be asked when no part is being read. */
    long readBytes() {
        return readBytes;
    }

    /** Gives back the memory of a part that was sent. */
    void release(Part part) {
        reservations.remove(part.reservation());
        part.reservation().release();
    }

    @Override
    void close() {
        super.close();
        reservations.forEach(Reservation::release);
    }
}
