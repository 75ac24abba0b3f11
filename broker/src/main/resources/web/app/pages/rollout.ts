import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { ask, attempt, rollout } from '../api/client';
import type { FirewallUpdate, Page, Rollout, RolloutCounts, UpdateState } from '../api/model';
import type { Problem } from '../api/problem';
import { say } from '../shell/toasts';
import { may } from '../shell/who';
import type { Dialog } from '../ui/dialog';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { maybeProblem, skeleton } from '../ui/pieces';
import { pager, table } from '../ui/table';
import { UPDATE_WORDS, updateState } from '../ui/update';
import { many, moment, number } from '../ui/words';
import '../ui/dialog';

const LOOK_AGAIN = 5_000;
const PAGE = 50;

const COUNTS: { key: keyof RolloutCounts; word: string; about: string }[] = [
    { key: 'offered', word: 'offered', about: 'told of it, nothing heard since' },
    { key: 'trying', word: 'trying', about: 'the new version has to reach the broker' },
    { key: 'confirmed', word: 'confirmed', about: 'the new version runs' },
    { key: 'went_back', word: 'went back', about: 'the old version runs again' },
    { key: 'refused', word: 'refused', about: 'a check on the firewall said no' },
    { key: 'waiting', word: 'waiting', about: 'not offered it' },
    { key: 'off', word: 'off', about: 'do not update themselves' },
];

