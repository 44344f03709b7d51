package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.none;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class S3DeletesTest {

    private final FakeBucket bucket = new FakeBucket();
    private Function<Request, Reply> server = bucket::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = FakeStores.builder(http, 3).build();

    @Test
    void condition_isThatOfAnObjectThatIsThere() {
        String etag = one(store.put("k", Content.text("1"))).etag();
        failure(PreconditionFailedException.class, store.delete("k", ifMatch("x")));
        assertThat(bucket.objects).containsKey("k");
        none(store.delete("k", ifMatch(etag)));
        none(store.delete("k", ifMatch(etag)));
        assertThat(bucket.objects).isEmpty();
    }

    @Test
    void lostAnswer_isNotTakenForSomebodyElsesDelete() {
        String etag = one(store.put("k", Content.text("1"))).etag();
        AtomicInteger deletes = new AtomicInteger();
        server = request -> {
            boolean wasThere = bucket.objects.containsKey("k");
            Reply reply = bucket.reply(request);
            if (!request.method().equals("DELETE")) {
                return reply;
            }
            return deletes.incrementAndGet() == 1
                    ? Reply.lost()
                    : wasThere ? reply : Reply.error(412, "PreconditionFailed");
        };
        none(store.delete("k", ifMatch(etag)));
        assertThat(deletes).hasValue(2);
    }

    @Test
    void objectReplacedAfterALostAnswer_isSomebodyElses() {
        String etag = one(store.put("k", Content.text("1"))).etag();
        AtomicInteger deletes = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            if (request.method().equals("DELETE") && deletes.incrementAndGet() == 1) {
                bucket.reply(new Request("PUT", "/k", Map.of(), Map.of(), new byte[1]));
                return Reply.lost();
            }
            return reply;
        };
        failure(PreconditionFailedException.class, store.delete("k", ifMatch(etag)));
        assertThat(bucket.objects).containsKey("k");
    }

    @Test
    void failure_isNotTakenForAFailedCondition() {
        server = request -> Reply.error(500, "InternalError");
        failure(StoreUnavailableException.class, store.delete("k", ifMatch("x")));
    }

    private static DeleteOptions ifMatch(String etag) {
        return DeleteOptions.defaults().withIfMatch(etag);
    }
}
