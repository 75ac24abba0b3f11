import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { approvals, ask, attempt, firewalls, holding, requests } from '../api/client';
import { Feed } from '../api/feed';
import { live, type Approval, type Entry, type Firewall, type Page, type Terms, type Tunnel } from '../api/model';
import { Problem } from '../api/problem';
import { who } from '../shell/who';
import { END_WORDS } from '../ui/ends';
import { text } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { takeIntent } from '../ui/intent';
import { Part } from '../ui/part';
import { maybeProblem, problemBox, skeleton } from '../ui/pieces';
import { Ticking } from '../ui/ticking';
import { clockFace, countdown, duration } from '../ui/words';
import { approvalNeeded, connectForm } from './connect-form';

const HEARTBEAT = 15_000;

/** The window that becomes the firewall's page: asks, shows how far it is, and goes there when the tunnel is up. */
class Connect extends Part {
    @property({ attribute: false }) query = new URLSearchParams();
    @state() private terms: Terms | undefined;
    @state() private firewall: Firewall | undefined;
    @state() private tunnel: Tunnel | undefined;
    @state() private approval: Approval | undefined;
    @state() private problem: Problem | undefined;
    @state() private busy = false;
    @state() private entering = false;
    private readonly attemptKey = crypto.randomUUID();
    private readonly began = performance.now();
    private mine = false;
    private beat: ReturnType<typeof setInterval> | undefined;
    readonly clock = new Ticking(this, 1000);
    readonly feed = new Feed<Tunnel>(
        this,
        () => (this.tunnel !== undefined && live(this.tunnel) ? `/api/v1/requests/${this.tunnel.id}/events` : undefined),
        (tunnel) => this.moved(tunnel),
        () => undefined,
        true,
    );
    readonly decisions = new Feed<Approval>(
        this,
        () => (this.approval?.status === 'waiting' ? '/api/v1/approvals/events' : undefined),
        (approval) => this.decided(approval),
        () => void this.readApproval(),
        true,
    );

    override connectedCallback(): void {
        super.connectedCallback();
        addEventListener('pagehide', this.left);
        addEventListener('pageshow', this.cameBack);
        void this.begin();
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        removeEventListener('pagehide', this.left);
        removeEventListener('pageshow', this.cameBack);
        clearInterval(this.beat);
        // Signed out, or went to another page of the console in this window: nobody waits for the tunnel any more.
        this.left();
    }

