let offset = 0;

/** Learns from an answer's Date header how far this machine's clock is from the broker's. */
export function learn(response: Response): void {
    const date = response.headers.get('Date');
    if (date === null) {
        return;
    }
    const said = Date.parse(date);
    // The header has whole seconds; less than two of difference is noise.
    if (!Number.isNaN(said)) {
        const difference = said + 500 - Date.now();
        offset = Math.abs(difference) < 2000 ? 0 : difference;
    }
}

/** The broker's time in milliseconds: what its countdowns are measured against. */
export function now(): number {
    return Date.now() + offset;
}
