/**
 * May this caller use this session now: tickets that let one browser in once, the sessions of this
 * node with who was let in, and whether any window of them is still there.
 *
 * <p>Not here: how bytes get to the firewall ({@code tunnel}) and what a browser is shown ({@code
 * access.browser}).
 *
 * <pre>
 *   browser --GET /.opnmanager/enter--&gt; session's host --303, challenge of a nonce in a cookie--&gt; console
 *   console --POST /api/v1/requests/17/entries {challenge}--&gt; Entries: ticket for 30 s
 *   browser --POST /.opnmanager/enter, ticket + nonce--&gt; Entries: used up, LiveSession: cookie
 *   browser --every request, cookie--&gt; LiveSession --&gt; relay
 *   windows --beat, farewell--&gt; Attendance: last one gone, 3 s without a sign: window_gone
 * </pre>
 *
 * <p>Requests of browsers are decided from memory. What ends a session reaches memory as {@code
 * RequestMoved} or {@code OperatorChanged}, and by a comparison with the rows every second.
 */
@NullMarked
package io.opnmanager.tunnel.broker.access;

import org.jspecify.annotations.NullMarked;
