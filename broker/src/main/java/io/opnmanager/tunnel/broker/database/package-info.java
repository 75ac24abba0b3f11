/**
 * The one way to the database: a {@code Jdbi} over the pool that keeps every time in UTC.
 *
 * <p>Not here: any statement; those stand in the room whose table it is.
 */
@NullMarked
package io.opnmanager.tunnel.broker.database;

import org.jspecify.annotations.NullMarked;
