import { Store } from './store';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'opnmanager.theme';

/** What the operator chose for this browser; the system's own preference unless something else was. */
export const theme = new Store<Theme>(stored());

function stored(): Theme {
    const said = localStorage.getItem(KEY);
    return said === 'light' || said === 'dark' ? said : 'system';
}

export function applyTheme(): void {
    if (theme.value === 'system') {
        delete document.documentElement.dataset['theme'];
    } else {
        document.documentElement.dataset['theme'] = theme.value;
    }
}

export function nextTheme(): void {
    const next: Theme = theme.value === 'system' ? 'light' : theme.value === 'light' ? 'dark' : 'system';
    if (next === 'system') {
        localStorage.removeItem(KEY);
    } else {
        localStorage.setItem(KEY, next);
    }
    theme.set(next);
    applyTheme();
}
