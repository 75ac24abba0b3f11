import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { ask, attempt, firewalls, requests } from '../api/client';
import { Feed } from '../api/feed';
import { live, type AgentToken, type Firewall, type FirewallUpdate, type Page, type Pin, type Tunnel } from '../api/model';
import type { Problem } from '../api/problem';
import { say } from '../shell/toasts';
import { may } from '../shell/who';
import type { Dialog } from '../ui/dialog';
import { firewallFields, firewallOf } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { connectTo, connectWith } from '../ui/intent';
import { Part } from '../ui/part';
import { endWords, kindName, maybeProblem, onlineState, skeleton, tagList, tunnelState } from '../ui/pieces';
import { pager, table } from '../ui/table';
import { Ticking } from '../ui/ticking';
import { updateState, updateWords } from '../ui/update';
import { ago, bytes, fingerprint, moment, shortMoment } from '../ui/words';
import '../ui/copyable';
import '../ui/dialog';

const PAGE = 20;

function pinnedBy(pin: Pin): string {
    return pin.pinned_by === undefined ? 'when it was first seen' : `by ${pin.pinned_by}`;
}

/** One firewall: what is known of it, which certificate is trusted, who was there. */
class FirewallPage extends Part {
    @property({ type: Number }) firewallId = 0;
    @state() private firewall: Firewall | undefined;
    @state() private pins: Pin[] = [];
    @state() private history: Page<Tunnel> | undefined;
    @state() private agentUpdate: FirewallUpdate | undefined;
    @state() private problem: Problem | undefined;
    private page = 0;
    private readonly dialog = createRef<Dialog>();
    readonly clock = new Ticking(this, 5000);
    readonly feed = new Feed<Firewall>(
        this,
        () => '/api/v1/firewalls/events',
        (firewall) => {
            if (firewall.id === this.firewallId) {
                this.firewall = firewall;
                void this.readRest();
            }
        },
        () => void this.read(),
    );

    override willUpdate(changed: Map<string, unknown>): void {
        if (changed.has('firewallId')) {
            this.firewall = undefined;
            this.history = undefined;
            this.agentUpdate = undefined;
            this.pins = [];
            this.page = 0;
            void this.read();
        }
    }

