import type { EndReason } from '../api/model';

/** Why a session ended: in a few words, as a sentence, and what to do about it. */
export interface End {
    short: string;
    sentence: string;
    advice: string;
}

const AGAIN = 'Connect again if you still need it.';

export const END_WORDS: Record<EndReason, End> = {
    closed: { short: 'closed', sentence: 'The session was closed.', advice: AGAIN },
    window_gone: { short: 'window closed', sentence: 'Its last browser window was closed.', advice: AGAIN },
    heartbeat_missed: {
        short: 'no heartbeat',
        sentence: 'Nobody said any more that the session is wanted.',
        advice: `Whoever holds a session has to say so every minute. ${AGAIN}`,
    },
    line_lost: {
        short: 'line lost',
        sentence: 'The SSH line from the firewall was lost.',
        advice: 'The firewall may have restarted or lost its uplink. Wait until it is online, then connect again.',
    },
    probe_failed: {
        short: 'page silent',
        sentence: 'The tunnel was up, but the firewall’s page did not answer through it.',
        advice: 'Check that the web page runs on the firewall and that its address under “Web target” is right.',
    },
    agent_closed: {
        short: 'agent closed it',
        sentence: 'The agent on the firewall closed the tunnel.',
        advice: 'It may have been restarted or updated. Connect again.',
    },
    agent_failed: {
        short: 'agent failed',
        sentence: 'The agent could not open the tunnel.',
        advice: 'Its own words are below. Often the target is not among those that the agent allows (agent.targets).',
    },
    deadline: {
        short: 'not in time',
        sentence: 'The firewall did not open the tunnel in time.',
        advice: 'Look whether it is online. If it is, its SSH way out to the broker may be blocked; the agent’s log says so.',
    },
    lifetime: {
        short: 'time over',
        sentence: 'The longest time agreed for this session is over.',
        advice: 'Connect again; you can ask for a longer time, or extend a session before it ends.',
    },
    idle: { short: 'idle', sentence: 'No byte went through for too long.', advice: AGAIN },
    byte_limit: {
        short: 'byte limit',
        sentence: 'The agreed number of bytes is used up.',
        advice: 'Connect again with a higher limit, if that is right.',
    },
    certificate_changed: {
        short: 'certificate changed',
        sentence: 'The firewall showed another certificate than the one that is pinned.',
        advice:
            'Either its certificate was renewed, or this is not your firewall. Compare the fingerprint on the firewall’s page here and accept it only when you know why it changed.',
    },
    credential_revoked: {
        short: 'credential revoked',
        sentence: 'The firewall’s credential was revoked or replaced.',
        advice: 'Enrol it again, or restart its agent with the new credential.',
    },
    rights_withdrawn: {
        short: 'access withdrawn',
        sentence: 'The operator may not reach this firewall any more.',
        advice: 'Ask an administrator, if that is not what was meant.',
    },
    broker_stopped: { short: 'broker stopped', sentence: 'The broker was stopped.', advice: 'Connect again in a moment.' },
    broker_restarted: { short: 'broker restarted', sentence: 'The broker was restarted.', advice: 'Connect again.' },
    node_lost: {
        short: 'node lost',
        sentence: 'The broker’s node that held the line is gone.',
        advice: 'Connect again; another node takes it.',
    },
};
