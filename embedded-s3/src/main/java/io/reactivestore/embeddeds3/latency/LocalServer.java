package io.reactivestore.embeddeds3.latency;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** A server on threads of this JVM. */
final class LocalServer implements LatencyServer {
    /*
     * How it works. Reactor Netty's TCP server accepts, and runs the event loops. A connection is served by two handlers in front
     * of its own: Netty's decoder of requests, and Connection. Its HTTP server would do the rest too, but not let an answer be
     * broken at any byte, and would cost more than all of this.
     */

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LatencySettings settings;
    private final Meter meter = new Meter();
    private final FaultBook faults;
    private final Service service;
    private final Pace pace;
    private final LoopResources loops;
    private final DisposableServer server;

    private LocalServer(LatencySettings settings) {
        this.settings = settings;
        this.faults = new FaultBook(settings.seed(), settings.speed());
        this.service = new Service(settings, meter);
        this.pace = new Pace(settings);
        this.loops = LoopResources.create("latency-server", 1, settings.threads(), true);
        this.server = TcpServer.create()
                .runOn(loops, false)
                .bindAddress(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // Two pieces of a body: the next one is at hand while one is being taken.
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(VirtualContent.MAX_SLICE_BYTES, 2 * VirtualContent.MAX_SLICE_BYTES))
                .doOnChannelInit((observer, channel, address) -> prepare(channel))
                .bindNow(PATIENCE);
    }

    static LocalServer start(LatencySettings settings) {
        return new LocalServer(settings);
    }

    private void prepare(Channel channel) {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(32 << 10)
                .setMaxHeaderSize(32 << 10)
                .setMaxChunkSize(256 << 10)
                .setValidateHeaders(false);
        channel.pipeline()
                .addBefore(NettyPipeline.ReactiveBridge, "decoder", new HttpRequestDecoder(config))
                .addBefore(NettyPipeline.ReactiveBridge, "connection", new Connection(service, pace, faults, meter));
    }

    @Override
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    @Override
    public Counters counters() {
        return meter.read(service);
    }

    @Override
    public void inject(FaultRule rule) {
        faults.add(rule);
    }

    @Override
    public void clearFaults() {
        faults.clear();
    }

    @Override
    public void close() {
        server.disposeNow(PATIENCE);
        loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
        service.close();
    }

    @Override
    public String toString() {
        return "LatencyServer[" + endpoint() + ", " + settings + "]";
    }
}
