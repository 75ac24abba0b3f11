import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { icon } from './icons';
import { Part } from './part';

/** Text to take away: a command, a token, a fingerprint. */
class Copyable extends Part {
    @property() text = '';
    @property() label = 'Copy';
    /** One line beside other things instead of a block. */
    @property({ type: Boolean }) inline = false;
    @state() private copied = false;

    override render(): TemplateResult {
        return html`<div class=${this.inline ? 'copyable copyable-inline' : 'copyable'}>
            ${this.inline ? html`<code>${this.text}</code>` : html`<pre tabindex="0" aria-label=${this.label}>${this.text}</pre>`}
            <button type="button" class="button-bare" aria-label="${this.label}: copy" title="Copy" @click=${this.copy}>
                ${icon(this.copied ? 'check' : 'copy')}
            </button>
            <span class="for-ears" role="status">${this.copied ? 'Copied' : nothing}</span>
        </div>`;
    }

    private readonly copy = async (): Promise<void> => {
        try {
            await navigator.clipboard.writeText(this.text);
        } catch {
            // Without a secure context there is no clipboard: select it, and Ctrl-C does the rest.
            const shown = this.querySelector('pre, code');
            if (shown !== null) {
                getSelection()?.selectAllChildren(shown);
            }
            return;
        }
        this.copied = true;
        setTimeout(() => (this.copied = false), 2000);
    };
}

customElements.define('opn-copyable', Copyable);
