/**
 * The broker as a process: its options, its configuration file, the credentials and the watchdog of
 * its service manager.
 *
 * <p>Not here: anything that a broker is for; no other room knows that this one is there.
 */
@NullMarked
package io.opnmanager.tunnel.broker.program;

import org.jspecify.annotations.NullMarked;
