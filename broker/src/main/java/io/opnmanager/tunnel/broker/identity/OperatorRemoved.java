package io.opnmanager.tunnel.broker.identity;

/**
 * An operator was removed: what they hold open has to be closed. Fired after the row is gone, in
 * the thread that did it, on this node only.
 *
 * @param name the operator
 */
public record OperatorRemoved(String name) {}
