package io.opnmanager.tunnel.broker.identity;

/**
 * All sign-ins of an operator were ended: whatever browsers hold open in their name has to be cut,
 * wherever it was entered from. Fired on every node as {@link OperatorChanged} is.
 *
 * @param operator by name
 */
public record SignedOutEverywhere(String operator) {}
