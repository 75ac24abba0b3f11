/**
 * Bytes between a TCP socket and a channel of an SSH line, done alike at both ends of the line: a
 * thread that turns to each socket that is ready, buffers that are bounded, windows that follow the
 * path.
 *
 * <p>Not here: SSH itself, and who may connect to what.
 *
 * <pre>
 *   socket --read--&gt; Loop's thread --Far.send--&gt; line        at most two packets under way
 *   line --Splice.received--&gt; socket, directly when it takes it
 *                         \--&gt; Inbox --Loop's thread--&gt; socket   at most one window
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.contract.splice;

import org.jspecify.annotations.NullMarked;
