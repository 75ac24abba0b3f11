import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ask, attempt, firewalls, rollout } from '../api/client';
import { Feed } from '../api/feed';
import type { EnrolmentKind, EnrolmentLine, EnrolmentToken, Firewall, Rollout } from '../api/model';
import type { Problem } from '../api/problem';
import { go } from '../shell/navigation';
import { firewallFields, firewallOf } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { connectTo } from '../ui/intent';
import { Part } from '../ui/part';
import { maybeProblem, skeleton } from '../ui/pieces';
import { Ticking } from '../ui/ticking';
import { countdown, moment } from '../ui/words';
import { ways } from './enrol-commands';
import '../ui/copyable';

const KINDS: Record<EnrolmentKind, { label: string; needs: string }> = {
    opnsense: {
        label: 'OPNsense, pfSense, FreeBSD',
        needs: 'A root shell on OPNsense, pfSense, FreeBSD, OpenWrt or any box with curl and OpenSSH. It installs one script of POSIX sh, and needs no Java.',
    },
    debian: { label: 'Debian, Ubuntu', needs: 'A root shell on Debian or Ubuntu with curl and openssl. It installs packages that bring their own Java.' },
    container: { label: 'Container', needs: 'A shell that may use Docker or Podman. The container shares the network of its host, because the agent dials 127.0.0.1.' },
};

