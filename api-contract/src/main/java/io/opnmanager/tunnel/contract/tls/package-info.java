/**
 * Bytes between a plain TCP connection and one with TLS, done alike by the gateway and by its
 * client: several records are read, opened and written at once, and the end of one direction leaves
 * the other open.
 *
 * <p>Not here: whose certificate is good, what a connection is for, and when it has been still for
 * too long.
 *
 * <pre>
 *   PlainSide --read--&gt; Chunk --up to four records--&gt; TlsSide --one write--&gt; network
 *   network --one read--&gt; TlsSide --up to four records--&gt; Chunk --one write--&gt; PlainSide
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.contract.tls;

import org.jspecify.annotations.NullMarked;
