/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.audit;

import org.jspecify.annotations.NullMarked;
