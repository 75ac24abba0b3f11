import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons';
import { number } from './words';

/** One column of a table. */
export interface Column<Row> {
    head: string;
    cell: (row: Row) => unknown;
    /** Said when the pointer rests on a cell. */
    title?: (row: Row) => string;
    /** Of the cells: nowrap, wraps, right. */
    look?: string;
    /** The heading is for screen readers: what is in the cells says it to everybody else. */
    silent?: boolean;
}

/**
 * A list as a table; on a small screen each row is a card, with the headings beside the cells. The roles are written down because a
 * browser forgets them when a style takes the table's layout away.
 */
export function table<Row>(name: string, label: string, columns: readonly Column<Row>[], rows: readonly Row[], key?: (row: Row) => string): TemplateResult {
    return html`<div class="scrolls" role="group" aria-label=${label} tabindex="0"><table class="plain" role="table" data-test=${name}>
        <thead role="rowgroup"><tr role="row">${columns.map(
            (column) => html`<th role="columnheader" class=${column.look ?? nothing}>${column.silent ? html`<span class="for-ears">${column.head}</span>` : column.head}</th>`,
        )}</tr></thead>
        <tbody role="rowgroup">${rows.map(
            (row) => html`<tr role="row" data-row=${key?.(row) ?? nothing}>${columns.map(
                (column) => html`<td role="cell" class=${column.look ?? nothing} title=${column.title?.(row) || nothing} data-head=${column.silent ? nothing : column.head}>${column.cell(row)}</td>`,
            )}</tr>`,
        )}</tbody>
    </table></div>`;
}

/** The way to newer and older entries, when there is more than one page of them. */
export function pager(page: number, size: number, total: number, turn: (by: number) => void): TemplateResult | typeof nothing {
    return total <= size
        ? nothing
        : html`<p class="pages">
              <button class="button" ?disabled=${page === 0} @click=${() => turn(-1)}>${icon('previous')}Newer</button>
              <span class="quiet">${number(page + 1)} of ${number(Math.ceil(total / size))}</span>
              <button class="button" ?disabled=${(page + 1) * size >= total} @click=${() => turn(1)}>Older${icon('next')}</button>
          </p>`;
}
