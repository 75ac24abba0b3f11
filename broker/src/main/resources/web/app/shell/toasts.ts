import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { Store, Watching } from './store';

interface Toast {
    id: number;
    text: string;
    kind: 'done' | 'failed';
}

const SHOWN_FOR = 6_000;
const AT_MOST = 4;
const toasts = new Store<Toast[]>([]);
let last = 0;

/** Says in a corner, and to screen readers, what came of something. A failure stays until it is closed. */
export function say(text: string, kind: Toast['kind'] = 'done'): void {
    const toast = { id: ++last, text, kind };
    toasts.set([...toasts.value, toast].slice(-AT_MOST));
    if (kind === 'done') {
        setTimeout(() => dismiss(toast.id), SHOWN_FOR);
    }
}

function dismiss(id: number): void {
    toasts.set(toasts.value.filter((toast) => toast.id !== id));
}

class Toasts extends Part {
    readonly watching = new Watching(this, toasts);

    override render() {
        return html`<div class="toasts" role="status" aria-live="polite" data-test="toasts">
            ${repeat(
                toasts.value,
                (toast) => toast.id,
                (toast) =>
                    html`<div class="toast toast-${toast.kind}">
                        ${icon(toast.kind === 'done' ? 'check' : 'warning')}<span>${toast.text}</span>
                        <button class="button-bare" aria-label="Close this message" @click=${() => dismiss(toast.id)}>
                            ${icon('close')}
                        </button>
                    </div>`,
            )}
        </div>`;
    }
}

customElements.define('opn-toasts', Toasts);
