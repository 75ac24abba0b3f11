import { html, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { cssom } from './cssom';
import { Part } from './part';

const BEYOND = 6;

/**
 * A long list of rows of one height, of which only those in sight exist. It scrolls inside itself, tells which rows it
 * is about to show with the event {@code needs}, and moves the focus from row to row with the arrow keys.
 */
export class Rows extends Part {
    @property({ type: Number }) total = 0;
    @property({ attribute: false }) row: (index: number) => TemplateResult = () => html``;
    @property({ attribute: false }) label = '';
    @state() private first = 0;
    @state() private height = 44;
    private viewport = 600;
    private scroller: HTMLElement | undefined;
    /** The row that shall have the focus once it is there. */
    private wanted: number | undefined;
    private readonly resized = new ResizeObserver(() => this.measure());

    protected override firstUpdated(): void {
        this.scroller = this.querySelector<HTMLElement>('.rows') ?? undefined;
        if (this.scroller !== undefined) {
            this.resized.observe(this.scroller);
        }
        this.measure();
    }

    override connectedCallback(): void {
        super.connectedCallback();
        if (this.scroller !== undefined) {
            this.resized.observe(this.scroller);
        }
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.resized.disconnect();
    }

    private measure(): void {
        if (this.scroller === undefined) {
            return;
        }
        this.viewport = this.scroller.clientHeight;
        // How high a row is stands in the style sheet, where it also depends on the width of the screen.
        this.height = Number.parseFloat(getComputedStyle(this).getPropertyValue('--row-height')) || 44;
        this.scrolled();
    }

    private get last(): number {
        return Math.min(this.total, this.first + Math.ceil(this.viewport / this.height) + 2 * BEYOND);
    }

    private readonly scrolled = (): void => {
        const top = this.scroller?.scrollTop ?? 0;
        this.first = Math.max(0, Math.floor(top / this.height) - BEYOND);
    };

    protected override updated(changed: PropertyValues): void {
        if (changed.has('first') || changed.has('total') || changed.has('height')) {
            this.dispatchEvent(new CustomEvent('needs', { detail: { from: this.first, to: this.last } }));
        }
        this.focusWanted();
    }

    /** The rows in sight, first and behind the last. */
    get range(): { from: number; to: number } {
        return { from: this.first, to: this.last };
    }

    toTop(): void {
        if (this.scroller !== undefined) {
            this.scroller.scrollTop = 0;
        }
    }

    /** Brings a row into sight and gives it the focus, at the latest when its content has arrived. */
    focusRow(index: number): void {
        const scroller = this.scroller;
        if (scroller === undefined || index < 0 || index >= this.total) {
            return;
        }
        const top = index * this.height;
        if (top < scroller.scrollTop) {
            scroller.scrollTop = top;
        } else if (top + this.height > scroller.scrollTop + this.viewport) {
            scroller.scrollTop = top + this.height - this.viewport;
        }
        // The row that had the focus may go; the list keeps it until the other one is there.
        scroller.focus({ preventScroll: true });
        this.wanted = index;
        this.scrolled();
        this.requestUpdate();
    }

    private focusWanted(): void {
        if (this.wanted === undefined) {
            return;
        }
        const link = this.querySelector<HTMLElement>(`[data-row="${this.wanted}"] a`);
        if (document.activeElement !== this.scroller) {
            this.wanted = undefined;
        } else if (link !== null) {
            this.wanted = undefined;
            link.focus({ preventScroll: true });
        }
    }

    override render(): TemplateResult {
        const indexes = Array.from({ length: Math.max(0, this.last - this.first) }, (_, offset) => this.first + offset);
        return html`<div class="rows" role="rowgroup" aria-label=${this.label} tabindex="-1" @scroll=${this.scrolled} @keydown=${this.keys}>
            <div class="rows-all" ${cssom({ height: `${this.total * this.height}px` })}>
                <div class="rows-seen" ${cssom({ transform: `translateY(${this.first * this.height}px)` })}>
                    ${repeat(
                        indexes,
                        (index) => index,
                        (index) => this.row(index),
                    )}
                </div>
            </div>
        </div>`;
    }

    private readonly keys = (event: KeyboardEvent): void => {
        const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null;
        if (row === null || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        const index = Number(row.dataset['row']);
        const page = Math.max(1, Math.floor(this.viewport / this.height) - 1);
        const to = {
            ArrowDown: index + 1,
            ArrowUp: index - 1,
            PageDown: Math.min(this.total - 1, index + page),
            PageUp: Math.max(0, index - page),
            Home: 0,
            End: this.total - 1,
        }[event.key];
        if (to === undefined) {
            return;
        }
        event.preventDefault();
        if (to < 0) {
            this.dispatchEvent(new CustomEvent('above'));
        } else {
            this.focusRow(to);
        }
    };
}

customElements.define('opn-rows', Rows);
