package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.identity.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A client whose certificate is in order.
 *
 * @param subject of the certificate
 * @param operator whose it is, with what it allows; null at a service when no node has signed it
 * @param address where the client connects from
 */
record Guest(String subject, Caller.@Nullable Operator operator, String address) {}
