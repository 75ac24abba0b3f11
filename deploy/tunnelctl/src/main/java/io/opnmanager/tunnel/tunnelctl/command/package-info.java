/**
 * The command line: one class a command, and how answers and failures look.
 *
 * <p>Not here: how anything is done.
 */
@NullMarked
package io.opnmanager.tunnel.tunnelctl.command;

import org.jspecify.annotations.NullMarked;
