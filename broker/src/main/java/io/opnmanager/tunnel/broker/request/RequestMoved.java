package io.opnmanager.tunnel.broker.request;

/**
 * A request was made, became active, was reported by its agent or ended, and the row says so
 * already. Fired on the node that moved it, in the thread that moved it: observers hand over and
 * return.
 *
 * @param row the row after the move
 */
public record RequestMoved(RequestRow row) {}
