package io.opnmanager.tunnel.broker.identity;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends exactly these headers: clients of libraries know better than a test. */
final class RawHttp {

    private RawHttp() {}

    /** The answer as text, with its head. */
    static String send(String method, String path, List<String> headers, String body)
            throws IOException {
        return send("127.0.0.1", method, path, headers, body);
    }

    /** The same from another address of this machine: all of 127.0.0.0/8 is its own. */
    static String send(String from, String method, String path, List<String> headers, String body)
            throws IOException {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        request.append("Content-Type: application/json\r\nConnection: close\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body);
        try (Socket socket =
                new Socket(
                        InetAddress.getLoopbackAddress(),
                        RestAssured.port,
                        InetAddress.ofLiteral(from),
                        0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
