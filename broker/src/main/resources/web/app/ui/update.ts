import { html, nothing, type TemplateResult } from 'lit';
import type { FirewallUpdate, UpdateState } from '../api/model';
import { moment } from './words';

/** What each state is called, in the order in which things happen. */
export const UPDATE_WORDS: Record<UpdateState, string> = {
    none: 'nothing tried',
    trying: 'trying',
    confirmed: 'confirmed',
    went_back: 'went back',
    refused: 'refused',
};

const KINDS: Record<UpdateState, string> = { none: 'none', trying: 'wait', confirmed: 'good', went_back: 'bad', refused: 'bad' };

/** How it stands with updates of one agent, as a coloured word. */
export function updateState(update: FirewallUpdate): TemplateResult {
    const [kind, word] = !update.enabled && update.state === 'none' ? ['none', 'off'] : [KINDS[update.state], UPDATE_WORDS[update.state]];
    return html`<span class="state state-${kind}"><i aria-hidden="true"></i>${word}</span>`;
}

/** Which version that is about, and why. All of it is text of an agent. */
export function updateWords(update: FirewallUpdate): TemplateResult {
    const offered = update.offered_version;
    return html` ${update.version ?? ''}${update.detail ? html` <span class="quiet">${update.detail}</span>` : nothing}
        ${offered === undefined ? nothing : html`<br /><span class="quiet">offered ${offered}, ${moment(update.offered_at)}</span>`}`;
}
