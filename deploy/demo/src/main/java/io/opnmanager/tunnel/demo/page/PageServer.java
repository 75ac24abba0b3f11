package io.opnmanager.tunnel.demo.page;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * One run of the page's server, HTTP/1.1 over TLS on 127.0.0.1. Everything but {@link #seen} runs
 * on its one event loop.
 */
public final class PageServer implements AutoCloseable {

    private static final int REMEMBERED = 5_000;
    private static final long TRAFFIC_MS = 1_000;
    private static final long LOG_MS = 700;
    private static final long TICK_MS = 1_000;
    private static final long LONGEST_PAUSE_MS = 60_000;

    private final Vertx vertx;
    private final Site site;
    private final Visits visits = new Visits();
    private final KeepAlive keepAlive;
    private final Map<String, Call.Page> open = new HashMap<>();
    private final Map<String, Call.Page> signedIn = new HashMap<>();
    private final Deque<Seen> seen = new ArrayDeque<>();
    private final HttpServer server;

    private PageServer(Vertx vertx, Site site, int port, String certificatePem, String keyPem) {
        this.vertx = vertx;
        this.site = site;
        this.keepAlive = new KeepAlive(vertx);
        addOpenPages();
        addPages();
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setSsl(true)
                        .setUseAlpn(false)
                        .setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .addCertValue(Buffer.buffer(certificatePem))
                                        .addKeyValue(Buffer.buffer(keyPem)))
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                        .setCompressionSupported(true);
        this.server =
                vertx.createHttpServer(options)
                        .connectionHandler(keepAlive::opened)
                        .requestHandler(this::handle);
    }

    /**
     * Starts it.
     *
     * @param site whose page it is
     * @param port where to listen, 0 for any
     */
    public static PageServer start(Site site, int port, String certificatePem, String keyPem)
            throws IOException {
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(1)
                                .setInternalBlockingPoolSize(1)
                                // Nothing of it comes from files, and nothing shall be in /tmp.
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        var page = new PageServer(vertx, site, port, certificatePem, keyPem);
        try {
            page.server.listen().toCompletionStage().toCompletableFuture().join();
            return page;
        } catch (CompletionException e) {
            page.close();
            throw new IOException("the page of " + site.name() + " does not listen", e);
        }
    }

    /** Where it listens. */
    public int port() {
        return server.actualPort();
    }

    /** The requests that came last, the oldest first. */
    public List<Seen> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** For tools and older tests: nobody has to sign in. */
    private void addOpenPages() {
        open.put("/echo", PageServer::echo);
        open.put("/bytes", Transfers::zeros);
        open.put("/slow", this::slow);
        open.put("/events", call -> new Streams(vertx).send(call, TICK_MS, () -> "tick"));
        for (String file : List.of("main.css", "app.js", "dashboard.js", "log.js", "terminal.js")) {
            String type = file.endsWith("css") ? "text/css" : "text/javascript";
            open.put("/ui/static/" + file, call -> asset(call, file, type));
        }
    }

    private void addPages() {
        Figures figures = new Figures(site.name());
        Streams streams = new Streams(vertx);
        vertx.setPeriodic(TRAFFIC_MS, fired -> figures.tick());
        signedIn.put("/api/diagnostics/traffic/history", call -> call.json(figures.history()));
        signedIn.put(SignIn.DASHBOARD, call -> call.html("dashboard.html", Map.of()));
        signedIn.put("/ui/diagnostics/firewall/log", this::compressedLog);
        signedIn.put("/ui/core/backup", Transfers::restore);
        signedIn.put("/ui/terminal", call -> call.html("terminal.html", Map.of()));
        signedIn.put(Terminal.PATH, Terminal::answer);
        signedIn.put("/api/core/backup/download", Transfers::backup);
        signedIn.put("/api/core/service/restart", PageServer::restart);
        signedIn.put("/api/routes/gateway/status", call -> call.json(figures.gateways()));
        signedIn.put(
                "/api/diagnostics/traffic/stream/1",
                call -> streams.send(call, TRAFFIC_MS, figures::traffic));
        signedIn.put(
                "/api/diagnostics/firewall/stream_log",
                call -> streams.send(call, LOG_MS, figures::logLine));
    }

    private void handle(HttpServerRequest request) {
        remember(Seen.of(request));
        keepAlive.begins(request);
        request.response()
                .putHeader("Server", "OPNsense")
                .putHeader("Strict-Transport-Security", "max-age=31536000")
                // Compressed is only what says so itself, as in webgui.inc: deflate.mimetypes.
                .putHeader("Content-Encoding", "identity");
        try {
            answer(request, request.path() == null ? "" : request.path());
        } catch (RuntimeException e) {
            request.response().setStatusCode(500).end(String.valueOf(e));
        }
    }

    private void answer(HttpServerRequest request, String path) {
        Call.Page free = open.get(path);
        if (free != null) {
            free.answer(new Call(request, new Visits.Visit("", "", "", ""), site));
            return;
        }
        Call call = new Call(request, visits.of(request), site);
        Call.Page page = signedIn.get(path);
        if (path.equals("/") || path.equals("/index.php")) {
            new SignIn(visits).answer(call);
        } else if (page == null) {
            call.text(404, "There is no such page here.\n");
        } else if (!call.visit().isSignedIn()) {
            // ControllerRoot.php: doAuth
            call.redirect("/?url=" + request.uri());
        } else {
            page.answer(call);
        }
    }

    private void remember(Seen request) {
        synchronized (seen) {
            seen.addLast(request);
            if (seen.size() > REMEMBERED) {
                seen.removeFirst();
            }
        }
    }

    private static void asset(Call call, String file, String type) {
        call.response().headers().remove("Content-Encoding");
        call.response()
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "max-age=180000")
                .end(Templates.file(file));
    }

    /** Pages are compressed where their owner wants it (php.ini: zlib.output_compression). */
    private void compressedLog(Call call) {
        call.response().headers().remove("Content-Encoding");
        call.html("log.html", Map.of());
    }

    private static void restart(Call call) {
        if (call.isPost()) {
            Forms.read(call, fields -> call.json("{\"result\":\"ok\"}"));
        } else {
            call.json("{\"result\":\"failed\"}");
        }
    }

    private static void echo(Call call) {
        call.response().putHeader("Content-Type", "application/octet-stream").setChunked(true);
        var _ = call.request().pipeTo(call.response());
    }

    private void slow(Call call) {
        long pause = Math.min(Transfers.number(call, "ms", 2_000), LONGEST_PAUSE_MS);
        vertx.setTimer(Math.max(1, pause), fired -> call.text(200, "At last.\n"));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
