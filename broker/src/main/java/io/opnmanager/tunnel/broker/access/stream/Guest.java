package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.identity.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A client whose certificate is in order.
 *
 * @param subject of the certificate
 * @param operator whose it is, as far as it allows; null when that is nobody's business: a service
 *     is for names
 * @param address where the client connects from
 */
record Guest(String subject, Caller.@Nullable Operator operator, String address) {}
