package io.reactivestore.s3.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** A server that does on each connection, byte by byte, what the test says, and remembers every request head. */
final class ScriptedServer implements AutoCloseable {

    /** What happens on one connection; the connection is closed when it returns. */
    interface Script {
        void run(Peer peer) throws Exception;
    }

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final ServerSocket server;
    private final Script script;

    ScriptedServer(Script script) throws IOException {
        this(ServerSocketFactory.getDefault(), script);
    }

    ScriptedServer(ServerSocketFactory factory, Script script) throws IOException {
        this.server = factory.createServerSocket(0, 200, InetAddress.getLoopbackAddress());
        this.script = script;
        start("scripted-server", this::accept);
    }

    /** Answers every request with these bytes, and keeps connections. */
    static ScriptedServer answering(String answer) throws IOException {
        return new ScriptedServer(peer -> {
            while (peer.readRequest() != null) {
                peer.write(answer);
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections were opened. */
    int connections() {
        return accepted.get();
    }

    /** How many connections have ended, at this end or the other. */
    int ended() {
        return ended.get();
    }

    List<String> heads() {
        return heads;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                int number = accepted.getAndIncrement();
                start("scripted-connection", () -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            script.run(new Peer(socket, number));
        } catch (Exception gone) {
            // The client closed the connection, or refused its certificate: what the test is about.
        } finally {
            ended.incrementAndGet();
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The server's end of one connection. */
    final class Peer {

        private final Socket socket;
        private final int number;

        Peer(Socket socket, int number) {
            this.socket = socket;
            this.number = number;
        }

        /** Which connection it is, from 0 on. */
        int number() {
            return number;
        }

        /** The head of the next request, or null if there is none. */
        String readRequest() throws IOException {
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int newlines = 0;
            while (newlines < 2) {
                int c = in.read();
                if (c < 0) {
                    return null;
                }
                bytes.write(c);
                newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
            }
            String head = bytes.toString(StandardCharsets.ISO_8859_1);
            heads.add(head);
            return head;
        }

        byte[] read(int bytes) throws IOException {
            return socket.getInputStream().readNBytes(bytes);
        }

        /** Reads what comes until the client is done. */
        void readAll() throws IOException {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** The connection is torn down without a farewell. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
