/**
 * What was asked for, by whom, of which firewall: the request queue, its table of states, its only
 * writer, its ports, its sweeper and the watch that wakes held polls.
 *
 * <p>Not here: the SSH lines themselves; {@code tunnel} compares those with the rows and says what
 * it sees.
 *
 * <pre>
 *   POST requests            agent reports + own listener + probe
 *        |                                  |
 *        v                                  v
 *     pending ---------------------------&gt; active
 *        |  \                              /   |
 *        |   `--- closed, line lost, ... -'    | 30 min
 *        v                 |                   v
 *     timeout         disconnected          expired
 *
 *   a row waits for its agent while it is pending and unreported (open it) or ended and unconfirmed (kill it)
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.broker.request;

import org.jspecify.annotations.NullMarked;
