/*
 * The contract's words as the console uses them. In the OpenAPI document no field of an answer is marked as required,
 * so the generated types call every one optional; here it is said once which ones really are.
 */
import type * as wire from '../generated/models/index';

type Sure<T, Optional extends keyof T = never> = Required<Omit<T, Optional>> & Partial<Pick<T, Optional>>;

export type Role = wire.Role;
export type EndReason = wire.EndReason;

export type Firewall = Sure<
    wire.Firewall,
    'hostname' | 'platform' | 'agent_version' | 'ssh_key_fingerprint' | 'last_seen' | 'enrolled_at'
>;
export type Tunnel = Sure<
    wire.TunnelRequest,
    | 'end_reason'
    | 'detail'
    | 'tunnel_port'
    | 'tunnel_pid'
    | 'reason'
    | 'handed_out_at'
    | 'tunnel_started_at'
    | 'last_heartbeat'
    | 'last_activity'
    | 'idle_ends_at'
    | 'expires_at'
    | 'ended_at'
    | 'kill_confirmed_at'
    | 'byte_limit'
    | 'certificate_sha256'
    | 'session_url'
    | 'stream_address'
>;
export type Terms = Sure<wire.RequestTerms, 'byte_limit'>;
export type Pin = Sure<wire.CertificatePin, 'pinned_by' | 'offered_sha256' | 'offered_at'>;
export type EnrolmentKind = wire.EnrolmentKind;
export type EnrolmentLine = Sure<wire.EnrolmentLine>;
export type UpdateState = wire.UpdateState;
export type FirewallUpdate = Sure<
    wire.FirewallUpdate,
    'agent_version' | 'version' | 'detail' | 'offered_version' | 'offered_at' | 'reported_at'
>;
export type RolloutCounts = Sure<wire.Counts>;
export type Rollout = Omit<Sure<wire.Rollout, 'version' | 'release_problem' | 'halt_reason' | 'changed_by'>, 'counts'> & {
    counts: RolloutCounts;
};
export type EnrolmentToken = Sure<wire.EnrolmentToken>;
export type AgentToken = Sure<wire.AgentToken>;
export type TagCount = Sure<wire.TagCount>;
export type Node = Sure<wire.Node, 'session_url'>;
export type AuditEntry = Sure<wire.AuditEntry, 'subject' | 'address' | 'detail'>;
export type AuditVerdict = Sure<wire.AuditVerdict, 'first_broken'>;
export type Approval = Sure<wire.Approval, 'decided_by' | 'request_id' | 'decided_at'>;
export type Operator = Sure<wire.Operator, 'last_sign_in_at'>;
export type Token = Sure<wire.Token, 'last_used_at' | 'token'>;
export type SignedIn = Sure<wire.SignedIn, 'expires_at' | 'idle_expires_at'>;
export type SignInMethods = Sure<wire.SignInMethods>;
export type Entry = Sure<wire.Entry>;

/** One page of a list. */
export interface Page<T> {
    items: T[];
    page: number;
    size: number;
    total: number;
}

/** Whether the request has not ended. */
export function live(tunnel: Tunnel): boolean {
    return tunnel.status === 'pending' || tunnel.status === 'active';
}
