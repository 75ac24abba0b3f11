/**
 * The client of the broker's agent API, and the credential it calls with.
 *
 * <p>Not here: what to do with an answer, and SSH.
 */
@NullMarked
package io.opnmanager.tunnel.agent.broker;

import org.jspecify.annotations.NullMarked;