    private async begin(): Promise<void> {
        this.problem = undefined;
        try {
            this.terms = await ask<Terms>(requests.terms());
            const request = this.query.get('request');
            if (request !== null) {
                const tunnel = await ask<Tunnel>(requests.one({ id: Number(request) }));
                this.firewall = await ask<Firewall>(firewalls.one({ id: tunnel.firewall_id }));
                this.follow(tunnel);
                return;
            }
            const intended = takeIntent(this.query);
            this.firewall = await ask<Firewall>(firewalls.one({ id: Number(this.query.get('firewall') ?? 0) }));
            await this.findGranted();
            if (intended && !this.terms.reason_required && (!approvalNeeded(this.terms, this.firewall) || this.approval?.status === 'granted')) {
                await this.open({});
            }
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    /** A leave that was given earlier and not used yet. */
    private async findGranted(): Promise<void> {
        if (this.terms === undefined || this.firewall === undefined || !approvalNeeded(this.terms, this.firewall)) {
            return;
        }
        for (const status of ['granted', 'waiting'] as const) {
            const page = await ask<Page<Approval>>(approvals.list({ status, size: 500 }));
            const found = page.items.find((one) => one.asked_by === who.value?.operator && one.firewall_id === this.firewall?.id);
            if (found !== undefined) {
                this.approval = found;
                this.decisions.restart();
                return;
            }
        }
    }

    private async open(wishes: { lifetime?: number; byte_limit?: number; reason?: string; target?: string }): Promise<void> {
        const target = wishes.target ?? this.query.get('target') ?? undefined;
        this.busy = true;
        const outcome = await attempt<Tunnel>(
            requests.open({
                Idempotency_Key: this.attemptKey,
                TunnelAsk: {
                    firewall_id: Number(this.firewall?.id),
                    reason: wishes.reason ?? this.approval?.reason,
                    ...(target === undefined ? {} : { target }),
                    ...(wishes.lifetime === undefined ? {} : { lifetime: wishes.lifetime }),
                    ...(wishes.byte_limit === undefined ? {} : { byte_limit: wishes.byte_limit }),
                },
            }),
        );
        this.busy = false;
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            return;
        }
        this.problem = undefined;
        this.mine = true;
        // From now on a reload follows this one instead of asking for another.
        history.replaceState(null, '', `/connect?request=${outcome.done.id}`);
        this.follow(outcome.done);
    }

    private follow(tunnel: Tunnel): void {
        this.moved(tunnel);
        if (live(tunnel)) {
            this.feed.restart();
            clearInterval(this.beat);
            this.beat = setInterval(this.heartbeat, HEARTBEAT);
            void this.heartbeat();
        }
    }

    private readonly heartbeat = async (): Promise<void> => {
        if (this.tunnel !== undefined && live(this.tunnel) && !this.entering) {
            await holding.tunnelHeartbeat({ Heartbeat: { request_id: this.tunnel.id, window: true } }).catch(() => undefined);
        }
    };

    private moved(tunnel: Tunnel): void {
        this.tunnel = tunnel;
        if (!live(tunnel)) {
            clearInterval(this.beat);
            this.feed.restart();
        } else if (tunnel.status === 'active') {
            void this.enter(tunnel);
        }
    }

    /** Through the session's own host, which tells this browser from others, and back here for a ticket. */
    private async enter(tunnel: Tunnel): Promise<void> {
        if (this.entering || tunnel.session_url === undefined || tunnel.requested_by !== who.value?.operator) {
            return;
        }
        this.entering = true;
        const challenge = this.query.get('challenge');
        if (challenge === null) {
            location.replace(`${tunnel.session_url}/.opnmanager/enter`);
            return;
        }
        const outcome = await attempt<Entry>(requests.make({ id: tunnel.id, EntryAsk: { challenge } }));
        if ('refused' in outcome) {
            this.entering = false;
            this.problem = outcome.refused;
            return;
        }
        // A form, so that the ticket is in no address, no history and no log.
        const form = document.createElement('form');
        form.method = 'post';
        form.action = outcome.done.url;
        const field = document.createElement('input');
        field.type = 'hidden';
        field.name = 'ticket';
        field.value = outcome.done.ticket;
        form.append(field);
        document.body.append(form);
        // Back leads here again, and from here in with the session's cookie: the challenge is used up.
        history.replaceState(null, '', `/connect?request=${tunnel.id}`);
        form.submit();
    }

    private readonly left = (): void => {
        const tunnel = this.tunnel;
        if (tunnel !== undefined && live(tunnel) && !this.entering && (this.mine || tunnel.status === 'pending')) {
            navigator.sendBeacon('/api/tunnel_close', new Blob([JSON.stringify({ request_id: tunnel.id })], { type: 'application/json' }));
        }
    };

    private readonly cameBack = (event: PageTransitionEvent): void => {
        if (event.persisted) {
            location.reload();
        }
    };

    private async readApproval(): Promise<void> {
        if (this.approval !== undefined) {
            const outcome = await attempt<Approval>(approvals.one({ id: this.approval.id }));
            if ('done' in outcome) {
                this.decided(outcome.done);
            }
        }
    }

    private decided(approval: Approval): void {
        if (approval.id !== this.approval?.id || approval.status === this.approval.status) {
            return;
        }
        this.approval = approval;
        this.decisions.restart();
        if (approval.status === 'granted') {
            void this.open({});
        }
    }

    private readonly submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const element = event.target as HTMLFormElement;
        if (!element.reportValidity() || this.terms === undefined || this.firewall === undefined) {
            return;
        }
        const form = new FormData(element);
        const reason = text(form, 'reason') || undefined;
        const target = text(form, 'target') || undefined;
        if (approvalNeeded(this.terms, this.firewall) && this.approval?.status !== 'granted') {
            this.busy = true;
            const asked = { firewall_id: this.firewall.id, reason: reason ?? '', ...(target === undefined ? {} : { target }) };
            const outcome = await attempt<Approval>(approvals.ask({ ApprovalAsk: asked }));
            this.busy = false;
            if ('refused' in outcome) {
                this.problem = outcome.refused;
            } else {
                this.problem = undefined;
                this.approval = outcome.done;
                this.decisions.restart();
            }
            return;
        }
        const megabytes = Number(text(form, 'megabytes'));
        const lifetime = Number(text(form, 'lifetime'));
        await this.open({
            reason,
            target,
            lifetime: lifetime > 0 ? lifetime : undefined,
            byte_limit: megabytes > 0 ? megabytes * 1_000_000 : undefined,
        });
    };