/** A name, one line on the box; then it turns green here. Without a release on the broker it is a token and what to do with it. */
class Enrol extends Part {
    @property({ type: Number }) firewallId = 0;
    @state() private firewall: Firewall | undefined;
    @state() private token: EnrolmentToken | undefined;
    @state() private line: EnrolmentLine | undefined;
    @state() private release: Rollout | undefined;
    @state() private kind: EnrolmentKind = 'opnsense';
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
            this.line = undefined;
            this.problem = undefined;
            void this.read();
        }
    }

    private async read(): Promise<void> {
        if (this.firewallId === 0) {
            return;
        }
        try {
            const [firewall, release] = await Promise.all([
                ask<Firewall>(firewalls.one({ id: this.firewallId })),
                this.release ?? ask<Rollout>(rollout.now()),
            ]);
            this.release = release;
            if (this.token === undefined && this.line === undefined) {
                this.enrolledBefore = firewall.enrolled_at;
                this.suit(firewall);
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
            const release = await attempt<Rollout>(rollout.now());
            this.release = 'done' in release ? release.done : undefined;
            this.firewall = outcome.done;
            this.firewallId = outcome.done.id;
            this.suit(outcome.done);
            go(`/enrol?firewall=${outcome.done.id}`, 'replace');
            if (this.kinds.length === 0) {
                await this.makeToken();
            }
        }
        this.busy = false;
    };

    private get kinds(): EnrolmentKind[] {
        return this.release?.kinds ?? [];
    }

    /** What fits a firewall best, chosen for it. */
    private suit(firewall: Firewall): void {
        this.way = firewall.kind === 'generic' ? 'linux' : 'stock';
        const wanted = firewall.kind === 'generic' ? 'debian' : 'opnsense';
        this.kind = this.kinds.includes(wanted) ? wanted : (this.kinds[0] ?? wanted);
    }

    private readonly makeLine = async (): Promise<void> => {
        const outcome = await attempt<EnrolmentLine>(
            firewalls.makeEnrolmentLine({ id: Number(this.firewall?.id), EnrolmentLineAsk: { kind: this.kind } }),
        );
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            return;
        }
        this.enrolledBefore = this.firewall?.enrolled_at;
        this.line = outcome.done;
        this.token = undefined;
        this.problem = undefined;
    };

    private readonly makeToken = async (): Promise<void> => {
        const outcome = await attempt<EnrolmentToken>(firewalls.makeEnrolmentToken({ id: Number(this.firewall?.id) }));
        if ('refused' in outcome) {
            this.problem = outcome.refused;
            return;
        }
        this.enrolledBefore = this.firewall?.enrolled_at;
        this.token = outcome.done;
        this.line = undefined;
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
        const made = this.line ?? this.token;
        const arrived = made !== undefined && firewall.enrolled && firewall.enrolled_at !== this.enrolledBefore;
        if (this.line !== undefined) {
            return html`${this.arrival(firewall, arrived)} ${arrived ? nothing : this.lineToPaste(this.line)}`;
        }
        if (this.token === undefined && this.kinds.length > 0) {
            return this.chooser(firewall);
        }
        if (this.token === undefined) {
            return html`${this.noRelease()}<div class="card narrow">
                <p>${firewall.enrolled
                    ? 'An agent is enrolled already. A new token replaces it: the old agent is locked out once the new one has enrolled.'
                    : 'A token lets one agent in, once, within a day. It is shown here only now; making another kills it.'}</p>
                <p class="acts"><button class="button button-main" @click=${this.makeToken} data-test="make-token">Make a token</button><a class="button" href="/firewalls/${firewall.id}">Not now</a></p>
            </div>`;
        }
        return html`${this.arrival(firewall, arrived)} ${arrived ? nothing : html`${this.kinds.length > 0 ? nothing : this.noRelease()}${this.commands(firewall, this.token)}`}`;
    }

    private chooser(firewall: Firewall): TemplateResult {
        return html`<div class="card narrow">
            <p>${firewall.enrolled
                ? 'An agent is enrolled already. A new line replaces it: the old agent is locked out once the new one has enrolled.'
                : 'One line, pasted into a shell on the box, installs the agent and enrols it.'}</p>
            <fieldset class="tabs">
                <legend>What kind of box is it?</legend>
                ${this.kinds.map((kind) => html`<label><input type="radio" name="kind" value=${kind} ?checked=${kind === this.kind} @change=${() => (this.kind = kind)} data-test="kind-${kind}" /><span>${KINDS[kind].label}</span></label>`)}
            </fieldset>
            <p class="quiet">${KINDS[this.kind].needs}</p>
            <p class="acts">
                <button class="button button-main" @click=${this.makeLine} data-test="make-line">Make the line</button>
                <button class="button" @click=${this.makeToken} data-test="make-token">By hand</button>
                <a class="button" href="/firewalls/${firewall.id}">Not now</a>
            </p>
        </div>`;
    }

    private lineToPaste(line: EnrolmentLine): TemplateResult {
        return html`
            <p class="narrow">Paste it into a root shell: ${KINDS[line.kind].label}, agent ${line.version}.</p>
            <opn-copyable label="Enrolment line" .text=${line.line} data-test="enrolment-line"></opn-copyable>
            <p class="quiet narrow">
                A secret stands in it: a token that lets one agent in, once, until ${moment(line.expires_at)}. Send it to nobody; shells remember what was pasted, but a used token is worth nothing.
                The line checks the installer before it runs any of it, and the installer checks the signature of everything that it installs. It is shown only now; making another kills this one.
            </p>
            <p class="acts"><button class="button" @click=${this.startAgain} data-test="another-line">Another line</button></p>
        `;
    }

    private readonly startAgain = (): void => {
        this.line = undefined;
    };

    private noRelease(): TemplateResult {
        return html`<div class="notice narrow" data-test="no-line">
            ${icon('info')}
            <p>${this.release?.release_problem
                ? html`The release on this broker does not verify, so there is no line that installs the agent: ${this.release.release_problem}.`
                : this.release?.version
                  ? html`This broker has a release, but no address for firewalls (<code>opnmanager.release.broker-url</code>) or nothing to install in it, so there is no line that installs the agent.`
                  : html`This broker has no release (<code>opnmanager.release.folder</code>), so there is no line that installs the agent.`}
                It can be done by hand.</p>
        </div>`;
    }

    private arrival(firewall: Firewall, arrived: boolean): TemplateResult {
        if (!arrived) {
            return html`<div class="notice" role="status" data-test="waiting">
                <span class="pulse" aria-hidden="true"></span>
                <p>Waiting for the agent. What you paste works once, for ${countdown((this.line ?? this.token)?.expires_at ?? '', this.clock.now)}; this turns green by itself.</p>
            </div>`;
        }
        return html`<div class="notice notice-good notice-tall" role="status" data-test=${firewall.online ? 'arrived-online' : 'arrived'}>
            ${icon('check')}
            <div>
                <h2>${firewall.online ? 'It is enrolled and online' : 'It is enrolled'}</h2>
                <p>${firewall.hostname ?? firewall.name}${firewall.platform ? html`, ${firewall.platform}` : nothing}, agent ${firewall.agent_version ?? '–'}.
                    ${firewall.online ? 'It can be connected to.' : this.line ? 'The installer starts it; it turns online here.' : 'Now start both programs on the box; it turns online here.'}</p>
                <p class="acts">
                    ${firewall.online ? html`<button class="button button-main" @click=${() => connectTo(firewall.id)}>${icon('connect')}Connect</button>` : nothing}
                    <a class="button" href="/firewalls/${firewall.id}">About the firewall</a>
                    <a class="button" href="/enrol">Enrol another</a>
                </p>
            </div>
        </div>
        ${firewall.online || this.token === undefined ? nothing : this.commands(firewall, this.token)}`;
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
