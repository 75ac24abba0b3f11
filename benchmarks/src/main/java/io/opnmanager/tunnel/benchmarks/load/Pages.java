package io.opnmanager.tunnel.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.HdrHistogram.Histogram;

/**
 * A browser's side of a reverse proxy over TLS, with kept connections of HTTP/1.1, to a {@link
 * PageTarget}.
 *
 * @param proxy where it listens
 * @param trust what is trusted
 * @param headers of every request, such as {@code Host} and {@code Cookie}, a line each
 */
public record Pages(InetSocketAddress proxy, SSLContext trust, List<String> headers) {

    /** What every connection is made with, whoever the proxy is. */
    public static final String CIPHER = "TLS_AES_128_GCM_SHA256";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ANSWER_MILLIS = 30_000;
    private static final long LEAD_NANOS = 20_000_000;
    private static final int DIGITS = 3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int CHUNK = 64 * 1024;

    /** As they are. */
    public Pages {
        headers = List.copyOf(headers);
    }

    /** One connection, made anew when the proxy has said that it closes it. */
    private final class Visit implements Closeable {
        private final byte[] chunk = new byte[CHUNK];
        private final byte[] request;
        private final long bytes;
        private SSLSocket socket;
        private InputStream in;

        Visit(long bytes) throws IOException {
            this.bytes = bytes;
            this.request =
                    ("GET /" + bytes + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII);
            this.socket = connect();
            this.in = new BufferedInputStream(socket.getInputStream(), CHUNK);
        }

        private SSLSocket connect() throws IOException {
            SSLSocket made =
                    (SSLSocket)
                            trust.getSocketFactory()
                                    .createSocket(proxy.getAddress(), proxy.getPort());
            made.setEnabledCipherSuites(new String[] {CIPHER});
            made.setTcpNoDelay(true);
            made.setSoTimeout(ANSWER_MILLIS);
            made.startHandshake();
            return made;
        }

        /** Asks and reads all of the answer. */
        void page() throws IOException {
            socket.getOutputStream().write(request);
            String head = head();
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException("wanted a page, found " + head);
            }
            String low = head.toLowerCase(Locale.ROOT);
            long length = number(low, "\r\ncontent-length:");
            if (length != bytes) {
                throw new IOException("wanted %d bytes, found %s".formatted(bytes, head));
            }
            for (long left = length; left > 0; ) {
                int read = in.read(chunk, 0, (int) Math.min(CHUNK, left));
                if (read < 0) {
                    throw new EOFException("the answer ended %d bytes early".formatted(left));
                }
                left -= read;
            }
            if (low.contains("\r\nconnection: close")) {
                socket.close();
                socket = connect();
                in = new BufferedInputStream(socket.getInputStream(), CHUNK);
            }
        }

        private String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (true) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("wanted an answer, found the end after " + head);
                }
                head.append((char) next);
                if (next == '\n' && head.lastIndexOf("\r\n\r\n") >= 0) {
                    return head.toString();
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static long number(String head, String name) throws IOException {
        int at = head.indexOf(name);
        if (at < 0) {
            throw new IOException("wanted a length, found " + head);
        }
        int from = at + name.length();
        return Long.parseLong(head.substring(from, head.indexOf("\r\n", from)).strip());
    }

    /** As many pages as they can over so many connections, each after the other; pages a second. */
    public double perSecond(int connections, long bytes, Duration time)
            throws IOException, InterruptedException {
        List<Visit> visits = visits(connections, bytes);
        try {
            long begin = System.nanoTime();
            List<Callable<Long>> works = new ArrayList<>();
            for (Visit visit : visits) {
                works.add(() -> {
                    long count = 0;
                    while (System.nanoTime() - begin < time.toNanos()) {
                        visit.page();
                        count++;
                    }
                    return count;
                });
            }
            long count =
                    Workers.run(works, time.plus(PATIENCE)).stream()
                            .mapToLong(Long::longValue)
                            .sum();
            return count * NANOS_PER_SECOND / (System.nanoTime() - begin);
        } finally {
            close(visits);
        }
    }

    /** One large page; bytes a second. */
    public double download(long bytes) throws IOException {
        try (Visit visit = new Visit(bytes)) {
            long begin = System.nanoTime();
            visit.page();
            return bytes * NANOS_PER_SECOND / (System.nanoTime() - begin);
        }
    }

    /**
     * Pages on schedule, each connection taking every so-manyth: one that waits for the page before
     * is late by that, and its latency counts from when it was due.
     *
     * @return latencies in nanoseconds
     */
    public Histogram onSchedule(int connections, long bytes, int perSecond, Duration time)
            throws IOException, InterruptedException {
        List<Visit> visits = visits(connections, bytes);
        try {
            Schedule schedule = new Schedule(System.nanoTime() + LEAD_NANOS, perSecond);
            int count = schedule.within(time);
            List<Callable<Histogram>> works = new ArrayList<>();
            for (int first = 0; first < connections; first++) {
                Visit visit = visits.get(first);
                int begin = first;
                works.add(() -> {
                    Histogram latencies = new Histogram(DIGITS);
                    for (int page = begin; page < count; page += connections) {
                        schedule.await(page);
                        visit.page();
                        latencies.recordValue(System.nanoTime() - schedule.due(page));
                    }
                    return latencies;
                });
            }
            Histogram all = new Histogram(DIGITS);
            Workers.run(works, time.plus(PATIENCE)).forEach(all::add);
            return all;
        } finally {
            close(visits);
        }
    }

    /** Each has answered once: it is made through to the target. */
    private List<Visit> visits(int connections, long bytes) throws IOException {
        List<Visit> visits = new ArrayList<>();
        try {
            for (int connection = 0; connection < connections; connection++) {
                Visit visit = new Visit(bytes);
                visits.add(visit);
                visit.page();
            }
            return visits;
        } catch (IOException | RuntimeException e) {
            close(visits);
            throw e;
        }
    }

    private static void close(List<Visit> visits) throws IOException {
        for (Visit visit : visits) {
            visit.close();
        }
    }
}
