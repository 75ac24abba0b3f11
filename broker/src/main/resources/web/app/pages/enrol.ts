import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ask, attempt, firewalls } from '../api/client';
import { Feed } from '../api/feed';
import type { EnrolmentToken, Firewall } from '../api/model';
import type { Problem } from '../api/problem';
import { go } from '../shell/navigation';
import { firewallFields, firewallOf } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { connectTo } from '../ui/intent';
import { Part } from '../ui/part';
import { maybeProblem, skeleton } from '../ui/pieces';
import { Ticking } from '../ui/ticking';
import { countdown } from '../ui/words';
import { ways } from './enrol-commands';
import '../ui/copyable';

/** A name, a token, one command on the box; then it turns green here. */
class Enrol extends Part {
    @property({ type: Number }) firewallId = 0;
    @state() private firewall: Firewall | undefined;
    @state() private token: EnrolmentToken | undefined;
    @state() private problem: Problem | undefined;
    @state() private way = 'linux';
    @state() private busy = false;
    private enrolledBefore: string | undefined;
    readonly clock = new Ticking(this, 1000);
    readonly feed = new Feed<Firewall>(
        this,
        () => '/api/v1/firewalls/events',
        (firewall) => {
            if (firewall.id === this.firewall?.id) {
                this.firewall = firewall;
            }
        },
        () => void this.read(),
    );

    override willUpdate(changed: Map<string, unknown>): void {
        if (changed.has('firewallId') && this.firewallId !== (this.firewall?.id ?? 0)) {
            this.firewall = undefined;
            this.token = undefined;
            this.problem = undefined;
            void this.read();
        }
    }

    private async read(): Promise<void> {
        if (this.firewallId === 0) {
            return;
        }
        try {
            const firewall = await ask<Firewall>(firewalls.one({ id: this.firewallId }));
            if (this.token === undefined) {
                this.enrolledBefore = firewall.enrolled_at;
                this.way = firewall.kind === 'generic' ? 'linux' : 'stock';
            }
            this.firewall = firewall;
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    private readonly make = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const form = event.target as HTMLFormElement;
        if (!form.reportValidity() || this.busy) {
            return;
        }
        this.busy = true;
        const outcome = await attempt<Firewall>(firewalls.create({ FirewallAsk: firewallOf(new FormData(form)) }));
        if ('refused' in outcome) {
            this.problem = outcome.refused;
        } else {
            this.firewall = outcome.done;
            this.firewallId = outcome.done.id;
            this.way = outcome.done.kind === 'generic' ? 'linux' : 'stock';
            go(`/enrol?firewall=${outcome.done.id}`, 'replace');
            await this.makeToken();
        }
        this.busy = false;
    };

    private readonly makeToken = async (): Promise<void> => {
        const outcome = await attempt<EnrolmentToken>(firewalls.makeEnrolmentToken({ id: Number(this.firewall?.id) }));
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            return;
        }
        this.enrolledBefore = this.firewall?.enrolled_at;
        this.token = outcome.done;
        this.problem = undefined;
    };

    override render(): TemplateResult {
        const firewall = this.firewall;
        return html`
            <header class="head"><h1>${firewall ? html`Enrol ${firewall.name}` : 'Enrol a firewall'}</h1></header>
            ${maybeProblem(this.problem)}
            ${this.firewallId === 0 ? this.first() : firewall === undefined ? (this.problem ? nothing : skeleton(5)) : this.second(firewall)}
        `;
    }

    private first(): TemplateResult {
        return html`<form class="form card narrow" @submit=${this.make} novalidate data-test="new-firewall">
            <p class="quiet">Make an entry for it first. The next step shows what to paste on the box.</p>
            ${firewallFields()}
            <footer><span></span><button class="button button-main" ?disabled=${this.busy} data-test="make-firewall">Go on</button></footer>
        </form>`;
    }

    private second(firewall: Firewall): TemplateResult {
        const arrived = this.token !== undefined && firewall.enrolled && firewall.enrolled_at !== this.enrolledBefore;
        if (this.token === undefined) {
            return html`<div class="card narrow">
                <p>${firewall.enrolled
                    ? 'An agent is enrolled already. A new token replaces it: the old agent is locked out once the new one has enrolled.'
                    : 'A token lets one agent in, once, within a day. It is shown here only now; making another kills it.'}</p>
                <p class="acts"><button class="button button-main" @click=${this.makeToken} data-test="make-token">Make a token</button><a class="button" href="/firewalls/${firewall.id}">Not now</a></p>
            </div>`;
        }
        return html`${this.arrival(firewall, arrived)} ${arrived ? nothing : this.commands(firewall, this.token)}`;
    }

    private arrival(firewall: Firewall, arrived: boolean): TemplateResult {
        if (!arrived) {
            return html`<div class="notice" role="status" data-test="waiting">
                <span class="pulse" aria-hidden="true"></span>
                <p>Waiting for the agent. The token works once, for ${countdown(this.token?.expires_at ?? '', this.clock.now)}; this turns green by itself.</p>
            </div>`;
        }
        return html`<div class="notice notice-good notice-tall" role="status" data-test=${firewall.online ? 'arrived-online' : 'arrived'}>
            ${icon('check')}
            <div>
                <h2>${firewall.online ? 'It is enrolled and online' : 'It is enrolled'}</h2>
                <p>${firewall.hostname ?? firewall.name}${firewall.platform ? html`, ${firewall.platform}` : nothing}, agent ${firewall.agent_version ?? '–'}.
                    ${firewall.online ? 'It can be connected to.' : 'Now start both programs on the box; it turns online here.'}</p>
                <p class="acts">
                    ${firewall.online ? html`<button class="button button-main" @click=${() => connectTo(firewall.id)}>${icon('connect')}Connect</button>` : nothing}
                    <a class="button" href="/firewalls/${firewall.id}">About the firewall</a>
                    <a class="button" href="/enrol">Enrol another</a>
                </p>
            </div>
        </div>
        ${firewall.online ? nothing : this.commands(firewall, this.token as EnrolmentToken)}`;
    }

    private commands(firewall: Firewall, token: EnrolmentToken): TemplateResult {
        const all = ways(firewall, token, location.origin);
        const way = all.find(({ key }) => key === this.way) ?? all[0];
        return html`
            <fieldset class="tabs">
                <legend>What kind of box is it?</legend>
                ${all.map(({ key, label }) => html`<label><input type="radio" name="way" value=${key} ?checked=${key === this.way} @change=${() => (this.way = key)} data-test="way-${key}" /><span>${label}</span></label>`)}
            </fieldset>
            <p class="quiet narrow">${way?.needs}</p>
            <ol class="commands">
                ${way?.steps.map(({ title, text }) => html`<li><h2>${title}</h2><opn-copyable label=${title} .text=${text}></opn-copyable></li>`)}
            </ol>
            ${way?.note ? html`<p class="quiet narrow">${way.note}</p>` : nothing}
            <details><summary>Only the token</summary><opn-copyable label="Enrolment token" .text=${token.enrolment_token} data-test="enrolment-token"></opn-copyable></details>
        `;
    }
}

customElements.define('opn-enrol', Enrol);
