/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.console;

import org.jspecify.annotations.NullMarked;
