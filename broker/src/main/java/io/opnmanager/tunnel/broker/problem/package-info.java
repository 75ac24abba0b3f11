/**
 * Every refusal of the broker as an RFC 9457 problem document with a stable code.
 *
 * <p>Not here: deciding what is refused; each room does that and throws a {@code Problem}.
 */
@NullMarked
package io.opnmanager.tunnel.broker.problem;

import org.jspecify.annotations.NullMarked;
