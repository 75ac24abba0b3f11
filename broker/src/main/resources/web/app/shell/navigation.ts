import { match } from './routes';
import { Store } from './store';

/** Where the page is. */
export const place = new Store<URL>(new URL(location.href));

/** Goes to a page of the console. */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
    const url = new URL(href, location.origin);
    if (how === 'push') {
        history.pushState(null, '', url);
    } else {
        history.replaceState(null, '', url);
    }
    place.set(url);
}

/** Changes the query of this page without going anywhere, so that a reload shows the same. */
export function remember(query: URLSearchParams): void {
    const words = query.toString();
    history.replaceState(null, '', location.pathname + (words === '' ? '' : `?${words}`));
}

/** An address to return to after the sign-in: one of our own pages, whatever was asked for. */
export function ownPage(href: string): string {
    let url: URL;
    try {
        url = new URL(href, location.origin);
    } catch {
        return '/';
    }
    const found = url.origin === location.origin ? match(url) : undefined;
    return found === undefined || found.route.open === true ? '/' : url.pathname + url.search;
}

/** Lets clicks on our own links change the page in place; everything else stays the browser's. */
export function startNavigation(): void {
    addEventListener('popstate', () => place.set(new URL(location.href)));
    document.addEventListener('click', (event) => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) {
            return;
        }
        const link = event.target instanceof Element ? event.target.closest('a') : null;
        if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) {
            return;
        }
        const url = new URL(link.href);
        if (match(url) !== undefined) {
            event.preventDefault();
            go(url.href);
        }
    });
}
