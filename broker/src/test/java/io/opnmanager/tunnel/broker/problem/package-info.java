/** Tests of this room. */
@NullMarked
package io.opnmanager.tunnel.broker.problem;

import org.jspecify.annotations.NullMarked;
