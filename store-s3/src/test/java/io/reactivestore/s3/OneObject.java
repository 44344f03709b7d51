package io.reactivestore.s3;

import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.function.Function;

/** A store on a server with one object, whatever its key. What the server answers can be replaced. Each request is tried once. */
abstract class OneObject {

    static final int SIZE = 10_000;

    final FakeObject object = new FakeObject(SIZE, "e1");
    Function<Request, Reply> server = object::reply;
    final FakeHttp http = FakeStores.http(request -> server.apply(request));
    final S3Store store = FakeStores.builder(http).partBytes(3000).build();
}
