/** Tests of the broker as a whole, over its API and a real database. */
@NullMarked
package io.opnmanager.tunnel.broker;

import org.jspecify.annotations.NullMarked;
