/* Times, sizes and counts as people read them. One language: English, and one form everywhere. */

const stamp = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const count = new Intl.NumberFormat('en-GB');

/** 12,345. */
export function number(value: number): string {
    return count.format(value);
}

/** 3 Nov 2026, 14:02:11 in the reader's own time zone. */
export function moment(iso: string | undefined): string {
    return iso === undefined ? '–' : stamp.format(new Date(iso));
}

/** 14:02:11 today, otherwise with the day. */
export function shortMoment(iso: string | undefined): string {
    if (iso === undefined) {
        return '–';
    }
    const at = new Date(iso);
    return at.toDateString() === new Date().toDateString() ? clock.format(at) : stamp.format(at);
}

/** "just now", "40 s ago", "3 h ago", "12 d ago". */
export function ago(iso: string | undefined, now: number): string {
    if (iso === undefined) {
        return 'never';
    }
    const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
    if (seconds < 5) {
        return 'just now';
    }
    if (seconds < 60) {
        return `${seconds} s ago`;
    }
    if (seconds < 3600) {
        return `${Math.floor(seconds / 60)} min ago`;
    }
    if (seconds < 48 * 3600) {
        return `${Math.floor(seconds / 3600)} h ago`;
    }
    return `${Math.floor(seconds / 86400)} d ago`;
}

/** 29:41, or 1:29:41: how long until a moment, never negative. */
export function countdown(iso: string, now: number): string {
    return clockFace(Math.max(0, Math.ceil((Date.parse(iso) - now) / 1000)));
}

/** 0:07, 29:41 or 1:29:41. */
export function clockFace(seconds: number): string {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    const rest = String(seconds % 60).padStart(2, '0');
    return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** "30 min", "1 h 30 min", "45 s". */
export function duration(seconds: number): string {
    if (seconds < 60) {
        return `${seconds} s`;
    }
    if (seconds % 86400 === 0) {
        const days = seconds / 86400;
        return days === 1 ? '1 day' : `${days} days`;
    }
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.round((seconds % 3600) / 60);
    return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : ''].filter((word) => word !== '').join(' ');
}

/** 812 B, 4.1 MB, 12 GB; thousands, as disks and networks count. */
export function bytes(value: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let size = value;
    let unit = 0;
    while (size >= 999.5 && unit < units.length - 1) {
        size /= 1000;
        unit++;
    }
    return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** "1 firewall", "3 firewalls". */
export function many(value: number, one: string, several = `${one}s`): string {
    return `${number(value)} ${value === 1 ? one : several}`;
}

/** A fingerprint in groups of two, as certificates show it. */
export function fingerprint(hex: string): string {
    return (hex.toUpperCase().match(/.{1,2}/g) ?? []).join(':');
}