/** How far the release is let out to agents, and what became of it. */
class RolloutPage extends Part {
    @state() private rollout: Rollout | undefined;
    @state() private firewalls: Page<FirewallUpdate> | undefined;
    @state() private problem: Problem | undefined;
    @state() private only: UpdateState | '' = '';
    @state() private page = 0;
    private timer: ReturnType<typeof setInterval> | undefined;
    private readonly dialog = createRef<Dialog>();

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
        this.timer = setInterval(() => document.hidden || void this.read(), LOOK_AGAIN);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    private async read(): Promise<void> {
        const only = this.only;
        const page = this.page;
        try {
            const [now, firewalls] = await Promise.all([
                ask<Rollout>(rollout.now()),
                ask<Page<FirewallUpdate>>(rollout.firewalls({ page, size: PAGE, ...(only === '' ? {} : { state: only }) })),
            ]);
            this.rollout = now;
            // Another list may have been asked for in the meantime.
            if (only === this.only && page === this.page) {
                this.firewalls = firewalls;
            }
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    override render(): TemplateResult {
        const now = this.rollout;
        return html`
            <header class="head"><h1>Agent updates</h1></header>
            ${maybeProblem(this.problem, () => void this.read())}
            ${now === undefined ? (this.problem ? nothing : skeleton(5)) : html`${this.release(now)} ${this.counts(now)} ${this.list()}`}
            <opn-dialog ${ref(this.dialog)}></opn-dialog>
        `;
    }

    private release(now: Rollout): TemplateResult {
        if (now.release_problem !== undefined) {
            return html`<div class="notice notice-bad" role="alert" data-test="release-problem">
                ${icon('warning')}
                <p>The release on this broker does not verify and is not served: ${now.release_problem}</p>
            </div>`;
        }
        if (now.version === undefined) {
            return html`<div class="notice" data-test="no-release">
                ${icon('info')}
                <p>There is no release on this broker (<code>opnmanager.release.folder</code>), so no agent is offered anything.</p>
            </div>`;
        }
        return html`
            ${now.halted
                ? html`<div class="notice ${now.halt_reason ? 'notice-bad' : 'notice-warn'}" role="status" data-test="halted">
                      ${icon('warning')}
                      <p>Halted${now.halt_reason ? html` by itself: ${now.halt_reason}. Look at why before it goes on.` : '. Nobody is offered anything.'}</p>
                      ${may('administrator') ? html`<button class="button" @click=${this.goOn} data-test="go-on">Go on …</button>` : nothing}
                  </div>`
                : nothing}
            <section class="card narrow" aria-labelledby="release">
                <h2 id="release">Release ${now.version}</h2>
                <dl class="facts">
                    <dt>Offered to</dt><dd class="big tabular" data-test="percentage">${now.percentage} %</dd>
                    <dt>Failures</dt><dd>${now.failures} <span class="quiet">· ${now.failures_that_halt} halt it</span></dd>
                    ${now.changed_by ? html`<dt>Changed</dt><dd>${moment(now.changed_at)} <span class="quiet">by ${now.changed_by}</span></dd>` : nothing}
                </dl>
                <p class="quiet">Only agents whose owner lets them update themselves are offered it, at their next check-in. Each keeps its old version until the new one has reached the broker.</p>
                ${may('administrator')
                    ? html`<p class="acts">
                          <button class="button button-main" @click=${this.choose} data-test="choose-percentage">Offer to more or fewer …</button>
                          ${now.halted ? nothing : html`<button class="button button-bad-quiet" @click=${this.halt} data-test="halt">Halt</button>`}
                      </p>`
                    : nothing}
            </section>
        `;
    }

    private counts(now: Rollout): TemplateResult {
        return html`<section aria-labelledby="counts">
            <h2 id="counts">Enrolled firewalls</h2>
            <dl class="rollout-counts" data-test="counts">
                ${COUNTS.map(({ key, word, about }) => html`<div data-count=${key}><dt>${word}</dt><dd class="big tabular">${number(now.counts[key])}</dd><dd class="quiet">${about}</dd></div>`)}
            </dl>
        </section>`;
    }

    private list(): TemplateResult {
        const firewalls = this.firewalls;
        return html`<section aria-labelledby="each">
            <h2 id="each">Each of them</h2>
            <p class="narrow"><label>Only those with
                <select @change=${this.choseState} data-test="state">
                    <option value="">any state</option>
                    ${Object.entries(UPDATE_WORDS).map(([value, word]) => html`<option value=${value} ?selected=${value === this.only}>${word}</option>`)}
                </select></label></p>
            ${firewalls === undefined
                ? skeleton(3)
                : firewalls.total === 0
                  ? html`<p class="quiet">There are none.</p>`
                  : html`${table<FirewallUpdate>(
                        'updates',
                        'Updates of each firewall',
                        [
                            { head: 'Firewall', cell: (one) => html`<a href="/firewalls/${one.firewall_id}">${one.name}</a>` },
                            { head: 'Runs', cell: (one) => one.agent_version ?? '–' },
                            { head: 'Offered', cell: (one) => one.offered_version ?? '–', title: (one) => moment(one.offered_at) },
                            { head: 'State', cell: (one) => html`${updateState(one)} ${one.version ?? nothing}`, title: (one) => moment(one.reported_at) },
                            { head: 'Why', cell: (one) => one.detail ?? nothing, look: 'wraps' },
                        ],
                        firewalls.items,
                        (one) => String(one.firewall_id),
                    )}
                    ${pager(this.page, PAGE, firewalls.total, (by) => this.turn(by))}`}
        </section>`;
    }

    private readonly choseState = (event: Event): void => {
        this.only = (event.target as HTMLSelectElement).value as UpdateState | '';
        this.page = 0;
        this.firewalls = undefined;
        void this.read();
    };

    private turn(by: number): void {
        this.page += by;
        void this.read();
    }

    private readonly choose = (): void => {
        const now = this.rollout;
        if (now === undefined) {
            return;
        }
        this.dialog.value?.show({
            title: `Offer ${now.version ?? ''} to`,
            body: html`<label>Percent of all firewalls
                    <input name="percentage" type="number" min="0" max="100" step="1" required .value=${String(now.percentage)} /></label>
                <p class="quiet">0 is off. Begin with few; the same ones stay offered it when the number rises.</p>`,
            act: 'Offer it',
            done: (form) => this.put(now, Number(form.get('percentage')), now.halted, 'The percentage is set.'),
        });
    };

    private readonly halt = (): void => {
        const now = this.rollout;
        if (now !== undefined) {
            void this.put(now, now.percentage, true, 'Halted.').then((refused) => (this.problem = refused));
        }
    };

    private readonly goOn = (): void => {
        const now = this.rollout;
        if (now === undefined) {
            return;
        }
        this.dialog.value?.show({
            title: 'Go on?',
            body: html`<p>${many(now.percentage, 'percent', 'percent')} of all firewalls are offered ${now.version} again, but none on which it failed. Failures are counted anew.</p>`,
            act: 'Go on',
            done: () => this.put(now, now.percentage, false, 'It goes on.'),
        });
    };

    /** For the release that was seen, and no other. */
    private async put(seen: Rollout, percentage: number, halted: boolean, words: string): Promise<Problem | undefined> {
        const outcome = await attempt<Rollout>(
            rollout.change({ RolloutAsk: { percentage, halted, ...(seen.version === undefined ? {} : { version: seen.version }) } }),
        );
        if ('refused' in outcome) {
            return outcome.refused;
        }
        this.rollout = outcome.done;
        say(words);
        return undefined;
    }
}

customElements.define('opn-rollout', RolloutPage);
