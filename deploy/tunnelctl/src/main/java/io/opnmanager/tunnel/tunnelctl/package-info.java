/**
 * The door of {@code tunnelctl}: what has to be known before Quarkus starts.
 *
 * <p>Not here: commands.
 */
@NullMarked
package io.opnmanager.tunnel.tunnelctl;

import org.jspecify.annotations.NullMarked;
