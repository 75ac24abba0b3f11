import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { ask, attempt, signIn, tokens } from '../api/client';
import type { Role, Token } from '../api/model';
import type { Problem } from '../api/problem';
import type { RecoveryCodes, SecondFactor } from '../generated/models/index';
import { say } from '../shell/toasts';
import { Watching } from '../shell/store';
import { recognise, who } from '../shell/who';
import type { Dialog } from '../ui/dialog';
import { text, words } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { maybeProblem, skeleton, tagList } from '../ui/pieces';
import { qrCode } from '../ui/qr-code';
import { table } from '../ui/table';
import { Ticking } from '../ui/ticking';
import { ago, duration, moment } from '../ui/words';
import '../ui/copyable';
import '../ui/dialog';

const ROLES: Role[] = ['viewer', 'operator', 'administrator'];
const METHODS: Record<string, string> = {
    password: 'with a password',
    token: 'with a token',
    certificate: 'with a certificate',
    openid: 'with OpenID Connect',
};

/** The own sign-in: password, second factor, tokens, and where one is signed in. */
class Account extends Part {
    @state() private tokens: Token[] | undefined;
    @state() private problem: Problem | undefined;
    private readonly dialog = createRef<Dialog>();
    readonly watchingWho = new Watching(this, who);
    readonly clock = new Ticking(this, 10_000);

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
    }

    private async read(): Promise<void> {
        try {
            this.tokens = (await ask<{ items: Token[] }>(tokens.list())).items;
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    override render(): TemplateResult | typeof nothing {
        const now = who.value;
        if (!now) {
            return nothing;
        }
        return html`
            <header class="head"><h1>Your account</h1></header>
            ${maybeProblem(this.problem, () => void this.read())}
            <div class="cards">
                <section class="card" aria-labelledby="signed-in">
                    <h2 id="signed-in">${now.operator}</h2>
                    <dl class="facts">
                        <dt>Role</dt><dd>${now.role}</dd>
                        <dt>Reach</dt><dd>${now.tags.length === 0 ? 'every firewall' : tagList(now.tags)}</dd>
                        <dt>Signed in</dt><dd>${METHODS[now.method] ?? now.method}</dd>
                        ${now.expires_at ? html`<dt>At most until</dt><dd>${moment(now.expires_at)}</dd>` : nothing}
                    </dl>
                    <p class="acts">
                        <button class="button" @click=${this.password} data-test="change-password">Change password</button>
                        <button class="button button-bad-quiet" @click=${this.everywhere} data-test="sign-out-everywhere">Sign out everywhere</button>
                    </p>
                </section>
                <section class="card" aria-labelledby="factor">
                    <h2 id="factor">Second factor ${now.second_factor ? html`<span class="state state-good"><i aria-hidden="true"></i>on</span>` : html`<span class="state state-off"><i aria-hidden="true"></i>off</span>`}</h2>
                    <p class="quiet">A code of six digits from an authenticator app, besides the password. Somebody who learns the password alone gets nowhere.</p>
                    <p class="acts">
                        ${now.second_factor
                            ? html`<button class="button button-bad-quiet" @click=${this.removeFactor} data-test="remove-factor">Remove it</button>`
                            : html`<button class="button button-main" @click=${this.addFactor} data-test="add-factor">Set it up</button>`}
                    </p>
                </section>
            </div>
            <section aria-labelledby="tokens">
                <header class="head head-small">
                    <h2 id="tokens">Tokens</h2><span class="grow"></span>
                    <button class="button" @click=${this.make} data-test="make-token">${icon('enrol')}Make a token</button>
                </header>
                <p class="quiet">For scripts: Authorization: Bearer. A token can do at most what you can.</p>
                ${this.tokens === undefined ? (this.problem ? nothing : skeleton(2)) : this.list(this.tokens)}
            </section>
            <opn-dialog ${ref(this.dialog)}></opn-dialog>
        `;
    }

    private list(items: Token[]): TemplateResult {
        if (items.length === 0) {
            return html`<div class="empty" data-test="no-tokens"><p>You have no tokens.</p></div>`;
        }
        return table<Token>(
            'tokens',
            'Tokens',
            [
                { head: 'Name', cell: (token) => token.name },
                { head: 'Role', cell: (token) => token.role },
                { head: 'Firewalls', cell: (token) => (token.tags.length === 0 ? html`<span class="quiet">your reach</span>` : tagList(token.tags)) },
                { head: 'Last used', cell: (token) => ago(token.last_used_at, this.clock.now), title: (token) => moment(token.last_used_at) },
                { head: 'Ends', cell: (token) => moment(token.expires_at), look: 'nowrap' },
                {
                    head: 'Revoke',
                    cell: (token) => html`<button class="button button-row button-bad-quiet" aria-label="Revoke ${token.name}" @click=${() => this.revoke(token)}>Revoke</button>`,
                    look: 'right',
                    silent: true,
                },
            ],
            items,
        );
    }

    private readonly make = (): void => {
        const most = ROLES.indexOf(who.value?.role ?? 'viewer');
        this.dialog.value?.show({
            title: 'Make a token',
            body: html`
                <label class="field"><span>What is it for?</span><input name="name" required maxlength="100" autocomplete="off" placeholder="nightly report" data-test="token-name" /></label>
                <div class="fields">
                    <label class="field"><span>Ends after</span><select name="lifetime">
                        ${[86400, 7 * 86400, 30 * 86400, 90 * 86400, 365 * 86400].map((seconds) => html`<option value=${seconds} ?selected=${seconds === 90 * 86400}>${duration(seconds)}</option>`)}
                    </select></label>
                    <label class="field"><span>Role</span><select name="role">
                        ${ROLES.slice(0, most + 1).map((role) => html`<option value=${role} ?selected=${role === who.value?.role}>${role}</option>`)}
                    </select></label>
                </div>
                <label class="field"><span>Only firewalls with one of these tags <small>empty: all that you may reach</small></span><input name="tags" pattern="[A-Za-z0-9._:, \\-]*" autocomplete="off" /></label>`,
            act: 'Make it',
            done: async (form) => {
                const asked = { name: text(form, 'name'), lifetime: Number(text(form, 'lifetime')), role: text(form, 'role') as Role, tags: words(text(form, 'tags')) };
                const outcome = await attempt<Token>(tokens.create({ TokenAsk: asked }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                void this.read();
                this.dialog.value?.change({
                    title: `The token “${outcome.done.name}”`,
                    body: html`<p>It is shown only now. Keep it where the script can read it and others cannot.</p><opn-copyable label="Token" .text=${outcome.done.token ?? ''} data-test="token"></opn-copyable>`,
                    act: undefined,
                    done: undefined,
                });
                return undefined;
            },
        });
    };

    private revoke(token: Token): void {
        this.dialog.value?.show({
            title: `Revoke “${token.name}”?`,
            body: html`<p>Whatever uses it is refused at once.</p>`,
            act: 'Revoke it',
            dangerous: true,
            done: async () => {
                const outcome = await attempt(tokens.revoke({ id: token.id }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                say(`The token “${token.name}” is revoked.`);
                void this.read();
                return undefined;
            },
        });
    }

    private readonly password = (): void => {
        this.dialog.value?.show({
            title: 'Change your password',
            body: html`
                <label class="field"><span>Present password</span><input name="current" type="password" required autocomplete="current-password" maxlength="200" /></label>
                <label class="field"><span>New password <small>12 characters or more</small></span><input name="password" type="password" required minlength="12" maxlength="200" autocomplete="new-password" /></label>
                <p class="quiet">Every other browser where you are signed in is signed out.</p>`,
            act: 'Change it',
            done: async (form) => {
                const asked = { current: String(form.get('current')), password: String(form.get('password')) };
                const outcome = await attempt(signIn.changePassword({ PasswordChange: asked }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                say('Your password is changed.');
                return undefined;
            },
        });
    };

    private readonly everywhere = (): void => {
        this.dialog.value?.show({
            title: 'Sign out everywhere?',
            body: html`<p>Every browser in which you are signed in is signed out, this one too. Your tokens stay.</p>`,
            act: 'Sign out everywhere',
            dangerous: true,
            done: async () => {
                const outcome = await attempt(signIn.signOutEverywhere());
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                who.set(undefined);
                return undefined;
            },
        });
    };

    private readonly addFactor = (): void => {
        this.dialog.value?.show({
            title: 'Set up a second factor',
            body: html`<label class="field"><span>Your password</span><input name="password" type="password" required autocomplete="current-password" maxlength="200" data-test="factor-password" /></label>`,
            act: 'Go on',
            done: async (form) => {
                const outcome = await attempt<Required<SecondFactor>>(signIn.secondFactor({ SecondFactorAsk: { password: String(form.get('password')) } }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.showFactor(outcome.done);
                return undefined;
            },
        });
    };

    private showFactor(factor: Required<SecondFactor>): void {
        this.dialog.value?.change({
            title: 'Set up a second factor',
            body: html`
                <p>Scan this with your authenticator app, or type the key into it. Then enter the code that it shows.</p>
                <div class="factor">
                    ${qrCode(factor.uri, 'QR code for the authenticator app')}
                    <div>
                        <opn-copyable inline label="Key" .text=${(factor.secret.match(/.{1,4}/g) ?? []).join(' ')}></opn-copyable>
                        <label class="field"><span>Code</span><input name="code" required inputmode="numeric" pattern="[0-9 ]{6,7}" autocomplete="one-time-code" data-test="factor-code" /></label>
                    </div>
                </div>`,
            act: 'Switch it on',
            done: async (form) => {
                const outcome = await attempt<Required<RecoveryCodes>>(signIn.activateSecondFactor({ SecondFactorCode: { code: text(form, 'code').replaceAll(' ', '') } }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                this.dialog.value?.change({
                    title: 'Your recovery codes',
                    body: html`<p>The second factor is on. Each of these codes works once instead of it, when the telephone is lost. They are shown only now.</p>
                        <opn-copyable label="Recovery codes" .text=${outcome.done.codes.join('\n')} data-test="recovery-codes"></opn-copyable>`,
                    act: undefined,
                    done: undefined,
                    close: 'I have kept them',
                });
                void recognise();
                return undefined;
            },
        });
    }

    private readonly removeFactor = (): void => {
        this.dialog.value?.show({
            title: 'Remove the second factor?',
            body: html`
                <p>From then on your password alone is enough.</p>
                <label class="field"><span>Your password</span><input name="password" type="password" required autocomplete="current-password" maxlength="200" /></label>
                <label class="field"><span>Code <small>or a recovery code</small></span><input name="code" required autocomplete="one-time-code" maxlength="64" /></label>`,
            act: 'Remove it',
            dangerous: true,
            done: async (form) => {
                const asked = { password: String(form.get('password')), code: text(form, 'code').replaceAll(' ', '') };
                const outcome = await attempt(signIn.removeSecondFactor({ SecondFactorRemoval: asked }));
                if ('refused' in outcome) {
                    return outcome.refused;
                }
                say('The second factor is removed.');
                void recognise();
                return undefined;
            },
        });
    };
}

customElements.define('opn-account', Account);
