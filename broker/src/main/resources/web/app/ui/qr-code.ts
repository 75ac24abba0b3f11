import { html, svg, type TemplateResult } from 'lit';
import { qr } from './qr';

/** A QR code as a drawing: dark on white in both colour schemes, or cameras would not read it. */
export function qrCode(text: string, label: string): TemplateResult {
    const rows = qr(text);
    const size = rows.length + 8;
    const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
    return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges" data-test="qr">
        ${svg`<rect width=${size} height=${size} fill="#fff"/><path d=${path} fill="#000"/>`}
    </svg>`;
}
