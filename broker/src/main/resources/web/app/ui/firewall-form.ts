import { html, type TemplateResult } from 'lit';
import type { Firewall } from '../api/model';
import type { FirewallAsk } from '../generated/models/index';

/** What one says about a firewall: when making it, and later. */
export function firewallFields(firewall?: Firewall): TemplateResult {
    return html`
        <label class="field">
            <span>Name</span>
            <input name="name" required maxlength="100" pattern=".*\\S.*" .value=${firewall?.name ?? ''} autocomplete="off" placeholder="branch-21" data-test="name" />
        </label>
        <label class="field">
            <span>Tags <small>words, separated by blanks or commas</small></span>
            <input name="tags" .value=${firewall?.tags.join(' ') ?? ''} pattern="[A-Za-z0-9._:, \\-]*" autocomplete="off" placeholder="customer-a europe" data-test="tags" />
        </label>
        <div class="fields">
            <label class="field">
                <span>Kind</span>
                <select name="kind" data-test="kind">
                    ${[['opnsense', 'OPNsense'], ['pfsense', 'pfSense'], ['generic', 'Other']].map(
                        ([kind, word]) => html`<option value=${kind ?? ''} ?selected=${kind === (firewall?.kind ?? 'generic')}>${word}</option>`,
                    )}
                </select>
            </label>
            <label class="field">
                <span>Web target <small>its own page, seen from its agent</small></span>
                <input name="web_target" .value=${firewall?.web_target ?? 'https://localhost:443'} maxlength="255" pattern="https?://.+" autocomplete="off" spellcheck="false" data-test="web-target" />
            </label>
        </div>
    `;
}

export function words(text: string): string[] {
    return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}

export function firewallOf(form: FormData): FirewallAsk {
    return {
        name: text(form, 'name'),
        tags: words(text(form, 'tags')),
        kind: text(form, 'kind') as FirewallAsk['kind'],
        web_target: text(form, 'web_target') || undefined,
    };
}

/** The text of a field, without blanks around it. */
export function text(form: FormData, name: string): string {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
}
