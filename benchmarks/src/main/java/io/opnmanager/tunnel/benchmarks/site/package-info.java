/**
 * The product as it is measured: a broker with its database and firewalls with their agents, each
 * part a process of its own, started as packages start it.
 *
 * <p>Not here: peers, and load.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.site;

import org.jspecify.annotations.NullMarked;