    private async read(): Promise<void> {
        try {
            this.firewall = await ask<Firewall>(firewalls.one({ id: this.firewallId }));
            this.problem = undefined;
            document.title = `${this.firewall.name} · OPNManager Tunnel`;
            await this.readRest();
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    private async readRest(): Promise<void> {
        const [pins, history, update] = await Promise.all([
            attempt<{ items: Pin[] }>(firewalls.certificatePins({ id: this.firewallId })),
            attempt<Page<Tunnel>>(requests.list({ firewall_id: this.firewallId, page: this.page, size: PAGE })),
            attempt<FirewallUpdate>(firewalls.update({ id: this.firewallId })),
        ]);
        if ('done' in pins) {
            this.pins = pins.done.items;
        }
        if ('done' in history) {
            this.history = history.done;
        }
        if ('done' in update) {
            this.agentUpdate = update.done;
        }
    }

    override render(): TemplateResult {
        const firewall = this.firewall;
        if (firewall === undefined) {
            return html`<header class="head"><a class="back" href="/">${icon('previous')}Fleet</a></header>
                ${this.problem ? maybeProblem(this.problem, () => void this.read()) : skeleton(6)}`;
        }
        return html`
            <header class="head head-tall">
                <a class="back" href="/">${icon('previous')}Fleet</a>
                <div class="head-name">
                    <h1 data-test="firewall-name">${firewall.name}</h1>
                    ${onlineState(firewall)} ${tagList(firewall.tags)}
                </div>
                <span class="grow"></span>
                ${may('administrator') ? html`<button class="button" @click=${this.edit} data-test="edit">Edit</button>` : nothing}
                ${may('operator')
                    ? html`<span class="joined">
                          <button class="button button-main" ?disabled=${!firewall.enrolled} @click=${() => connectTo(firewall.id)} data-test="connect">
                              ${icon('connect')}Connect
                          </button>
                          <button class="button button-main" ?disabled=${!firewall.enrolled} @click=${() => connectWith(firewall.id)}
                              aria-label="Connect with time, bytes or reason" title="With time, bytes or reason" data-test="connect-with">${icon('options')}</button>
                      </span>`
                    : nothing}
            </header>
            ${maybeProblem(this.problem)}
            ${firewall.enrolled
                ? nothing
                : html`<div class="notice">
                      ${icon('info')}
                      <p>No agent is enrolled here yet, so nothing can be opened.</p>
                      ${may('administrator') ? html`<a class="button" href="/enrol?firewall=${firewall.id}">Enrol it</a>` : nothing}
                  </div>`}
            ${this.pins.filter((pin) => pin.offered_sha256 !== undefined).map((pin) => this.changedPin(pin))}
            <div class="cards">${this.facts(firewall)} ${this.certificate()}</div>
            ${this.sessions()}
            <opn-dialog ${ref(this.dialog)}></opn-dialog>
        `;
    }

    private facts(firewall: Firewall): TemplateResult {
        return html`<section class="card" aria-labelledby="facts">
            <h2 id="facts">Facts</h2>
            <dl class="facts">
                <dt>Web target</dt><dd><code>${firewall.web_target}</code></dd>
                <dt>Kind</dt><dd>${kindName(firewall.kind)}</dd>
                <dt>Host name</dt><dd>${firewall.hostname ?? '–'}</dd>
                <dt>Platform</dt><dd>${firewall.platform ?? '–'}</dd>
                <dt>Agent</dt><dd>${firewall.agent_version ?? '–'}</dd>
                ${firewall.enrolled && this.agentUpdate ? html`<dt>Its updates</dt><dd data-test="update">${updateState(this.agentUpdate)}${updateWords(this.agentUpdate)}</dd>` : nothing}
                <dt>Last seen</dt><dd title=${moment(firewall.last_seen)}>${ago(firewall.last_seen, this.clock.now)}</dd>
                <dt>Enrolled</dt><dd>${moment(firewall.enrolled_at)}</dd>
                <dt>Number</dt><dd>${firewall.id} <span class="quiet">· SSH user fw-${firewall.id}</span></dd>
                ${firewall.ssh_key_fingerprint
                    ? html`<dt>SSH key</dt><dd><opn-copyable inline label="SSH key fingerprint" .text=${firewall.ssh_key_fingerprint}></opn-copyable></dd>`
                    : nothing}
            </dl>
            ${may('administrator')
                ? html`<p class="acts">
                      <a class="button" href="/enrol?firewall=${firewall.id}">${firewall.enrolled ? 'Enrol anew' : 'Enrol'}</a>
                      ${firewall.enrolled
                          ? html`<button class="button" @click=${this.rotate}>Replace its token</button>
                                <button class="button button-bad-quiet" @click=${this.revoke} data-test="revoke">Revoke its token</button>`
                          : nothing}
                  </p>`
                : nothing}
        </section>`;
    }

    private certificate(): TemplateResult {
        return html`<section class="card" aria-labelledby="certificate">
            <h2 id="certificate">Certificate of its page</h2>
            ${this.pins.length === 0
                ? html`<p class="quiet">None is pinned yet. The first certificate that is seen through a tunnel is remembered, and every later one is compared with it.</p>`
                : this.pins.map(
                      (pin) => html`<dl class="facts">
                          <dt>Target</dt><dd><code>${pin.target}</code></dd>
                          <dt>SHA-256</dt><dd><opn-copyable inline label="Fingerprint" .text=${fingerprint(pin.sha256)}></opn-copyable></dd>
                          <dt>Pinned</dt><dd>${moment(pin.pinned_at)} <span class="quiet">${pinnedBy(pin)}</span></dd>
                      </dl>`,
                  )}
        </section>`;
    }

    private changedPin(pin: Pin): TemplateResult {
        return html`<section class="notice notice-bad notice-tall" role="alert" data-test="certificate-changed">
            ${icon('warning')}
            <div>
                <h2>The certificate of ${pin.target} has changed</h2>
                <p>
                    Sessions are refused until somebody decides. If it was renewed on the firewall, its own page (System, Certificates) shows the new
                    fingerprint. If nobody renewed it, someone may stand between the agent and the page: do not accept it.
                </p>
                <dl class="facts">
                    <dt>Pinned</dt><dd><code>${fingerprint(pin.sha256)}</code><br /><span class="quiet">since ${moment(pin.pinned_at)}, ${pinnedBy(pin)}</span></dd>
                    <dt>Now shown</dt><dd><code>${fingerprint(pin.offered_sha256 ?? '')}</code><br /><span class="quiet">seen ${moment(pin.offered_at)}</span></dd>
                </dl>
                ${may('operator') ? html`<p class="acts"><button class="button button-bad" @click=${() => this.accept(pin)} data-test="accept-certificate">Accept the new certificate …</button></p>` : nothing}
            </div>
        </section>`;
    }

    private accept(pin: Pin): void {
        this.dialog.value?.show({
            title: 'Accept the new certificate?',
            body: html`<p>From now on <code>${pin.target}</code> of ${this.firewall?.name} has to show this certificate and no other. Your name is written down with it.</p>
                <p><code class="wrapping">${fingerprint(pin.offered_sha256 ?? '')}</code></p>
                <label class="check"><input type="checkbox" required name="compared" />I compared this fingerprint with the one on the firewall</label>`,
            act: 'Accept it',
            dangerous: true,
            done: async () => {
                const asked = { target: pin.target, sha256: pin.offered_sha256 ?? '' };
                const outcome = await attempt<{ items: Pin[] }>(firewalls.acceptCertificate({ id: this.firewallId, CertificatePinAsk: asked }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.pins = outcome.done.items;
                say('The new certificate is pinned.');
                return undefined;
            },
        });
    }

    private readonly edit = (): void => {
        const firewall = this.firewall;
        if (firewall === undefined) {
            return;
        }
        this.dialog.value?.show({
            title: `Edit ${firewall.name}`,
            body: firewallFields(firewall),
            act: 'Save',
            done: async (form) => {
                const outcome = await attempt<Firewall>(firewalls.change({ id: firewall.id, FirewallAsk: firewallOf(form) }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.firewall = outcome.done;
                say('Saved.');
                return undefined;
            },
        });
    };

    private readonly rotate = (): void => {
        this.dialog.value?.show({
            title: 'Replace the agent’s token?',
            body: html`<p>The present token stops working at once and open sessions of this firewall end. The new one is shown once; put it into the agent’s state folder on the box.</p>`,
            act: 'Replace it',
            dangerous: true,
            done: async () => {
                const outcome = await attempt<AgentToken>(firewalls.rotateAgentToken({ id: this.firewallId }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.dialog.value?.change({
                    title: 'The new token',
                    body: html`<p>It is shown only now.</p><opn-copyable label="Agent token" .text=${outcome.done.agent_token}></opn-copyable>`,
                    act: undefined,
                    done: undefined,
                });
                return undefined;
            },
        });
    };

    private readonly revoke = (): void => {
        this.dialog.value?.show({
            title: 'Revoke the agent’s token?',
            body: html`<p>The agent on ${this.firewall?.name} is locked out at once and its open sessions end. To bring it back it has to be enrolled anew, on the box.</p>`,
            act: 'Revoke it',
            dangerous: true,
            done: async () => {
                const outcome = await attempt(firewalls.revokeAgentToken({ id: this.firewallId }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                say('The agent’s token is revoked.');
                await this.read();
                return undefined;
            },
        });
    };

    private sessions(): TemplateResult {
        const history = this.history;
        return html`<section aria-labelledby="history">
            <h2 id="history">Sessions</h2>
            ${history === undefined
                ? skeleton(3)
                : history.total === 0
                  ? html`<p class="quiet">Nobody has connected to it yet.</p>`
                  : html`${table<Tunnel>(
                        'history',
                        'Sessions of this firewall',
                        [
                            {
                                head: 'Asked',
                                cell: (tunnel) => (live(tunnel) ? html`<a href="/sessions">${shortMoment(tunnel.created_at)}</a>` : shortMoment(tunnel.created_at)),
                                title: (tunnel) => moment(tunnel.created_at),
                            },
                            { head: 'By', cell: (tunnel) => tunnel.requested_by },
                            { head: 'State', cell: tunnelState },
                            { head: 'Why it ended', cell: endWords },
                            { head: 'Reason', cell: (tunnel) => tunnel.reason ?? nothing, look: 'wraps' },
                            { head: 'In / out', cell: (tunnel) => `${bytes(tunnel.bytes_in)} / ${bytes(tunnel.bytes_out)}`, look: 'right nowrap' },
                        ],
                        history.items,
                    )}
                    ${pager(this.page, PAGE, history.total, (by) => this.turn(by))}`}
        </section>`;
    }

    private turn(by: number): void {
        this.page += by;
        void this.readRest();
    }
}

customElements.define('opn-firewall', FirewallPage);
