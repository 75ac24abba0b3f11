package io.opnmanager.tunnel.demo.page;

import org.jspecify.annotations.Nullable;

/**
 * A WebSocket that says back what it hears, as plugins with a terminal use one. Only from a page of
 * this very host.
 */
final class Terminal {

    static final String PATH = "/api/terminal/socket";

    private Terminal() {}

    static void answer(Call call) {
        @Nullable String origin = call.request().getHeader("Origin");
        if (origin == null || !origin.equals("https://" + call.host())) {
            call.text(403, "This page is not of this host.\n");
            return;
        }
        String user = call.visit().user();
        call.request()
                .toWebSocket()
                .onSuccess(socket -> {
                    socket.textMessageHandler(
                            text -> socket.writeTextMessage(user + " said: " + text));
                    socket.binaryMessageHandler(socket::writeBinaryMessage);
                });
    }
}
