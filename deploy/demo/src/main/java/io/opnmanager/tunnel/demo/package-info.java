/**
 * The parts of a whole product on one machine: an embedded database, a page that plays the
 * firewall, and the real processes of broker and agents; used by the demo, dev mode and tests.
 *
 * <p>Not here: anything that runs in production.
 */
@NullMarked
package io.opnmanager.tunnel.demo;

import org.jspecify.annotations.NullMarked;
