/**
 * The software of agents: the signed release that this node serves, the line that puts it onto a
 * firewall, and how far it is let out to agents that update themselves.
 *
 * <p>Not here: making and signing a release, which happens on another machine, and replacing an
 * agent, which the agent does itself.
 *
 * <pre>
 *  folder --verified--&gt; ReleaseFolder --&gt; ReleaseResource: files, for everybody
 *                            |--&gt; EnrolmentLines: one line to paste, with checksum and token
 *                            `--&gt; AgentUpdates: what a check-in is offered --&gt; Rollouts: halts itself
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.broker.release;

import org.jspecify.annotations.NullMarked;
