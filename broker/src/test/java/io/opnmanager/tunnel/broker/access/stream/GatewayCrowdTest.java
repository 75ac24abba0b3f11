package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Many clients of the gateway at once, patient ones and others. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(GatewayClients.Open.class)
class GatewayCrowdTest extends GatewayClients {

    private static final int CROWD = 500;
    private static final int RESETS = 600;

    /** Moments at which a client of the storm resets its connection. */
    private static final int MOMENTS = 6;

    /** The gateway's end of a handshake comes a little after the client's. */
    private final Semaphore handshakes = new Semaphore(PER_ADDRESS / 5);

    @Test
    void after_a_storm_of_resets_five_hundred_are_served_at_once_each_with_its_own_bytes()
            throws Exception {
        byte[] hello = hello();
        SSLContext context = of("kim");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            double before = over();
            List<Callable<Integer>> storm = new ArrayList<>();
            for (int i = 0; i < RESETS; i++) {
                int moment = i % MOMENTS;
                storm.add(() -> reset(moment, hello, context));
            }
            int[] times = new int[MOMENTS + 1];
            for (Future<Integer> one : threads.invokeAll(storm)) {
                times[one.get()]++;
            }
            for (int moment = 0; moment < MOMENTS; moment++) {
                assertThat(times[moment]).isGreaterThan(RESETS / MOMENTS / 2);
            }
            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(over()).isEqualTo(before + RESETS));
            assertNothingIsLeft();
            assertWholeQuota("127.0.0.1");

            List<SSLSocket> crowd = new ArrayList<>();
            for (Future<SSLSocket> one : threads.invokeAll(times(() -> entered(context)))) {
                crowd.add(one.get());
            }
            await().atMost(10, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(live()).isEqualTo(CROWD));
            List<Callable<byte[]>> questions = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                SSLSocket socket = crowd.get(i);
                byte[] own = bytes(i);
                questions.add(() -> echoed(socket, own));
            }
            List<Future<byte[]>> answers = threads.invokeAll(questions);
            for (int i = 0; i < CROWD; i++) {
                assertThat(answers.get(i).get()).isEqualTo(bytes(i));
            }
        }
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        await().atMost(20, TimeUnit.SECONDS).untilAsserted(() -> assertThat(live()).isZero());
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[5_000];
        new Random(seed).nextBytes(bytes);
        bytes[0] = 'e';
        return bytes;
    }

    private static <T> List<Callable<T>> times(Callable<T> work) {
        List<Callable<T>> all = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            all.add(work);
        }
        return all;
    }

    private SSLSocket entered(SSLContext context) throws Exception {
        handshakes.acquire();
        try {
            SSLSocket socket = over(plain("127.0.0.1", gateway.port()), context, "echo.test");
            socket.startHandshake();
            return socket;
        } finally {
            handshakes.release();
        }
    }

    /** Says the moment at which it hung up, without a goodbye. */
    private int reset(int moment, byte[] hello, SSLContext context) throws Exception {
        handshakes.acquire();
        try (Socket line = plain("127.0.0.1", gateway.port())) {
            line.setSoLinger(true, 0);
            switch (moment) {
                case 0 -> {}
                case 1 -> line.getOutputStream().write(hello, 0, hello.length / 2);
                case 2 -> line.getOutputStream().write(hello);
                default -> resetLater(moment, over(line, context, "echo.test"));
            }
            return moment;
        } catch (SocketException | SSLException e) {
            // One too many handshakes for this moment.
            return MOMENTS;
        } finally {
            handshakes.release();
        }
    }

    private static void resetLater(int moment, SSLSocket client) throws IOException {
        client.startHandshake();
        if (moment > 3) {
            client.getOutputStream().write(bytes(moment));
        }
        if (moment > 4) {
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo('e');
        }
    }
}
