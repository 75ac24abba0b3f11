package io.opnmanager.tunnel.benchmarks.peer;

import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * nginx as a reverse proxy with TLS, as its documentation says it is done: kept connections to what
 * is behind it, answers passed on as they come, a worker a core.
 */
public final class Nginx implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(10);

    private final Program program;
    private final InetSocketAddress address;

    private Nginx(Program program, InetSocketAddress address) {
        this.program = program;
        this.address = address;
    }

    /**
     * On a free port of 127.0.0.1.
     *
     * @param certificates whose certificate it shows
     * @param behind port of 127.0.0.1 that it leads to, plain HTTP
     */
    public static Nginx start(Path folder, Certificates certificates, int behind)
            throws IOException, InterruptedException {
        PrivateFile.folder(folder);
        int port = Loopback.freePort();
        Path file = folder.resolve("nginx.conf");
        Files.writeString(
                file,
                """
                daemon off;
                worker_processes auto;
                pid %1$s/pid;
                error_log stderr warn;
                events { worker_connections 4096; }
                http {
                    access_log off;
                    keepalive_requests 1000000;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    upstream tunnel { server 127.0.0.1:%2$d; keepalive 64; keepalive_requests 1000000; }
                    server {
                        listen 127.0.0.1:%3$d ssl;
                        ssl_certificate %4$s;
                        ssl_certificate_key %5$s;
                        ssl_protocols TLSv1.3;
                        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
                        location / {
                            proxy_pass http://tunnel;
                            proxy_http_version 1.1;
                            proxy_set_header Connection "";
                            proxy_set_header Host $host;
                            proxy_buffering off;
                        }
                    }
                }
                """
                        .formatted(
                                folder,
                                behind,
                                port,
                                certificates.certificateFile(),
                                certificates.keyFile()));
        String nginx =
                Files.isExecutable(Path.of("/usr/sbin/nginx"))
                        ? "/usr/sbin/nginx"
                        : "/usr/bin/nginx";
        // As root its workers would be somebody else, who may not read the folder.
        String user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
        Program program =
                Program.start(
                        "nginx",
                        folder,
                        List.of(nginx, "-p", folder.toString(), "-c", file.toString(), "-g", user),
                        Map.of());
        try {
            program.awaitReady(READY_WITHIN, () -> Loopback.isListening(port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
        return new Nginx(program, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Its master; workers are its children. */
    public Program program() {
        return program;
    }

    @Override
    public void close() {
        program.close();
    }
}
