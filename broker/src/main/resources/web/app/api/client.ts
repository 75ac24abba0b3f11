import { AgentApi } from '../generated/apis/AgentApi';
import { ApprovalsApi } from '../generated/apis/ApprovalsApi';
import { AuditApi } from '../generated/apis/AuditApi';
import { FirewallsApi } from '../generated/apis/FirewallsApi';
import { NodesApi } from '../generated/apis/NodesApi';
import { OperatorsApi } from '../generated/apis/OperatorsApi';
import { RequestsApi } from '../generated/apis/RequestsApi';
import { RolloutApi } from '../generated/apis/RolloutApi';
import { SignInApi } from '../generated/apis/SignInApi';
import { TokensApi } from '../generated/apis/TokensApi';
import { Configuration } from '../generated/runtime';
import { learn } from './clock';
import { type Problem, problemOf } from './problem';

let lost: () => void = () => undefined;

/** What to do when the broker says that nobody is signed in any more. */
export function whenSignedOut(act: () => void): void {
    lost = act;
}

const configuration = new Configuration({
    basePath: '',
    credentials: 'same-origin',
    middleware: [
        {
            post: ({ response, url }) => {
                learn(response);
                // The sign-in itself answers 401 for a wrong password, which is its own page's affair.
                if (response.status === 401 && !url.startsWith('/api/v1/sign-in')) {
                    lost();
                }
                return Promise.resolve(response);
            },
        },
    ],
});

export const approvals = new ApprovalsApi(configuration);
export const audit = new AuditApi(configuration);
export const firewalls = new FirewallsApi(configuration);
export const nodes = new NodesApi(configuration);
export const operators = new OperatorsApi(configuration);
export const requests = new RequestsApi(configuration);
export const rollout = new RolloutApi(configuration);
export const signIn = new SignInApi(configuration);
export const tokens = new TokensApi(configuration);
/** Heartbeat and close, which whoever holds a session calls. */
export const holding = new AgentApi(configuration);

/** A call of the generated client; fails with a {@link Problem} and nothing else. */
export async function ask<T>(call: Promise<unknown>): Promise<T> {
    try {
        return (await call) as T;
    } catch (thrown) {
        throw await problemOf(thrown);
    }
}

/** The outcome of a call, for those who show a refusal in place. */
export async function attempt<T>(call: Promise<unknown>): Promise<{ done: T } | { refused: Problem }> {
    try {
        return { done: (await call) as T };
    } catch (thrown) {
        return { refused: await problemOf(thrown) };
    }
}
