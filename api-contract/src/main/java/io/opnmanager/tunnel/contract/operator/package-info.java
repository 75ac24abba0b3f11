/**
 * The operator API: resources under {@code /api/v1} for consoles, scripts and {@code tunnelctl}.
 *
 * <p>Not here: what agents call; that is {@code contract.agent}.
 */
@NullMarked
package io.opnmanager.tunnel.contract.operator;

import org.jspecify.annotations.NullMarked;
