import { html, type TemplateResult } from 'lit';
import type { Role } from '../api/model';
import type { Icon } from '../ui/icons';

/** A page of the console. Each path here is also one of broker's Pages.java, or a reload of it would find nothing. */
export interface Route {
    path: RegExp;
    title: string;
    /** In the navigation under this word. */
    nav?: { label: string; href: string; icon: Icon };
    /** The least role that it is of use for. */
    role: Role;
    /** Without navigation around it. */
    bare?: boolean;
    /** Also for those who are not signed in. */
    open?: boolean;
    render: (groups: Record<string, string>, query: URLSearchParams) => TemplateResult;
}

export const routes: Route[] = [
    {
        path: /^\/$/,
        title: 'Fleet',
        nav: { label: 'Fleet', href: '/', icon: 'fleet' },
        role: 'viewer',
        render: () => html`<opn-fleet></opn-fleet>`,
    },
    {
        path: /^\/firewalls\/(?<id>\d{1,18})$/,
        title: 'Firewall',
        role: 'viewer',
        render: (groups) => html`<opn-firewall .firewallId=${Number(groups['id'])}></opn-firewall>`,
    },
    {
        path: /^\/sessions$/,
        title: 'Sessions',
        nav: { label: 'Sessions', href: '/sessions', icon: 'sessions' },
        role: 'viewer',
        render: () => html`<opn-sessions></opn-sessions>`,
    },
    {
        path: /^\/approvals$/,
        title: 'Approvals',
        nav: { label: 'Approvals', href: '/approvals', icon: 'approvals' },
        role: 'operator',
        render: () => html`<opn-approvals></opn-approvals>`,
    },
    {
        path: /^\/enrol$/,
        title: 'Enrol a firewall',
        nav: { label: 'Enrol', href: '/enrol', icon: 'enrol' },
        role: 'administrator',
        render: (_, query) => html`<opn-enrol .firewallId=${Number(query.get('firewall') ?? 0)}></opn-enrol>`,
    },
    {
        path: /^\/audit$/,
        title: 'Audit',
        nav: { label: 'Audit', href: '/audit', icon: 'audit' },
        role: 'administrator',
        render: () => html`<opn-audit></opn-audit>`,
    },
    {
        path: /^\/operators$/,
        title: 'Operators',
        nav: { label: 'Operators', href: '/operators', icon: 'operators' },
        role: 'administrator',
        render: () => html`<opn-operators></opn-operators>`,
    },
    {
        path: /^\/nodes$/,
        title: 'Nodes',
        nav: { label: 'Nodes', href: '/nodes', icon: 'nodes' },
        role: 'viewer',
        render: () => html`<opn-nodes></opn-nodes>`,
    },
    {
        path: /^\/rollout$/,
        title: 'Agent updates',
        nav: { label: 'Updates', href: '/rollout', icon: 'download' },
        role: 'viewer',
        render: () => html`<opn-rollout></opn-rollout>`,
    },
    {
        path: /^\/tokens$/,
        title: 'Your account',
        role: 'viewer',
        render: () => html`<opn-account></opn-account>`,
    },
    {
        path: /^\/connect$/,
        title: 'Connect',
        role: 'operator',
        bare: true,
        render: (_, query) => html`<opn-connect .query=${query}></opn-connect>`,
    },
    {
        path: /^\/sign-in$/,
        title: 'Sign in',
        role: 'viewer',
        bare: true,
        open: true,
        render: (_, query) => html`<opn-sign-in .next=${query.get('next') ?? '/'}></opn-sign-in>`,
    },
];

export interface Match {
    route: Route;
    groups: Record<string, string>;
    query: URLSearchParams;
}

/** The page at an address of this site, if there is one. */
export function match(url: URL): Match | undefined {
    for (const route of routes) {
        const found = route.path.exec(url.pathname);
        if (found !== null) {
            return { route, groups: found.groups ?? {}, query: url.searchParams };
        }
    }
    return undefined;
}
