import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { ask, attempt, audit } from '../api/client';
import type { AuditEntry, AuditVerdict, Page } from '../api/model';
import type { Problem } from '../api/problem';
import { place, remember } from '../shell/navigation';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { maybeProblem, problemBox, skeleton } from '../ui/pieces';
import { pager, table } from '../ui/table';
import { many, moment, number } from '../ui/words';

const SIZE = 100;
const TYPED = 250;
const FIELDS = ['text', 'actor', 'action', 'subject', 'result', 'from', 'until'] as const;

/** Who did what, to which, from where, and with what result. */
class Audit extends Part {
    @state() private found: Page<AuditEntry> | undefined;
    @state() private problem: Problem | undefined;
    @state() private verdict: AuditVerdict | Problem | 'busy' | undefined;
    private query = new URLSearchParams(place.value.search);
    private page = 0;
    private round = 0;
    private typed: ReturnType<typeof setTimeout> | undefined;

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
    }

    /** The filters as the API wants them: days of this browser's time zone as moments. */
    private get filters(): Record<string, string> {
        const asked: Record<string, string> = {};
        for (const field of FIELDS) {
            const value = this.query.get(field);
            if (value === null || value === '') {
                continue;
            }
            if (field === 'from' || field === 'until') {
                const day = new Date(`${value}T00:00:00`);
                if (field === 'until') {
                    day.setDate(day.getDate() + 1);
                }
                asked[field] = day.toISOString();
            } else {
                asked[field] = value;
            }
        }
        return asked;
    }

    private async read(): Promise<void> {
        const round = ++this.round;
        try {
            const found = await ask<Page<AuditEntry>>(audit.list({ ...this.filters, page: this.page, size: SIZE }));
            if (round === this.round) {
                this.found = found;
                this.problem = undefined;
            }
        } catch (problem) {
            if (round === this.round) {
                this.problem = problem as Problem;
            }
        }
    }

    private readonly changed = (event: Event): void => {
        const { name, value } = event.target as HTMLInputElement;
        if (value.trim() === '') {
            this.query.delete(name);
        } else {
            this.query.set(name, value.trim());
        }
        clearTimeout(this.typed);
        this.typed = setTimeout(() => {
            this.page = 0;
            remember(this.query);
            void this.read();
        }, TYPED);
    };

    private only(name: string, value: string): void {
        this.query.set(name, value);
        this.page = 0;
        remember(this.query);
        void this.read();
        this.requestUpdate();
    }

    private readonly clear = (): void => {
        this.query = new URLSearchParams();
        this.page = 0;
        remember(this.query);
        void this.read();
        this.requestUpdate();
    };

    private readonly verify = async (): Promise<void> => {
        this.verdict = 'busy';
        const outcome = await attempt<AuditVerdict>(audit.verify({}));
        this.verdict = 'done' in outcome ? outcome.done : outcome.refused;
    };

    override render(): TemplateResult {
        const words = new URLSearchParams(this.filters);
        const file = (format: string) => `/api/v1/audit/export?${new URLSearchParams({ ...Object.fromEntries(words), format }).toString()}`;
        return html`
            <header class="head">
                <h1>Audit</h1>
                <p class="quiet" role="status" data-test="audit-count">${this.found ? many(this.found.total, 'entry', 'entries') : ''}</p>
                <span class="grow"></span>
                <button class="button" @click=${this.verify} ?disabled=${this.verdict === 'busy'} data-test="verify">${icon('shield')}Verify</button>
                <a class="button" href=${file('csv')} download="audit.csv" data-test="export-csv">${icon('download')}CSV</a>
                <a class="button" href=${file('json')} download="audit.json" data-test="export-json">${icon('download')}JSON</a>
            </header>
            ${this.verification()}
            <form class="filters" role="search" @input=${this.changed} @submit=${(event: Event) => event.preventDefault()}>
                <label class="search">${icon('search')}<span class="for-ears">Search the audit</span>
                    <input type="search" name="text" placeholder="Search actor, subject, address, detail" .value=${this.query.get('text') ?? ''} maxlength="100" autocomplete="off" data-test="audit-text" /></label>
                ${this.field('actor', 'Actor', 'who')} ${this.field('action', 'Action', 'what')} ${this.field('subject', 'Subject', 'to which')} ${this.field('result', 'Result', 'done')}
                <label class="choice"><span>From</span><input type="date" name="from" .value=${this.query.get('from') ?? ''} /></label>
                <label class="choice"><span>Until</span><input type="date" name="until" .value=${this.query.get('until') ?? ''} /></label>
            </form>
            ${maybeProblem(this.problem, () => void this.read())} ${this.list()}
        `;
    }

    private field(name: string, label: string, hint: string): TemplateResult {
        return html`<label class="choice"><span class="for-ears">${label}</span><input name=${name} placeholder="${label}: ${hint}" .value=${this.query.get(name) ?? ''} autocomplete="off" spellcheck="false" data-test="audit-${name}" /></label>`;
    }

    private verification(): TemplateResult | typeof nothing {
        const verdict = this.verdict;
        if (verdict === undefined) {
            return nothing;
        }
        if (verdict === 'busy') {
            return html`<div class="notice" role="status"><span class="pulse" aria-hidden="true"></span><p>Comparing every entry with its seal …</p></div>`;
        }
        if (verdict instanceof Error) {
            return problemBox(verdict, () => void this.verify());
        }
        if (verdict.intact) {
            return html`<div class="notice notice-good notice-tall" role="status" data-test="verdict" data-intact="true">
                ${icon('shield')}
                <div>
                    <h2>The audit is intact</h2>
                    <p>All ${number(verdict.sealed)} sealed entries are there and unchanged${verdict.unsealed > 0 ? `; ${number(verdict.unsealed)} are too young to be sealed` : ''}.</p>
                    <p class="quiet">Write the last seal down elsewhere, and nobody can cut the end off unseen: number ${number(verdict.sealed)}, <code class="wrapping">${verdict.head}</code></p>
                </div>
            </div>`;
        }
        const broken = verdict.first_broken;
        return html`<div class="notice notice-bad notice-tall" role="alert" data-test="verdict" data-intact="false">
            ${icon('warning')}
            <div>
                <h2>The audit is not what was sealed</h2>
                <p>
                    The first place is seal ${broken?.number === undefined ? '?' : number(broken.number)}${broken?.audit_id ? html`, entry <b>${broken.audit_id}</b>` : nothing}:
                    ${{ changed: 'an entry or a seal was changed after it was written.', missing: 'an entry or a seal is gone.', inserted: 'an entry stands there that was not there when its neighbours were sealed.' }[broken?.what ?? 'changed']}
                </p>
                <p>Somebody with access to the database did this. Keep a copy of the database as it is now, and compare with your last backup.</p>
            </div>
        </div>`;
    }

    private list(): TemplateResult | typeof nothing {
        const found = this.found;
        if (found === undefined) {
            return this.problem ? nothing : skeleton(8);
        }
        if (found.total === 0) {
            return html`<div class="empty"><h2>No entry matches</h2><button class="button" @click=${this.clear}>Clear the filters</button></div>`;
        }
        return html`${table<AuditEntry>(
            'audit',
            'Entries',
            [
                { head: 'When', cell: (entry) => moment(entry.at), look: 'nowrap' },
                { head: 'Actor', cell: (entry) => html`${this.narrow('actor', entry.actor)}${entry.address ? html`<small class="under">${entry.address}</small>` : nothing}`, look: 'nowrap' },
                {
                    head: 'Action',
                    cell: (entry) => html`${this.narrow('action', entry.action)}${entry.subject ? html`<small class="under">${this.narrow('subject', entry.subject)}</small>` : nothing}`,
                    look: 'nowrap',
                },
                { head: 'Result', cell: (entry) => (entry.result === 'done' ? html`<span class="quiet">done</span>` : html`<span class="state state-bad"><i aria-hidden="true"></i>${entry.result}</span>`) },
                { head: 'Detail', cell: (entry) => entry.detail ?? nothing, look: 'wraps' },
            ],
            found.items,
        )}${pager(this.page, SIZE, found.total, (by) => this.turn(by))}`;
    }

    private narrow(name: string, value: string): TemplateResult {
        return html`<button class="button-text" title="Only this ${name}" @click=${() => this.only(name, value)}>${value}</button>`;
    }

    private turn(by: number): void {
        this.page += by;
        void this.read();
        this.querySelector('table')?.scrollIntoView({ block: 'nearest' });
    }
}

customElements.define('opn-audit', Audit);
