import { LitElement } from 'lit';

/**
 * A piece of the page. It renders into the document itself, so that one style sheet, labels and headings reach
 * everywhere; a style sheet inside each shadow would need either a style element, which the page's policy refuses,
 * or one more constructed sheet a component.
 */
export abstract class Part extends LitElement {
    protected override createRenderRoot(): HTMLElement {
        return this;
    }
}