    override render(): TemplateResult {
        const name = this.firewall?.name ?? this.tunnel?.firewall_name;
        return html`<section class="window" aria-labelledby="window-title">
            <header>
                <img src="/icon.svg" alt="" width="28" height="28" />
                <div>
                    <h1 id="window-title">${name ?? 'Connect'}</h1>
                    <p class="quiet">${this.tunnel?.target ?? this.firewall?.web_target ?? nothing}</p>
                </div>
            </header>
            ${this.inside()}
        </section>`;
    }

    private inside(): TemplateResult {
        if (this.tunnel !== undefined) {
            return html`${maybeProblem(this.problem, this.query.has('challenge') ? this.startOver : undefined)}${live(this.tunnel) ? this.progress(this.tunnel) : this.ended(this.tunnel)}`;
        }
        if (this.terms === undefined || this.firewall === undefined) {
            return this.problem
                ? html`${problemBox(this.problem, () => void this.begin())}<footer><a class="button" href="/">To the fleet</a></footer>`
                : skeleton(4);
        }
        if (this.approval !== undefined && this.approval.status !== 'granted') {
            return this.waiting(this.approval);
        }
        if (!this.firewall.enrolled) {
            return html`<div class="notice">${icon('info')}<p>No agent is enrolled on this firewall, so there is nothing to connect to.</p></div>${this.closing()}`;
        }
        return html`${maybeProblem(this.problem)}${connectForm({
            terms: this.terms,
            firewall: this.firewall,
            granted: this.approval?.status === 'granted' ? this.approval : undefined,
            target: this.query.get('target') ?? undefined,
            choose: this.query.has('choose'),
            busy: this.busy,
            submit: this.submit,
        })}`;
    }

    private progress(tunnel: Tunnel): TemplateResult {
        const active = tunnel.status === 'active';
        const picked = active || tunnel.handed_out_at !== undefined;
        const foreign = active && tunnel.session_url === undefined;
        const steps: [string, string, boolean][] = [
            ['Asked', 'The broker keeps a port ready.', true],
            ['Picked up', picked ? 'The agent has the request.' : this.firewall?.online === false ? 'The firewall was not heard of lately; it may still answer.' : 'Waiting for the agent to take it.', picked],
            ['Connecting', active ? 'The line is up and the page answers.' : 'The agent opens its line, the broker tries the page.', active],
            ['Ready', this.entering ? 'Opening the firewall’s page …' : 'The page opens here.', active],
        ];
        const at = steps.findIndex(([, , done]) => !done);
        return html`
            <ol class="steps" data-test="steps" data-status=${tunnel.status}>
                ${steps.map(
                    ([title, words, done], index) => html`<li class=${done ? 'done' : index === at ? 'now' : ''} aria-current=${index === at ? 'step' : nothing}>
                        <b>${title}</b><span>${done || index === at ? words : nothing}</span>
                    </li>`,
                )}
            </ol>
            <p class="for-ears" role="status">${steps[at === -1 ? 3 : at]?.[0]}: ${steps[at === -1 ? 3 : at]?.[1]}</p>
            ${foreign
                ? html`<div class="notice">${icon('info')}<p>
                      ${tunnel.requested_by === who.value?.operator
                          ? html`The tunnel is up: port <code>${tunnel.tunnel_port}</code> on the broker ${tunnel.node} (127.0.0.1).`
                          : html`This session belongs to ${tunnel.requested_by}; only they can open its page.`}
                  </p></div>`
                : nothing}
            <footer>
                <span class="quiet tabular" data-test="elapsed">${active ? nothing : html`${clockFace(Math.floor((performance.now() - this.began) / 1000))} · at most ${duration(this.terms?.establish ?? 30)}`}</span>
                <button class="button" @click=${this.cancel} data-test="cancel">${active ? 'End the session' : 'Cancel'}</button>
            </footer>
        `;
    }

