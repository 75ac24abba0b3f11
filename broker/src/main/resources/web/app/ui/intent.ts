/*
 * Connect in a window of its own. A mere link to /connect?firewall=21 on somebody else's site must not open a tunnel
 * in a signed-in operator's name, so the window only begins by itself when this console left a note for it, which
 * other sites cannot; otherwise it asks first.
 */
const PREFIX = 'opnmanager.connect.';
const VALID_FOR = 60_000;

/** Opens the window in which a firewall's page will be. */
export function connectTo(firewall: number, target?: string): void {
    const query = new URLSearchParams({ firewall: String(firewall) });
    if (target !== undefined) {
        query.set('target', target);
    }
    const note = crypto.randomUUID();
    localStorage.setItem(PREFIX + note, JSON.stringify({ query: query.toString(), at: Date.now() }));
    open(`/connect?${query.toString()}#${note}`, '_blank');
}

/** Opens the window with the form for time, bytes and reason. */
export function connectWith(firewall: number): void {
    open(`/connect?firewall=${firewall}&choose=1`, '_blank');
}

/** Opens the page of a session that is live. */
export function reopen(request: number): void {
    open(`/connect?request=${request}`, '_blank');
}

/** Whether this window was opened by the console for just this, a moment ago. A note works once. */
export function takeIntent(query: URLSearchParams): boolean {
    const note = location.hash.slice(1);
    if (note === '') {
        return false;
    }
    const text = localStorage.getItem(PREFIX + note);
    localStorage.removeItem(PREFIX + note);
    history.replaceState(null, '', location.pathname + location.search);
    if (text === null) {
        return false;
    }
    const intent = JSON.parse(text) as { query: string; at: number };
    return intent.query === query.toString() && Date.now() - intent.at < VALID_FOR;
}
