/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.NullMarked;
