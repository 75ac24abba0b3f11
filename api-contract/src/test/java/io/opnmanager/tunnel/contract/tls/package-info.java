/** Bytes over TLS, in one process. */
@NullMarked
package io.opnmanager.tunnel.contract.tls;

import org.jspecify.annotations.NullMarked;
