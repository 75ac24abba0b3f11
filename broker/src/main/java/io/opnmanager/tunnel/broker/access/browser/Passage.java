package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** The way to a session's page. Called on event loops: must not block. */
interface Passage {

    /**
     * Opens a connection, without TLS yet.
     *
     * @param home in which the future is done, and the channel's event loop
     * @return a channel with an empty pipeline: handlers that a listener adds miss nothing
     */
    Future<Channel> open(EventLoop home);

    /**
     * An event stream began on this connection: a page that is merely open lets bytes flow, and
     * nobody does anything. They do not count for the idle clock until the returned object is
     * closed.
     */
    AutoCloseable quiet(Channel connection);
}
