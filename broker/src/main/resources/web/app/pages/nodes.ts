import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { ask, nodes } from '../api/client';
import type { Node } from '../api/model';
import type { Problem } from '../api/problem';
import { Part } from '../ui/part';
import { maybeProblem, skeleton } from '../ui/pieces';
import { Ticking } from '../ui/ticking';
import { ago, moment } from '../ui/words';

const LOOK_AGAIN = 10_000;
/** A node says every 5 s that it is there; after 30 s of silence the others end its sessions. */
const LATE = 15_000;
const GONE = 30_000;

/** The brokers that work together on one database. */
class Nodes extends Part {
    @state() private items: Node[] | undefined;
    @state() private problem: Problem | undefined;
    private timer: ReturnType<typeof setInterval> | undefined;
    readonly clock = new Ticking(this, 1000);

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
        try {
            this.items = (await ask<{ items: Node[] }>(nodes.list())).items;
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    override render(): TemplateResult {
        return html`
            <header class="head"><h1>Nodes</h1></header>
            ${maybeProblem(this.problem, () => void this.read())}
            ${this.items === undefined ? (this.problem ? nothing : skeleton(2)) : html`<div class="cards cards-several" data-test="nodes">${this.items.map((node) => this.node(node))}</div>`}
        `;
    }

    private node(node: Node): TemplateResult {
        const silent = this.clock.now - Date.parse(node.last_seen);
        const [kind, word] = silent > GONE ? ['bad', 'silent'] : node.draining ? ['wait', 'draining'] : silent > LATE ? ['wait', 'late'] : ['good', 'up'];
        return html`<section class="card" aria-label="Node ${node.name}">
            <h2>${node.name} <span class="state state-${kind}"><i aria-hidden="true"></i>${word}</span></h2>
            <dl class="facts">
                <dt>Live tunnels</dt><dd class="big tabular">${node.live_tunnels}</dd>
                <dt>SSH for agents</dt><dd><code>${node.ssh_host}:${node.ssh_port}</code></dd>
                ${node.session_url ? html`<dt>Session hosts</dt><dd><code>${node.session_url}</code></dd>` : nothing}
                <dt>Version</dt><dd>${node.version}</dd>
                <dt>Started</dt><dd>${moment(node.started_at)}</dd>
                <dt>Last sign</dt><dd>${ago(node.last_seen, this.clock.now)}</dd>
            </dl>
        </section>`;
    }
}

customElements.define('opn-nodes', Nodes);
