/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.firewall;

import org.jspecify.annotations.NullMarked;
