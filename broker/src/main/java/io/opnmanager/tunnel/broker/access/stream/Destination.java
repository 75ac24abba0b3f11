package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.access.LiveSession;

/** What a client is let through to. */
sealed interface Destination {

    /** Host that the broker connects to. */
    String host();

    /** Port there. */
    int port();

    /** For logs: what a person knows it by. */
    String name();

    /** A live session of this node, at its tunnel's own port. */
    record Session(LiveSession session) implements Destination {
        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return session.port();
        }

        @Override
        public String name() {
            return "request:" + session.request();
        }
    }

    /** A service of the configuration. */
    record Service(String name, String host, int port) implements Destination {}
}
