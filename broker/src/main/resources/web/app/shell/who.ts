import { ask, signIn } from '../api/client';
import type { Role, SignedIn } from '../api/model';
import { Problem } from '../api/problem';
import { Store } from './store';

/** Who is signed in; undefined is nobody, and null that it is not known yet. */
export const who = new Store<SignedIn | undefined | null>(null);

/** Asks the broker who is signed in. Does not count as activity, so it does not prolong the sign-in. */
export async function recognise(): Promise<void> {
    try {
        who.set(await ask<SignedIn>(signIn.signedIn()));
    } catch (problem) {
        if (problem instanceof Problem && problem.status === 401) {
            who.set(undefined);
        } else {
            throw problem;
        }
    }
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

/** Whether whoever is signed in has at least this role. The broker decides; this only hides what it would refuse. */
export function may(role: Role): boolean {
    const now = who.value;
    return now !== null && now !== undefined && RANK[now.role] >= RANK[role];
}
