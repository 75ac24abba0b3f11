import { html, nothing, type TemplateResult } from 'lit';
import { END_WORDS } from './ends';
import type { Firewall, Tunnel } from '../api/model';
import type { Problem } from '../api/problem';
import { icon } from './icons';

/** A refusal in place, with what to do. */
export function problemBox(problem: Problem, again?: () => void): TemplateResult {
    return html`<div class="notice notice-bad" role="alert" data-test="problem" data-code=${problem.code}>
        ${icon('warning')}
        <p>${problem.words}${problem.retryAfter ? html` <span class="quiet">(wait ${problem.retryAfter} s)</span>` : nothing}</p>
        ${again ? html`<button class="button" @click=${again}>Try again</button>` : nothing}
    </div>`;
}

export function maybeProblem(problem: Problem | undefined, again?: () => void): TemplateResult | typeof nothing {
    return problem === undefined ? nothing : problemBox(problem, again);
}

/** On-line state with a word, for those who do not see colours. */
export function onlineState(firewall: Firewall): TemplateResult {
    const [kind, word] = !firewall.enrolled ? ['none', 'not enrolled'] : firewall.online ? ['good', 'online'] : ['off', 'offline'];
    return html`<span class="state state-${kind}"><i aria-hidden="true"></i>${word}</span>`;
}

export function tunnelState(tunnel: Tunnel): TemplateResult {
    const kind = { pending: 'wait', active: 'good', disconnected: 'off', timeout: 'bad', expired: 'off' }[tunnel.status];
    return html`<span class="state state-${kind}"><i aria-hidden="true"></i>${tunnel.status}</span>`;
}

/** Why it ended, in a few words. */
export function endWords(tunnel: Tunnel): string {
    return tunnel.end_reason === undefined ? '' : END_WORDS[tunnel.end_reason].short;
}

export function tagList(tags: readonly string[]): TemplateResult | typeof nothing {
    return tags.length === 0 ? nothing : html`<span class="tags">${tags.map((tag) => html`<span class="tag">${tag}</span>`)}</span>`;
}

const KINDS: Record<string, string> = { opnsense: 'OPNsense', pfsense: 'pfSense', generic: 'Other' };

export function kindName(kind: string): string {
    return KINDS[kind] ?? kind;
}

/** Grey lines where something will be in a moment. */
export function skeleton(lines: number): TemplateResult {
    return html`<div class="skeleton" role="status">
        <span class="for-ears">Loading</span>${Array.from({ length: lines }, () => html`<div></div>`)}
    </div>`;
}
