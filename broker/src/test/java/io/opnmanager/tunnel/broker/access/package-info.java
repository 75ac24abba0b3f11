/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.access;

import org.jspecify.annotations.NullMarked;
