package io.opnmanager.tunnel.contract.agent;

/**
 * It was done. A failure is a problem document, never {@code false}.
 *
 * @param success always true
 */
public record Success(boolean success) {

    /** The one answer. */
    public static final Success YES = new Success(true);
}
