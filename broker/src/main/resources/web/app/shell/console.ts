import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { attempt, requests, signIn, whenSignedOut } from '../api/client';
import type { Page, Tunnel } from '../api/model';
import type { Problem } from '../api/problem';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { problemBox } from '../ui/pieces';
import { Ticking } from '../ui/ticking';
import { clockFace } from '../ui/words';
import { go, ownPage, place, startNavigation } from './navigation';
import { match, routes, type Match } from './routes';
import { Watching } from './store';
import { applyTheme, nextTheme, theme } from './theme';
import { may, recognise, who } from './who';
import './toasts';
import '../pages/account';
import '../pages/approvals';
import '../pages/audit';
import '../pages/connect';
import '../pages/enrol';
import '../pages/firewall';
import '../pages/fleet';
import '../pages/nodes';
import '../pages/operators';
import '../pages/rollout';
import '../pages/sessions';
import '../pages/sign-in';

const LOOK_AGAIN = 60_000;
const COUNT_AGAIN = 10_000;
const WARN_BEFORE = 120;

/** The frame around every page: navigation, who is signed in, and which page is shown. */
class Console extends Part {
    readonly watchingPlace = new Watching(this, place);
    readonly watchingWho = new Watching(this, who);
    readonly watchingTheme = new Watching(this, theme);
    private failed: Problem | undefined;
    private menu = false;
    private shown = '';

    override connectedCallback(): void {
        super.connectedCallback();
        applyTheme();
        startNavigation();
        whenSignedOut(() => who.set(undefined));
        void this.begin();
        setInterval(() => {
            if (who.value) {
                recognise().catch(() => undefined);
            }
        }, LOOK_AGAIN);
    }

    private async begin(): Promise<void> {
        try {
            this.failed = undefined;
            await recognise();
        } catch (problem) {
            this.failed = problem as Problem;
            setTimeout(() => void this.begin(), 3000);
        }
        this.requestUpdate();
    }

