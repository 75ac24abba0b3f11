import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { approvals, ask, attempt } from '../api/client';
import { Feed } from '../api/feed';
import type { Approval, Page } from '../api/model';
import type { Problem } from '../api/problem';
import { say } from '../shell/toasts';
import { who } from '../shell/who';
import { connectTo } from '../ui/intent';
import { Part } from '../ui/part';
import { maybeProblem, skeleton } from '../ui/pieces';
import { table } from '../ui/table';
import { Ticking } from '../ui/ticking';
import { ago, countdown, moment, shortMoment } from '../ui/words';

const STATE = { waiting: 'wait', granted: 'good', refused: 'bad', used: 'off', expired: 'off' } as const;

/** Leave to connect, asked of a second operator. */
class Approvals extends Part {
    @state() private items: Approval[] | undefined;
    @state() private problem: Problem | undefined;
    readonly clock = new Ticking(this, 1000);
    readonly feed = new Feed<Approval>(
        this,
        () => '/api/v1/approvals/events',
        (approval) => this.heard(approval),
        () => void this.read(),
    );

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
    }

    private async read(): Promise<void> {
        try {
            this.items = (await ask<Page<Approval>>(approvals.list({ size: 100 }))).items;
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    private heard(approval: Approval): void {
        const others = (this.items ?? []).filter((known) => known.id !== approval.id);
        this.items = [approval, ...others].sort((a, b) => b.id - a.id);
    }

    private async decide(approval: Approval, granted: boolean): Promise<void> {
        const outcome = await attempt<Approval>(approvals.decide({ id: approval.id, ApprovalDecision: { granted } }));
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            void this.read();
            return;
        }
        this.problem = undefined;
        this.heard(outcome.done);
        say(granted ? `${approval.asked_by} may connect to ${approval.firewall_name} once.` : `${approval.asked_by} was refused.`);
    }

    override render(): TemplateResult {
        const waiting = this.items?.filter((approval) => approval.status === 'waiting') ?? [];
        const granted = this.items?.filter((approval) => approval.status === 'granted' && approval.asked_by === who.value?.operator) ?? [];
        const rest = this.items?.filter((approval) => !waiting.includes(approval) && !granted.includes(approval)) ?? [];
        return html`
            <header class="head">
                <h1>Approvals</h1>
                <span class="live ${this.feed.flowing ? 'live-on' : ''}">${this.feed.flowing ? 'live' : 'reconnecting'}</span>
            </header>
            ${maybeProblem(this.problem, () => void this.read())}
            ${this.items === undefined
                ? this.problem ? nothing : skeleton(4)
                : html`
                      ${waiting.length + granted.length === 0
                          ? html`<div class="empty" data-test="no-approvals"><p>Nobody is waiting for an approval.</p></div>`
                          : html`<ul class="sessions" data-test="approvals">${repeat([...granted, ...waiting], (approval) => approval.id, (approval) => this.item(approval))}</ul>`}
                      ${rest.length === 0 ? nothing : this.past(rest)}
                  `}
        `;
    }

    private item(approval: Approval): TemplateResult {
        const own = approval.asked_by === who.value?.operator;
        return html`<li class="session" data-test="approval" data-approval=${approval.id} aria-label="Approval for ${approval.firewall_name}">
            <div class="session-name">
                <span><b>${own ? 'You' : approval.asked_by}</b> ${own ? 'asked' : 'asks'} for <a href="/firewalls/${approval.firewall_id}">${approval.firewall_name}</a></span>
                <span class="says">“${approval.reason}”</span>
                <small>${approval.target} · <span title=${moment(approval.created_at)}>${ago(approval.created_at, this.clock.now)}</span></small>
            </div>
            <dl class="session-clock"><div><dt>Ends in</dt><dd>${countdown(approval.expires_at, this.clock.now)}</dd></div></dl>
            <div class="session-acts">
                ${approval.status === 'granted'
                    ? html`<button class="button button-main" @click=${() => connectTo(approval.firewall_id)}>Connect</button>`
                    : own
                      ? html`<span class="quiet">somebody else decides</span>`
                      : html`<button class="button" @click=${() => this.decide(approval, false)} data-test="refuse">Refuse</button>
                            <button class="button button-main" @click=${() => this.decide(approval, true)} data-test="grant">Allow once</button>`}
            </div>
        </li>`;
    }

    private past(items: Approval[]): TemplateResult {
        return html`<section aria-labelledby="past">
            <h2 id="past">Earlier</h2>
            ${table<Approval>(
                'past',
                'Earlier approvals',
                [
                    { head: 'Asked', cell: (approval) => shortMoment(approval.created_at), title: (approval) => moment(approval.created_at), look: 'nowrap' },
                    { head: 'By', cell: (approval) => approval.asked_by },
                    { head: 'Firewall', cell: (approval) => html`<a href="/firewalls/${approval.firewall_id}">${approval.firewall_name}</a>` },
                    { head: 'Outcome', cell: (approval) => html`<span class="state state-${STATE[approval.status]}"><i aria-hidden="true"></i>${approval.status}</span>` },
                    { head: 'Decided by', cell: (approval) => approval.decided_by ?? '–' },
                    { head: 'Reason', cell: (approval) => approval.reason, look: 'wraps' },
                ],
                items,
            )}
        </section>`;
    }
}

customElements.define('opn-approvals', Approvals);
