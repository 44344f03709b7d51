package io.reactivestore.embeddeds3.latency;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/**
 * The process of a server. It reads its settings from standard input, answers with its endpoint, and then each command with what it
 * asks for. It ends when standard input does: with the JVM that started it.
 */
final class LatencyServerMain {

    /** What a server is told; a {@link FaultRule} is told as itself. */
    enum Command {
        COUNTERS,
        CLEAR_FAULTS
    }

    private LatencyServerMain() {}

    public static void main(String[] args) throws Exception {
        ObjectOutputStream answers = new ObjectOutputStream(System.out);
        System.setOut(System.err);
        ObjectInputStream commands = new ObjectInputStream(System.in);
        try (LatencyServer server = LatencyServer.start((LatencySettings) commands.readObject())) {
            answer(answers, server.endpoint());
            while (true) {
                Object command = commands.readObject();
                if (command instanceof FaultRule rule) {
                    server.inject(rule);
                } else if (command == Command.CLEAR_FAULTS) {
                    server.clearFaults();
                }
                answer(answers, server.counters());
            }
        } catch (IOException inputEnded) {
            System.exit(0);
        }
    }

    private static void answer(ObjectOutputStream answers, Object answer) throws IOException {
        answers.writeUnshared(answer);
        answers.reset();
        answers.flush();
    }
}
