import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { ask, firewalls } from '../api/client';
import { Feed } from '../api/feed';
import type { Firewall, Page, TagCount } from '../api/model';
import type { Problem } from '../api/problem';
import { place, remember } from '../shell/navigation';
import { may } from '../shell/who';
import { icon } from '../ui/icons';
import { connectTo } from '../ui/intent';
import { Part } from '../ui/part';
import { kindName, maybeProblem, onlineState, tagList } from '../ui/pieces';
import type { Rows } from '../ui/rows';
import { Ticking } from '../ui/ticking';
import { ago, many, moment } from '../ui/words';
import '../ui/rows';

const PAGE = 100;
const TYPED = 150;
const SETTLED = 700;

/** All firewalls within reach: thousands of them, of which the browser holds the pages that were looked at. */
class Fleet extends Part {
    @state() private total: number | undefined;
    @state() private problem: Problem | undefined;
    @state() private tags: TagCount[] = [];
    private query = new URLSearchParams(place.value.search);
    private items = new Map<number, Firewall>();
    private positions = new Map<number, number>();
    private asked = new Set<number>();
    private round = 0;
    private typed: ReturnType<typeof setTimeout> | undefined;
    private settled: ReturnType<typeof setTimeout> | undefined;
    private readonly rows = createRef<Rows>();
    readonly clock = new Ticking(this, 5000);
    readonly feed = new Feed<Firewall>(
        this,
        () => '/api/v1/firewalls/events',
        (firewall) => this.heard(firewall),
        () => this.reload(),
    );

    override connectedCallback(): void {
        super.connectedCallback();
        document.addEventListener('keydown', this.keys);
        void this.fetchPage(0);
        void this.readTags();
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        document.removeEventListener('keydown', this.keys);
        clearTimeout(this.typed);
        clearTimeout(this.settled);
    }

    private async readTags(): Promise<void> {
        try {
            this.tags = (await ask<{ items: TagCount[]; tags: TagCount[] }>(firewalls.tags())).tags;
        } catch {
            // The list says what is wrong; the filter by tag is merely absent.
        }
    }

    private async fetchPage(page: number): Promise<void> {
        if (this.asked.has(page)) {
            return;
        }
        this.asked.add(page);
        const round = this.round;
        try {
            const found = await ask<Page<Firewall>>(
                firewalls.list({
                    page,
                    size: PAGE,
                    query: this.query.get('q') ?? undefined,
                    tag: this.query.get('tag') ?? undefined,
                    online: this.query.has('online') ? this.query.get('online') === 'true' : undefined,
                    kind: this.query.get('kind') ?? undefined,
                    sort: this.query.get('sort') ?? undefined,
                }),
            );
            if (round !== this.round) {
                return;
            }
            found.items.forEach((firewall, offset) => {
                this.items.set(page * PAGE + offset, firewall);
                this.positions.set(firewall.id, page * PAGE + offset);
            });
            this.problem = undefined;
            this.total = found.total;
            this.redraw();
        } catch (problem) {
            if (round === this.round) {
                this.asked.delete(page);
                this.problem = problem as Problem;
            }
        }
    }

