/**
 * Serves the console: the one page, what it is made of, and the headers that bind a browser to it.
 * It is no API: everything that the console does, it does as a client of {@code /api}.
 */
@NullMarked
package io.opnmanager.tunnel.broker.console;

import org.jspecify.annotations.NullMarked;
