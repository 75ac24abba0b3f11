/**
 * The product as its users meet it: real processes, a real MariaDB, real SSH, stock clients.
 *
 * <p>Not here: anything that knows a class of broker or agent; only what is on the wire, and the
 * broker's rows where the wire does not say.
 */
@NullMarked
package io.opnmanager.tunnel.acceptance;

import org.jspecify.annotations.NullMarked;
