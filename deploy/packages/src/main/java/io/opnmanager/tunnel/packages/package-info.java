/**
 * Puts what the build made into Debian packages: layout, maintainer scripts, manual pages, archives
 * that are the same byte by byte for the same input. It is no part of a running installation, and
 * it starts nothing but the JDK's own jlink.
 */
@NullMarked
package io.opnmanager.tunnel.packages;

import org.jspecify.annotations.NullMarked;
