package io.opnmanager.tunnel.broker.problem;

/**
 * A known caller was refused what it asked for; fired as an event, so that it can be written down.
 * Observers run on the thread of the request, which may be an event loop: they must not wait.
 *
 * @param code the code that was answered, of status 403
 * @param method the HTTP method
 * @param path the path, without its query
 */
public record Refusal(ProblemCode code, String method, String path) {}
