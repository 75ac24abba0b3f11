import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { ask, attempt, requests } from '../api/client';
import { Feed } from '../api/feed';
import { live, type Page, type Terms, type Tunnel } from '../api/model';
import type { Problem } from '../api/problem';
import { say } from '../shell/toasts';
import { may, who } from '../shell/who';
import type { Dialog } from '../ui/dialog';
import { text } from '../ui/firewall-form';
import { reopen } from '../ui/intent';
import { Part } from '../ui/part';
import { endWords, maybeProblem, skeleton, tunnelState } from '../ui/pieces';
import { pager, table } from '../ui/table';
import { Ticking } from '../ui/ticking';
import { bytes, countdown, duration, moment, shortMoment } from '../ui/words';
import '../ui/dialog';

const ENDED = 50;
const TRAFFIC = 5_000;

/** What is open right now, and what was. */
class Sessions extends Part {
    @state() private open: Tunnel[] | undefined;
    @state() private ended: Page<Tunnel> | undefined;
    @state() private terms: Terms | undefined;
    @state() private problem: Problem | undefined;
    private page = 0;
    private timer: ReturnType<typeof setInterval> | undefined;
    private readonly dialog = createRef<Dialog>();
    readonly clock = new Ticking(this, 1000);
    readonly feed = new Feed<Tunnel>(
        this,
        () => '/api/v1/requests/events',
        (tunnel) => this.heard(tunnel),
        () => void this.read(),
    );

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
        // Moves arrive by themselves; bytes and the idle clock are no moves, so they are looked at while something is open.
        this.timer = setInterval(() => {
            if (!document.hidden && this.open?.some((tunnel) => tunnel.status === 'active')) {
                void this.readOpen();
            }
        }, TRAFFIC);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    private async read(): Promise<void> {
        try {
            this.terms ??= await ask<Terms>(requests.terms());
            await Promise.all([this.readOpen(), this.readEnded()]);
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    private async readOpen(): Promise<void> {
        const page = await ask<Page<Tunnel>>(requests.list({ live: true, size: 500 }));
        this.open = page.items;
    }

    private async readEnded(): Promise<void> {
        this.ended = await ask<Page<Tunnel>>(requests.list({ live: false, page: this.page, size: ENDED }));
    }

    private heard(tunnel: Tunnel): void {
        const others = (this.open ?? []).filter((known) => known.id !== tunnel.id);
        this.open = live(tunnel) ? [tunnel, ...others].sort((a, b) => b.id - a.id) : others;
        if (!live(tunnel)) {
            this.readEnded().catch(() => undefined);
        }
    }

    override render(): TemplateResult {
        return html`
            <header class="head">
                <h1>Sessions</h1>
                <span class="live ${this.feed.flowing ? 'live-on' : ''}">${this.feed.flowing ? 'live' : 'reconnecting'}</span>
            </header>
            ${maybeProblem(this.problem, () => void this.read())}
            <section aria-labelledby="open">
                <h2 id="open">Open now ${this.open ? html`<span class="quiet">${this.open.length}</span>` : nothing}</h2>
                ${this.open === undefined
                    ? this.problem ? nothing : skeleton(3)
                    : this.open.length === 0
                      ? html`<div class="empty" data-test="no-sessions"><p>Nothing is open: no port, no line, no process.</p><a class="button" href="/">To the fleet</a></div>`
                      : html`<ul class="sessions" data-test="sessions">${repeat(this.open, (tunnel) => tunnel.id, (tunnel) => this.session(tunnel))}</ul>`}
            </section>
            ${this.past()}
            <opn-dialog ${ref(this.dialog)}></opn-dialog>
        `;
    }

    private session(tunnel: Tunnel): TemplateResult {
        const own = tunnel.requested_by === who.value?.operator;
        const used = tunnel.bytes_in + tunnel.bytes_out;
        return html`<li class="session" data-test="session" data-request=${tunnel.id} aria-label="Session on ${tunnel.firewall_name}">
            <div class="session-name">
                <a href="/firewalls/${tunnel.firewall_id}">${tunnel.firewall_name}</a>${tunnelState(tunnel)}
                <small>${tunnel.requested_by}${own ? ' (you)' : ''} · ${tunnel.target} · ${tunnel.node}${tunnel.tunnel_port ? ` port ${tunnel.tunnel_port}` : ''}</small>
                ${tunnel.reason ? html`<small>“${tunnel.reason}”</small>` : nothing}
            </div>
            <dl class="session-clock">
                ${tunnel.status === 'pending'
                    ? html`<div><dt>Has to be up in</dt><dd>${countdown(tunnel.deadline, this.clock.now)}</dd></div>`
                    : html`<div><dt>Time left</dt><dd data-test="time-left">${tunnel.expires_at ? countdown(tunnel.expires_at, this.clock.now) : '–'}${this.meter(tunnel)}</dd></div>
                          <div><dt>Idle left</dt><dd data-test="idle-left">${tunnel.idle_ends_at ? countdown(tunnel.idle_ends_at, this.clock.now) : '–'}</dd></div>`}
            </dl>
            <dl class="session-clock">
                <div><dt>Traffic</dt><dd data-test="traffic">${bytes(tunnel.bytes_in)} <span class="quiet">in</span> ${bytes(tunnel.bytes_out)} <span class="quiet">out</span>
                    ${tunnel.byte_limit ? html`<progress max=${tunnel.byte_limit} value=${used} aria-label="Used of ${bytes(tunnel.byte_limit)}"></progress>` : nothing}</dd></div>
            </dl>
            <div class="session-acts">
                ${own && tunnel.status === 'active' ? html`<button class="button" @click=${() => reopen(tunnel.id)} data-test="open-page">Open page</button>` : nothing}
                ${tunnel.status === 'active' && (own || may('administrator')) ? html`<button class="button" @click=${() => this.extend(tunnel)} data-test="extend">Extend</button>` : nothing}
                ${own || may('administrator') ? html`<button class="button button-bad-quiet" @click=${() => this.end(tunnel)} data-test="end">End</button>` : nothing}
            </div>
        </li>`;
    }

    private meter(tunnel: Tunnel): TemplateResult | typeof nothing {
        if (tunnel.expires_at === undefined || tunnel.tunnel_started_at === undefined) {
            return nothing;
        }
        const whole = Date.parse(tunnel.expires_at) - Date.parse(tunnel.tunnel_started_at);
        const left = Math.max(0, Date.parse(tunnel.expires_at) - this.clock.now);
        return html`<progress max=${whole} value=${left} aria-label="Time left"></progress>`;
    }

    private extend(tunnel: Tunnel): void {
        const started = Date.parse(tunnel.tunnel_started_at ?? tunnel.created_at);
        const now = (Date.parse(tunnel.expires_at ?? '') - started) / 1000;
        const most = this.terms?.lifetime_maximum ?? now;
        const steps = [900, 1800, 3600, 7200, 14400].map((more) => Math.round(now) + more).filter((seconds) => seconds < most);
        this.dialog.value?.show({
            title: 'Extend the session',
            body: now >= most
                ? html`<p>It already has the longest time that the broker allows, ${duration(most)}.</p>`
                : html`<label class="field"><span>It then ends</span>
                      <select name="lifetime" data-test="extend-to">
                          ${[...steps, most].map((seconds) => html`<option value=${seconds}>${seconds === most ? `after the longest time, ${duration(most)}: ` : `${duration(seconds - Math.round(now))} later: `}${shortMoment(new Date(started + seconds * 1000).toISOString())}</option>`)}
                      </select></label>`,
            act: now >= most ? undefined : 'Extend',
            done: async (form) => {
                const outcome = await attempt<Tunnel>(requests.changeLifetime({ id: tunnel.id, LifetimeAsk: { lifetime: Number(text(form, 'lifetime')) } }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.heard(outcome.done);
                say('The session has more time.');
                return undefined;
            },
        });
    }

    private end(tunnel: Tunnel): void {
        const own = tunnel.requested_by === who.value?.operator;
        const act = async () => {
            const outcome = await attempt(requests.close({ id: tunnel.id }));
            if ('refused' in outcome) {
                return outcome.refused;
            }
            say(`The session on ${tunnel.firewall_name} has ended.`);
            return undefined;
        };
        if (own) {
            void act().then((problem) => problem && say(problem.words, 'failed'));
            return;
        }
        this.dialog.value?.show({
            title: `End the session of ${tunnel.requested_by}?`,
            body: html`<p>${tunnel.requested_by} is working on ${tunnel.firewall_name} right now. The window there ends at once.</p>`,
            act: 'End it',
            dangerous: true,
            done: act,
        });
    }

    private past(): TemplateResult | typeof nothing {
        const ended = this.ended;
        if (ended === undefined || ended.total === 0) {
            return nothing;
        }
        return html`<section aria-labelledby="ended">
            <h2 id="ended">Ended <span class="quiet">${ended.total}</span></h2>
            ${table<Tunnel>(
                'ended',
                'Ended sessions',
                [
                    { head: 'Ended', cell: (tunnel) => shortMoment(tunnel.ended_at), title: (tunnel) => moment(tunnel.ended_at), look: 'nowrap' },
                    { head: 'Firewall', cell: (tunnel) => html`<a href="/firewalls/${tunnel.firewall_id}">${tunnel.firewall_name}</a>` },
                    { head: 'By', cell: (tunnel) => tunnel.requested_by },
                    { head: 'State', cell: tunnelState },
                    { head: 'Why', cell: endWords, title: (tunnel) => tunnel.detail ?? '' },
                    { head: 'Reason', cell: (tunnel) => tunnel.reason ?? nothing, look: 'wraps' },
                    { head: 'In / out', cell: (tunnel) => `${bytes(tunnel.bytes_in)} / ${bytes(tunnel.bytes_out)}`, look: 'right nowrap' },
                ],
                ended.items,
            )}
            ${pager(this.page, ENDED, ended.total, (by) => this.turn(by))}
        </section>`;
    }

    private turn(by: number): void {
        this.page += by;
        this.readEnded().catch((problem: Problem) => (this.problem = problem));
    }
}

customElements.define('opn-sessions', Sessions);
