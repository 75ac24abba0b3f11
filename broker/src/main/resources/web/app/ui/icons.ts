import { html, svg, type TemplateResult } from 'lit';

/* Drawn on a 20 x 20 grid with one stroke; they carry no meaning of their own, the words beside them do. */
const drawings = {
    fleet: svg`<rect x="3" y="3.5" width="14" height="5" rx="1.2"/><rect x="3" y="11.5" width="14" height="5" rx="1.2"/><path d="M6 6h.01M6 14h.01"/>`,
    sessions: svg`<path d="M3 14v-1.5a7 7 0 0 1 14 0V14"/><path d="M7 14v-1.5a3 3 0 0 1 6 0V14"/>`,
    approvals: svg`<circle cx="7.5" cy="6.5" r="2.8"/><path d="M2.5 16.5c0-3 2.2-5 5-5 1 0 2 .3 2.8.8"/><path d="m12 14.5 2 2 3.5-4"/>`,
    enrol: svg`<path d="M10 3v14M3 10h14"/>`,
    audit: svg`<path d="M5 3h7l3 3v11H5z"/><path d="M7.5 9h5M7.5 12h5"/>`,
    operators: svg`<circle cx="10" cy="6.5" r="3"/><path d="M4 17c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5"/>`,
    nodes: svg`<circle cx="10" cy="4.5" r="2"/><circle cx="4.5" cy="15" r="2"/><circle cx="15.5" cy="15" r="2"/><path d="m9 6.3-3.5 7M11 6.3l3.5 7M6.5 15h7"/>`,
    search: svg`<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>`,
    connect: svg`<path d="M8 4H4v12h12v-4"/><path d="M11 3h6v6M17 3l-8 8"/>`,
    close: svg`<path d="m5 5 10 10M15 5 5 15"/>`,
    check: svg`<path d="m4 10.5 4 4 8-9"/>`,
    copy: svg`<rect x="7" y="7" width="10" height="10" rx="1.5"/><path d="M13 7V4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13H7"/>`,
    warning: svg`<path d="M10 3 2.5 16.5h15z"/><path d="M10 8.5v3.5M10 14.4v.1"/>`,
    info: svg`<circle cx="10" cy="10" r="7"/><path d="M10 9.2V14M10 6.4v.1"/>`,
    menu: svg`<path d="M3 6h14M3 10h14M3 14h14"/>`,
    sun: svg`<circle cx="10" cy="10" r="3.2"/><path d="M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4"/>`,
    moon: svg`<path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z"/>`,
    screen: svg`<rect x="3" y="4" width="14" height="9.5" rx="1.2"/><path d="M7.5 17h5"/>`,
    next: svg`<path d="m8 5 5 5-5 5"/>`,
    previous: svg`<path d="m12 5-5 5 5 5"/>`,
    options: svg`<path d="M3 6h8M15 6h2M3 14h2M9 14h8"/><circle cx="13" cy="6" r="1.8"/><circle cx="7" cy="14" r="1.8"/>`,
    out: svg`<path d="M11 4H4v12h7M9 10h8M14 7l3 3-3 3"/>`,
    shield: svg`<path d="M10 2.8 16 5v4.5c0 3.8-2.6 6.4-6 7.7-3.4-1.3-6-3.9-6-7.7V5z"/>`,
    clock: svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>`,
    download: svg`<path d="M10 3v10M6 9.5l4 4 4-4M3.5 17h13"/>`,
};

export type Icon = keyof typeof drawings;

export function icon(name: Icon): TemplateResult {
    return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${drawings[name]}</svg>`;
}
