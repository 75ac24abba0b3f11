/**
 * SSH lines on the threads that move their connections' bytes: what a line brings is decrypted and
 * written to a connection's socket, and the other way round, without a change of thread.
 *
 * <p>Not here: who may have a line, and what it may carry. Key exchange and authentication are the
 * library's, and run in threads that may wait.
 */
@NullMarked
package io.opnmanager.tunnel.contract.line;

import org.jspecify.annotations.NullMarked;
