/**
 * A way with delay and loss: two network namespaces of this machine and the link between them, by
 * the kernel's netem where it has one and else by an emulator of our own. Wants root.
 *
 * <p>Not here: what is sent over it.
 *
 * <pre>
 *   namespace "near"                                          namespace "far"
 *   broker, sshd, load          Link: delay, loss             agent, ssh, traffic target
 *        10.213.0.1  --TUN--&gt;  Direction: queue  --TUN--&gt;  10.213.0.2
 *                    &lt;--TUN--  queue: Direction  &lt;--TUN--
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.network;

import org.jspecify.annotations.NullMarked;
