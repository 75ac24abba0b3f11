/**
 * How a small program on a firewall asks its broker: one JSON document there, one back, over the
 * JDK's own HTTP client and without reflection, and whose certificate it accepts. An agent that has
 * nothing to do keeps what it has loaded, so this loads little (ADR 0038).
 *
 * <p>Not here: what is asked when, and how often it is tried again.
 */
@NullMarked
package io.opnmanager.tunnel.contract.call;

import org.jspecify.annotations.NullMarked;
