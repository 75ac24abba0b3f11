import { ResponseError } from '../generated/runtime';

/** A refusal of the broker (RFC 9457), or that there was no answer at all. */
export class Problem extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        detail: string,
        /** Seconds after which the broker said to try again. */
        readonly retryAfter?: number,
    ) {
        super(detail);
        this.name = 'Problem';
    }

    /** What happened and what to do, for people. */
    get words(): string {
        const advice = ADVICE[this.code];
        if (advice !== undefined) {
            return advice.replace('{detail}', this.message);
        }
        return this.message === '' ? 'The broker refused this and did not say why.' : sentence(this.message);
    }
}

/* Codes whose own detail is written for programs. The others say enough by themselves. */
const ADVICE: Record<string, string> = {
    unreachable: 'The broker does not answer. Check your connection; this page tries again by itself.',
    not_authenticated: 'You are not signed in, or no longer. Sign in again.',
    not_allowed: 'Your role does not allow this. An administrator can change it.',
    not_yours: 'This belongs to another operator, or is outside the firewalls you may reach.',
    cross_site: 'The browser says this came from another site, so it was refused. Open the console by its own address.',
    not_enrolled: 'This firewall has no agent yet. Enrol one first.',
    reason_required: 'A reason is required to connect. Say in a few words what you are going to do.',
    approval_required: 'Connecting to this firewall needs the approval of a second operator.',
    own_approval: 'You asked for this approval, so somebody else has to decide it.',
    approval_decided: 'This has been decided already, or its time is over.',
    approval_unknown: 'There is no such approval, or no longer.',
    firewall_unknown: 'There is no such firewall.',
    firewall_exists: 'Another firewall has this name already.',
    request_unknown: 'There is no such session.',
    request_ended: 'This session has ended already.',
    request_not_active: 'The tunnel is not up, so there is no page to open.',
    no_page: 'This target is not a web page. Use its port on the broker instead.',
    operator_exists: 'There is an operator of this name already.',
    operator_unknown: 'There is no such operator, or no longer.',
    token_exists: 'You have a token of this name already. Choose another name, or revoke the old one first.',
    token_unknown: 'There is no such token, or it was revoked already.',
    last_administrator: 'This is the last administrator. Make another one first.',
    wrong_password: 'That is not your present password.',
    wrong_code: 'This code is wrong, over, or was used before. Enter the next one that the app shows; if that fails too, the clock of the telephone may be off.',
    no_password: 'This account has no password: it signs in by OpenID Connect or with a certificate.',
    no_second_factor: 'There is no second factor, or the set-up took too long. Begin again.',
    second_factor_exists: 'A second factor is set up already. Remove it first.',
    token_limit: 'You have as many tokens as the broker allows. Revoke one first.',
    certificate_name_exists: 'Another operator has one of these certificate names already.',
    no_port_free: 'Every port of the broker is in use. Try again in a minute, or end a session that nobody needs.',
    draining: 'The broker is being restarted and takes nothing new. Try again in a minute.',
    database_unavailable: 'The broker cannot reach its database. Open sessions carry on; try again shortly.',
    too_many_requests: 'Too many attempts. Wait a moment and try again.',
    openid_unavailable: 'The provider of your organisation’s accounts does not answer. Try again in a minute.',
    internal: 'Something broke inside the broker. Its log says more under this moment.',
    not_found: 'The broker does not know this address. It may be older than this page: reload it.',
};

function sentence(text: string): string {
    const first = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Whatever was thrown, as a problem. */
export async function problemOf(thrown: unknown): Promise<Problem> {
    if (thrown instanceof Problem) {
        return thrown;
    }
    if (thrown instanceof ResponseError) {
        return read(thrown.response);
    }
    if (thrown instanceof DOMException && thrown.name === 'AbortError') {
        return new Problem(0, 'aborted', 'given up');
    }
    return new Problem(0, 'unreachable', 'no answer');
}

async function read(response: Response): Promise<Problem> {
    const after = Number(response.headers.get('Retry-After'));
    const retryAfter = Number.isFinite(after) && after > 0 ? after : undefined;
    try {
        const document = (await response.clone().json()) as { code?: string; detail?: string; title?: string };
        return new Problem(
            response.status,
            document.code ?? 'unknown',
            document.detail ?? document.title ?? '',
            retryAfter,
        );
    } catch {
        return new Problem(response.status, 'unknown', `the broker answered ${response.status}`, retryAfter);
    }
}
