/**
 * TCP for programs on an operator's own machine: a listener with mutual TLS, where the server name
 * chooses a live session or a service of the configuration.
 *
 * <p>Not here: who may use which session (room {@code access}), and how bytes get to the firewall
 * (room {@code tunnel}).
 *
 * <pre>
 *   stunnel, socat, tunnelctl --TLS, certificate, server name--&gt; Gateway --Guest, Destination--&gt; Stream
 *                                                                                 |
 *                                          127.0.0.1:8xxx of a session, or host:port of a route
 * </pre>
 *
 * <p>Each connection has two virtual threads, one for each direction, which move up to four records
 * of TLS at once (room {@code contract.tls}); what must end for lack of time or of a right is ended
 * by {@code Streams}, which looks every second.
 */
@NullMarked
package io.opnmanager.tunnel.broker.access.stream;

import org.jspecify.annotations.NullMarked;
