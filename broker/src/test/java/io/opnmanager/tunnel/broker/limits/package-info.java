/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.limits;

import org.jspecify.annotations.NullMarked;