    private ended(tunnel: Tunnel): TemplateResult {
        const end = tunnel.end_reason === undefined ? undefined : END_WORDS[tunnel.end_reason];
        const failed = tunnel.tunnel_started_at === undefined && tunnel.end_reason !== 'closed';
        const changed = tunnel.end_reason === 'certificate_changed';
        return html`<div class="outcome" role="alert" data-test="ended" data-reason=${tunnel.end_reason ?? ''}>
                <h2 class=${failed ? 'bad' : ''}>${failed ? icon('warning') : nothing}${failed ? 'It did not work' : 'The session has ended'}</h2>
                <p>${end?.sentence ?? ''}</p>
                <p class="quiet">${end?.advice ?? ''}</p>
                ${tunnel.detail ? html`<pre>${tunnel.detail}</pre>` : nothing}
            </div>
            <footer>
                <a class="button ${changed ? 'button-main' : ''}" href="/firewalls/${tunnel.firewall_id}">${changed ? 'Compare the certificates' : 'About the firewall'}</a>
                <button class="button ${changed ? '' : 'button-main'}" @click=${this.again} data-test="again">Connect again</button>
            </footer>`;
    }

    private waiting(approval: Approval): TemplateResult {
        const over = approval.status !== 'waiting';
        return html`${maybeProblem(this.problem)}
            <div class="outcome" data-test="approval" data-status=${approval.status} role="status">
                <h2>${{ waiting: 'Waiting for approval', refused: 'Refused', expired: 'Nobody decided in time', used: 'Used already', granted: 'Granted' }[approval.status]}</h2>
                <p>
                    ${over
                        ? html`${approval.decided_by ? html`${approval.decided_by} decided. ` : nothing}You can ask again.`
                        : html`Another operator has to allow this on the page <b>Approvals</b>. This window goes on by itself.`}
                </p>
                <p class="quiet">“${approval.reason}”</p>
            </div>
            <footer>
                <span class="quiet tabular">${over ? nothing : html`ends in ${countdown(approval.expires_at, this.clock.now)}`}</span>
                ${over ? html`<button class="button button-main" @click=${() => (this.approval = undefined)}>Ask again</button>` : this.closing()}
            </footer>`;
    }

    private closing(): TemplateResult {
        return html`<button class="button" @click=${() => close()}>Close this window</button>`;
    }

    private readonly startOver = (): void => {
        location.replace(`/connect?request=${this.tunnel?.id}`);
    };

    private readonly again = (): void => {
        location.replace(`/connect?firewall=${this.tunnel?.firewall_id}`);
    };

    private readonly cancel = async (): Promise<void> => {
        if (this.tunnel === undefined) {
            return;
        }
        const outcome = await attempt(requests.close({ id: this.tunnel.id }));
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            return;
        }
        close();
        // Only a window that a script opened may close itself; in any other it says what happened.
        this.moved(await ask<Tunnel>(requests.one({ id: this.tunnel.id })));
    };
}

customElements.define('opn-connect', Connect);