    /** Reads what is in sight again, and forgets the rest. What is shown stays until the answer is there. */
    private reload(): void {
        const { from, to } = this.rows.value?.range ?? { from: 0, to: 1 };
        this.round++;
        this.asked = new Set();
        for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page++) {
            void this.fetchPage(page);
        }
    }

    private heard(firewall: Firewall): void {
        const position = this.positions.get(firewall.id);
        if (position !== undefined && this.items.get(position)?.id === firewall.id) {
            this.items.set(position, firewall);
            this.redraw();
        }
        // It may now be somewhere else in the list, or in it at all; a burst of changes is read once.
        clearTimeout(this.settled);
        this.settled = setTimeout(() => {
            this.reload();
            void this.readTags();
        }, SETTLED);
    }

    private redraw(): void {
        this.rows.value?.requestUpdate();
        this.requestUpdate();
    }

    private filter(name: string, value: string): void {
        if (value === '') {
            this.query.delete(name);
        } else {
            this.query.set(name, value);
        }
        remember(this.query);
        this.items = new Map();
        this.positions = new Map();
        this.rows.value?.toTop();
        this.round++;
        this.asked = new Set();
        void this.fetchPage(0);
        this.requestUpdate();
    }

    private readonly typing = (event: Event): void => {
        const text = (event.target as HTMLInputElement).value.trim();
        clearTimeout(this.typed);
        this.typed = setTimeout(() => this.filter('q', text), TYPED);
    };

    private readonly keys = (event: KeyboardEvent): void => {
        const writing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
        if (event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        if (event.key === '/' && !writing) {
            event.preventDefault();
            this.querySelector<HTMLInputElement>('#search')?.select();
        }
        if (event.key === 'c' && !writing && event.target instanceof Element) {
            const row = event.target.closest<HTMLElement>('[data-row]');
            const firewall = row === null ? undefined : this.items.get(Number(row.dataset['row']));
            if (firewall?.enrolled === true && may('operator')) {
                connectTo(firewall.id);
            }
        }
    };

    private readonly searchKeys = (event: KeyboardEvent): void => {
        if (event.key === 'ArrowDown') {
            event.preventDefault();
            this.rows.value?.focusRow(0);
        } else if (event.key === 'Enter' && this.items.size > 0) {
            event.preventDefault();
            this.querySelector<HTMLAnchorElement>('[data-row="0"] a')?.click();
        } else if (event.key === 'Escape') {
            (event.target as HTMLInputElement).value = '';
            this.filter('q', '');
        }
    };

    override render(): TemplateResult {
        const filtered = ['q', 'tag', 'online', 'kind'].some((name) => this.query.has(name));
        return html`<div class="fleet">
            <header class="head">
                <h1>Fleet</h1>
                <p class="quiet" role="status" data-test="fleet-count">
                    ${this.total === undefined ? '' : many(this.total, 'firewall')}${filtered && this.total !== undefined ? ' found' : ''}
                </p>
                <span class="live ${this.feed.flowing ? 'live-on' : ''}" title="Whether changes arrive by themselves">${this.feed.flowing ? 'live' : 'reconnecting'}</span>
                <span class="grow"></span>
                ${may('administrator') ? html`<a class="button" href="/enrol">${icon('enrol')}Enrol a firewall</a>` : nothing}
            </header>
            ${this.filters()} ${maybeProblem(this.problem, () => this.reload())} ${this.table(filtered)}
        </div>`;
    }

    private filters(): TemplateResult {
        return html`<div class="filters" role="search">
            <label class="search">
                ${icon('search')}<span class="for-ears">Search firewalls</span>
                <input id="search" type="search" placeholder="Search by name, host or tag" autocomplete="off" spellcheck="false"
                    .value=${this.query.get('q') ?? ''} @input=${this.typing} @keydown=${this.searchKeys} data-test="search" />
                <kbd aria-hidden="true">/</kbd>
            </label>
            ${this.choice('tag', 'Tag', [['', 'All tags'], ...this.tags.map(({ tag, firewalls: some }) => [tag, `${tag} (${some})`])])}
            ${this.choice('online', 'State', [['', 'Any state'], ['true', 'Online'], ['false', 'Offline']])}
            ${this.choice('kind', 'Kind', [['', 'Any kind'], ['opnsense', 'OPNsense'], ['pfsense', 'pfSense'], ['generic', 'Other']])}
            ${this.choice('sort', 'Order', [['', 'By name'], ['last_seen', 'By last seen'], ['status', 'By state']])}
        </div>`;
    }

    private choice(name: string, label: string, options: string[][]): TemplateResult {
        const chosen = this.query.get(name) ?? '';
        return html`<label class="choice">
            <span class="for-ears">${label}</span>
            <select class=${chosen === '' ? '' : 'chosen'} data-test="filter-${name}" @change=${(event: Event) => this.filter(name, (event.target as HTMLSelectElement).value)}>
                ${options.map(([value, word]) => html`<option value=${value ?? ''} ?selected=${value === chosen}>${word}</option>`)}
            </select>
        </label>`;
    }

    private table(filtered: boolean): TemplateResult {
        if (this.total === 0) {
            return filtered
                ? html`<div class="empty" data-test="nothing-found">
                      <h2>No firewall matches</h2>
                      <p>Try fewer words, or another filter.</p>
                      <button class="button" @click=${this.clear}>Clear the filters</button>
                  </div>`
                : html`<div class="empty" data-test="no-firewalls">
                      <h2>No firewalls yet</h2>
                      <p>${may('administrator') ? 'Enrol the first one: it takes a name, a token and one command on the box.' : 'None is within your reach. An administrator can change that.'}</p>
                      ${may('administrator') ? html`<a class="button button-main" href="/enrol">Enrol a firewall</a>` : nothing}
                  </div>`;
        }
        return html`<div class="table" role="table" aria-label="Firewalls" aria-rowcount=${(this.total ?? 0) + 1} data-test="fleet">
            <div role="rowgroup">
                <div class="row row-head" role="row" aria-rowindex="1">
                    <span role="columnheader">Name</span><span role="columnheader">State</span><span role="columnheader">Tags</span>
                    <span role="columnheader">Platform</span><span role="columnheader">Agent</span><span role="columnheader">Last seen</span>
                    <span role="columnheader"><span class="for-ears">Connect</span></span>
                </div>
            </div>
            <opn-rows ${ref(this.rows)} label="Firewalls" .total=${this.total ?? 12} .row=${this.row}
                @needs=${this.needs} @above=${() => this.querySelector<HTMLElement>('#search')?.focus()}></opn-rows>
        </div>`;
    }

    private readonly clear = (): void => {
        for (const name of ['q', 'tag', 'online']) {
            this.query.delete(name);
        }
        this.filter('kind', '');
    };

    private readonly needs = (event: CustomEvent<{ from: number; to: number }>): void => {
        const { from, to } = event.detail;
        for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page++) {
            void this.fetchPage(page);
        }
    };

    private readonly row = (index: number): TemplateResult => {
        const firewall = this.items.get(index);
        if (firewall === undefined) {
            return html`<div class="row row-waits" role="row" aria-rowindex=${index + 2} data-row=${index}><span role="cell"><span class="for-ears">Loading</span></span></div>`;
        }
        const sessions = firewall.live_requests;
        const platform = firewall.platform ?? kindName(firewall.kind);
        return html`<div class="row" role="row" aria-rowindex=${index + 2} data-row=${index} data-firewall=${firewall.id}>
            <span role="cell" class="cell-name">
                <a href="/firewalls/${firewall.id}">${firewall.name}</a>
                ${sessions > 0 ? html`<span class="count" title="${many(sessions, 'session')} live">${sessions}<span class="for-ears"> live</span></span>` : nothing}
                <small>${firewall.hostname ?? firewall.web_target}</small>
            </span>
            <span role="cell" class="cell-state">${onlineState(firewall)}</span>
            <span role="cell" class="cell-tags">${tagList(firewall.tags)}</span>
            <span role="cell" class="cell-kind" title=${platform}>${platform}</span>
            <span role="cell" class="cell-agent" title=${firewall.agent_version ?? nothing}>${firewall.agent_version ?? '–'}</span>
            <span role="cell" class="cell-seen" title=${moment(firewall.last_seen)}>${ago(firewall.last_seen, this.clock.now)}</span>
            <span role="cell" class="cell-act">
                ${may('operator')
                    ? html`<button class="button button-row" ?disabled=${!firewall.enrolled} @click=${() => connectTo(firewall.id)}
                          title=${firewall.enrolled ? 'Connect (c)' : 'No agent is enrolled yet'} aria-label="Connect to ${firewall.name}" data-test="connect">
                          Connect
                      </button>`
                    : nothing}
            </span>
        </div>`;
    };
}

customElements.define('opn-fleet', Fleet);
