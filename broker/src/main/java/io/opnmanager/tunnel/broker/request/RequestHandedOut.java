package io.opnmanager.tunnel.broker.request;

/**
 * An agent was told to open a request. No move: nobody but those who watch it waits for this.
 *
 * @param row the row after it was handed out
 */
record RequestHandedOut(RequestRow row) {}