    protected override willUpdate(): void {
        const found = match(place.value);
        if (who.value === undefined && found?.route.open !== true) {
            const back = place.value.pathname + place.value.search;
            go(back === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(back)}`, 'replace');
        } else if (who.value && found?.route.open === true) {
            go(ownPage(place.value.searchParams.get('next') ?? '/'), 'replace');
        }
    }

    protected override updated(): void {
        const found = match(place.value);
        const title = found?.route.title ?? 'Nothing here';
        const page = place.value.pathname;
        if (this.shown !== page) {
            document.title = `${title} · OPNManager Tunnel`;
            // A change of page is told to those who do not see it; the first page is announced by the browser.
            if (this.shown !== '') {
                this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
                scrollTo(0, 0);
            }
            this.shown = page;
            if (this.menu) {
                this.menu = false;
                this.requestUpdate();
            }
        }
    }

    override render(): TemplateResult {
        const found = match(place.value);
        if (who.value === null) {
            return html`<main class="lonely" tabindex="-1">
                ${this.failed ? problemBox(this.failed) : html`<p class="quiet" role="status">One moment …</p>`}
            </main>`;
        }
        if (found?.route.bare === true) {
            return html`<main class="bare" tabindex="-1">${this.page(found)}</main><opn-toasts></opn-toasts>`;
        }
        return html`
            <a class="skip" href="#content" @click=${this.skip}>Skip to the content</a>
            <header class="bar">
                <button
                    class="button-bare"
                    aria-label="Menu"
                    aria-expanded=${this.menu}
                    aria-controls="navigation"
                    @click=${this.toggleMenu}
                >
                    ${icon(this.menu ? 'close' : 'menu')}
                </button>
                <span class="brand">OPNManager <b>Tunnel</b></span>
            </header>
            <aside class="side ${this.menu ? 'side-open' : ''}" id="navigation" aria-label="Pages and account" @keydown=${this.closeMenu}>
                <a class="brand" href="/"><img src="/icon.svg" alt="" width="22" height="22" />OPNManager <b>Tunnel</b></a>
                <opn-navigation></opn-navigation>
                <opn-who></opn-who>
            </aside>
            <main class="page" id="content" tabindex="-1">
                <opn-expiry></opn-expiry>
                ${this.page(found)}
            </main>
            <opn-toasts></opn-toasts>
        `;
    }

    private page(found: Match | undefined): TemplateResult {
        if (found === undefined) {
            return html`<div class="empty"><h1>Nothing here</h1><p>No page has this address.</p><a class="button" href="/">To the fleet</a></div>`;
        }
        if (found.route.open !== true && !may(found.route.role)) {
            return html`<div class="empty">
                <h1>${found.route.title}</h1>
                <p>Your role, ${who.value?.role ?? 'none'}, does not include this page. An administrator can change it.</p>
                <a class="button" href="/">To the fleet</a>
            </div>`;
        }
        return found.route.render(found.groups, found.query);
    }

    private readonly skip = (event: Event): void => {
        event.preventDefault();
        this.querySelector<HTMLElement>('main')?.focus();
    };

    private readonly toggleMenu = (): void => {
        this.menu = !this.menu;
        this.requestUpdate();
    };

    private readonly closeMenu = (event: KeyboardEvent): void => {
        if (event.key === 'Escape' && this.menu) {
            this.toggleMenu();
            this.querySelector<HTMLElement>('.bar button')?.focus();
        }
    };
}

class Navigation extends Part {
    @state() private sessions = 0;
    readonly watchingPlace = new Watching(this, place);
    private timer: ReturnType<typeof setInterval> | undefined;

    override connectedCallback(): void {
        super.connectedCallback();
        void this.count();
        // Asked, not streamed: the one stream that a tab may hold belongs to its page.
        this.timer = setInterval(() => document.hidden || void this.count(), COUNT_AGAIN);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    private async count(): Promise<void> {
        const outcome = await attempt<Page<Tunnel>>(requests.list({ live: true, size: 1 }));
        if ('done' in outcome) {
            this.sessions = outcome.done.total;
        }
    }

    override render(): TemplateResult {
        const sessions = this.sessions;
        return html`<nav aria-label="Pages">
            <ul>
                ${routes.map(({ nav, role, path }) => {
                    if (nav === undefined || !may(role)) {
                        return nothing;
                    }
                    const here = path.test(place.value.pathname) || (nav.href === '/' && place.value.pathname.startsWith('/firewalls/'));
                    return html`<li>
                        <a href=${nav.href} aria-current=${here ? 'page' : nothing} data-test="nav-${nav.label.toLowerCase()}">
                            ${icon(nav.icon)}<span>${nav.label}</span>
                            ${nav.href === '/sessions' && sessions > 0
                                ? html`<span class="count">${sessions}<span class="for-ears"> live</span></span>`
                                : nothing}
                        </a>
                    </li>`;
                })}
            </ul>
        </nav>`;
    }
}

class Who extends Part {
    readonly watchingWho = new Watching(this, who);
    readonly watchingTheme = new Watching(this, theme);

    override render(): TemplateResult | typeof nothing {
        const now = who.value;
        if (!now) {
            return nothing;
        }
        const look = { system: 'as the system', light: 'light', dark: 'dark' }[theme.value];
        return html`<div class="who">
            <a class="who-name" href="/tokens" aria-current=${location.pathname === '/tokens' ? 'page' : nothing} data-test="account">
                <span>${now.operator}</span><small>${now.role}</small>
            </a>
            <button class="button-bare" title="Colours: ${look}" aria-label="Colours: ${look}. Change" @click=${nextTheme} data-test="theme">
                ${icon(theme.value === 'system' ? 'screen' : theme.value === 'light' ? 'sun' : 'moon')}
            </button>
            <button class="button-bare" title="Sign out" aria-label="Sign out" @click=${this.signOut} data-test="sign-out">
                ${icon('out')}
            </button>
        </div>`;
    }

    private readonly signOut = async (): Promise<void> => {
        await signIn.signOut().catch(() => undefined);
        go('/', 'replace');
        who.set(undefined);
    };
}

/** Warns before nobody's hand on the mouse ends the sign-in. */
class Expiry extends Part {
    readonly watchingWho = new Watching(this, who);
    readonly clock = new Ticking(this, 5000);

    override render(): TemplateResult | typeof nothing {
        const ends = who.value?.idle_expires_at;
        if (ends === undefined) {
            return nothing;
        }
        const left = Math.ceil((Date.parse(ends) - this.clock.now) / 1000);
        if (left > WARN_BEFORE) {
            return nothing;
        }
        return html`<div class="notice notice-warn" role="status">
            ${icon('clock')}
            <p>You will be signed out ${left > 0 ? `in ${clockFace(left)}` : 'now'}, because nothing was done here for a while.</p>
            <button class="button" @click=${this.stay}>Stay signed in</button>
        </div>`;
    }

    private readonly stay = async (): Promise<void> => {
        await requests.terms().catch(() => undefined);
        await recognise().catch(() => undefined);
    };
}

customElements.define('opn-navigation', Navigation);
customElements.define('opn-who', Who);
customElements.define('opn-expiry', Expiry);
customElements.define('opn-console', Console);
