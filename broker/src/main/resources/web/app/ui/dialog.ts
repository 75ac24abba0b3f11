import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { Problem } from '../api/problem';
import { icon } from './icons';
import { Part } from './part';
import { maybeProblem } from './pieces';

/** What a dialog is: the browser's own element keeps the focus inside and gives it back. */
export interface DialogContent {
    title: string;
    body: TemplateResult;
    /** The word on the button that does it; none: only closing. */
    act?: string;
    dangerous?: boolean;
    /** Keeps it open when it fails with the problem. */
    done?: (form: FormData) => Promise<Problem | undefined>;
    close?: string;
}

/** One dialog at a time. A page puts <opn-dialog> at its end and calls show(). */
export class Dialog extends Part {
    private content: DialogContent | undefined;
    private problem: Problem | undefined;
    private busy = false;
    private readonly element = createRef<HTMLDialogElement>();

    show(content: DialogContent): void {
        this.content = content;
        this.problem = undefined;
        this.busy = false;
        this.requestUpdate();
        void this.updateComplete.then(() => this.element.value?.showModal());
    }

    /** Renders again what is shown: its body has changed. */
    change(content: Partial<DialogContent>): void {
        if (this.content !== undefined) {
            this.content = { ...this.content, ...content };
            this.requestUpdate();
        }
    }

    hide(): void {
        this.element.value?.close();
    }

    override render(): TemplateResult {
        const content = this.content;
        return html`<dialog
            ${ref(this.element)}
            aria-labelledby="dialog-title"
            @close=${this.closed}
        >
            ${content === undefined
                ? nothing
                : html`<form method="dialog" @submit=${this.submit} novalidate>
                      <header>
                          <h2 id="dialog-title">${content.title}</h2>
                          <button type="button" class="button-bare" aria-label="Close" @click=${() => this.hide()}>${icon('close')}</button>
                      </header>
                      <div class="dialog-body">${maybeProblem(this.problem)}${content.body}</div>
                      <footer>
                          <button type="button" class="button" @click=${() => this.hide()}>${content.close ?? (content.act ? 'Cancel' : 'Close')}</button>
                          ${content.act
                              ? html`<button class="button ${content.dangerous ? 'button-bad' : 'button-main'}" ?disabled=${this.busy} data-test="dialog-act">
                                    ${content.act}
                                </button>`
                              : nothing}
                      </footer>
                  </form>`}
        </dialog>`;
    }

    private readonly closed = (): void => {
        this.content = undefined;
        this.requestUpdate();
    };

    private readonly submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const form = event.target as HTMLFormElement;
        if (!form.reportValidity() || this.content?.done === undefined || this.busy) {
            return;
        }
        this.busy = true;
        this.requestUpdate();
        const asked = this.content;
        const problem = await asked.done?.(new FormData(form));
        this.busy = false;
        this.problem = problem;
        // What was done may have shown something else in the same dialog.
        if (problem === undefined && this.content === asked) {
            this.hide();
        }
        this.requestUpdate();
    };
}

customElements.define('opn-dialog', Dialog);
