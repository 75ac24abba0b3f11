/**
 * What is built and handed over, looked at as files: the jars of the four programs, what they are
 * made of, and what a native executable has to be told about them.
 *
 * <p>Not here: how the programs behave.
 */
@NullMarked
package io.opnmanager.tunnel.acceptance.shipped;

import org.jspecify.annotations.NullMarked;
