import { html, nothing, type TemplateResult } from 'lit';
import type { Approval, Firewall, Terms } from '../api/model';
import { icon } from '../ui/icons';
import { bytes, duration } from '../ui/words';

export function approvalNeeded(terms: Terms, firewall: Firewall): boolean {
    return firewall.tags.some((tag) => terms.approval_tags.includes(tag));
}

/** Whole hours up to the broker's longest, with its default first. */
function lifetimes(terms: Terms): number[] {
    const offered = [300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600, 24 * 3600].filter((seconds) => seconds < terms.lifetime_maximum);
    return [...new Set([...offered, terms.lifetime, terms.lifetime_maximum])].sort((a, b) => a - b);
}

export interface ConnectWishes {
    terms: Terms;
    firewall: Firewall;
    granted: Approval | undefined;
    target: string | undefined;
    /** All fields instead of only those that have to be answered. */
    choose: boolean;
    busy: boolean;
    submit: (event: SubmitEvent) => void;
}

export function connectForm({ terms, firewall, granted, target, choose, busy, submit }: ConnectWishes): TemplateResult {
    const needed = approvalNeeded(terms, firewall) && granted === undefined;
    const limits = choose && !needed;
    return html`<form class="form" @submit=${submit} data-test="connect-form" novalidate>
        ${needed ? html`<div class="notice">${icon('approvals')}<p>A firewall with this tag needs the approval of a second operator.</p></div>` : nothing}
        ${granted ? html`<div class="notice notice-good">${icon('check')}<p>${granted.decided_by} has approved it.</p></div>` : nothing}
        ${firewall.online ? nothing : html`<div class="notice notice-warn">${icon('warning')}<p>It was not heard of lately, so this may fail.</p></div>`}
        ${granted
            ? nothing
            : html`<label class="field">
                  <span>Reason ${terms.reason_required || needed ? nothing : html`<small>optional</small>`}</span>
                  <input name="reason" maxlength="500" ?required=${terms.reason_required || needed} autocomplete="off" placeholder="Ticket 4711: firewall rule for the new printer" data-test="reason" />
              </label>`}
        ${limits
            ? html`<div class="fields">
                      <label class="field">
                          <span>Longest time</span>
                          <select name="lifetime" data-test="lifetime">
                              ${lifetimes(terms).map((seconds) => html`<option value=${seconds} ?selected=${seconds === terms.lifetime}>${duration(seconds)}${seconds === terms.lifetime ? ' (usual)' : ''}</option>`)}
                          </select>
                      </label>
                      <label class="field">
                          <span>Traffic in MB <small>${terms.byte_limit ? `usually ${bytes(terms.byte_limit)}` : 'empty: no limit'}</small></span>
                          <input name="megabytes" type="number" min="1" max="1000000000" step="1" inputmode="numeric" data-test="megabytes" />
                      </label>
                  </div>
                  <label class="field">
                      <span>Target <small>seen from the agent, which has to allow it</small></span>
                      <input name="target" maxlength="255" placeholder=${firewall.web_target} .value=${target ?? ''} autocomplete="off" spellcheck="false" data-test="target" />
                  </label>`
            : target
              ? html`<input type="hidden" name="target" .value=${target} />`
              : nothing}
        <footer>
            <span class="quiet">ends after ${duration(terms.idle)} without traffic</span>
            <button class="button button-main" ?disabled=${busy} data-test="connect-confirm">${needed ? 'Ask for approval' : `Connect`}</button>
        </footer>
    </form>`;
}
