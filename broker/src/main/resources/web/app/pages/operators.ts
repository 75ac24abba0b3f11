import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { ask, attempt, operators } from '../api/client';
import type { Operator, Role } from '../api/model';
import type { Problem } from '../api/problem';
import { say } from '../shell/toasts';
import { who } from '../shell/who';
import type { Dialog } from '../ui/dialog';
import { text, words } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { maybeProblem, skeleton, tagList } from '../ui/pieces';
import { table } from '../ui/table';
import { Ticking } from '../ui/ticking';
import { ago, moment } from '../ui/words';
import '../ui/dialog';

const ROLES: [Role, string][] = [
    ['viewer', 'sees firewalls and sessions'],
    ['operator', 'also connects'],
    ['administrator', 'everything'],
];

/** People who may use the broker. */
class Operators extends Part {
    @state() private items: Operator[] | undefined;
    @state() private problem: Problem | undefined;
    private readonly dialog = createRef<Dialog>();
    readonly clock = new Ticking(this, 10_000);

    override connectedCallback(): void {
        super.connectedCallback();
        void this.read();
    }

    private async read(): Promise<void> {
        try {
            this.items = (await ask<{ items: Operator[] }>(operators.list())).items;
            this.problem = undefined;
        } catch (problem) {
            this.problem = problem as Problem;
        }
    }

    override render(): TemplateResult {
        return html`
            <header class="head">
                <h1>Operators</h1><span class="grow"></span>
                <button class="button button-main" @click=${this.make} data-test="make-operator">${icon('enrol')}Add an operator</button>
            </header>
            ${maybeProblem(this.problem, () => void this.read())}
            ${this.items === undefined ? (this.problem ? nothing : skeleton(4)) : this.list(this.items)}
            <opn-dialog ${ref(this.dialog)}></opn-dialog>
        `;
    }

    private list(items: Operator[]): TemplateResult {
        return table<Operator>(
            'operators',
            'Operators',
            [
                { head: 'Name', cell: (operator) => html`<b>${operator.name}</b>${operator.name === who.value?.operator ? html` <span class="quiet">you</span>` : nothing}` },
                { head: 'Role', cell: (operator) => operator.role },
                { head: 'Firewalls', cell: (operator) => (operator.tags.length === 0 ? html`<span class="quiet">all</span>` : tagList(operator.tags)) },
                {
                    head: 'Second factor',
                    cell: (operator) =>
                        operator.second_factor
                            ? html`<span class="state state-good"><i aria-hidden="true"></i>on</span>`
                            : html`<span class="state state-off"><i aria-hidden="true"></i>off</span>`,
                },
                {
                    head: 'Signs in with',
                    cell: (operator) => html`${operator.origin === 'openid' ? 'OpenID Connect' : 'an account here'}${operator.certificate_names.length > 0
                        ? html`<small class="under">${operator.certificate_names.join(', ')}</small>`
                        : nothing}`,
                },
                { head: 'Last sign-in', cell: (operator) => ago(operator.last_sign_in_at, this.clock.now), title: (operator) => moment(operator.last_sign_in_at) },
                {
                    head: 'Change',
                    cell: (operator) => html`<button class="button button-row" aria-label="Change ${operator.name}" @click=${() => this.change(operator)} data-test="change-operator">Change</button>`,
                    look: 'right',
                    silent: true,
                },
            ],
            items,
            (operator) => operator.name,
        );
    }

    private fields(operator?: Operator): TemplateResult {
        return html`
            <fieldset class="roles"><legend>Role</legend>
                ${ROLES.map(([role, what]) => html`<label class="check"><input type="radio" name="role" value=${role} ?checked=${role === (operator?.role ?? 'operator')} data-test="role-${role}" /><span>${role} <small>${what}</small></span></label>`)}
            </fieldset>
            <label class="field"><span>Only firewalls with one of these tags <small>empty: every firewall</small></span>
                <input name="tags" .value=${operator?.tags.join(' ') ?? ''} pattern="[A-Za-z0-9._:, \\-]*" autocomplete="off" placeholder="customer-a" data-test="operator-tags" /></label>
            <label class="field"><span>Names in TLS certificates that are this operator <small>one a line</small></span>
                <textarea name="certificates" rows="2" spellcheck="false" .value=${operator?.certificate_names.join('\n') ?? ''}></textarea></label>`;
    }

    private wishes(form: FormData): { role: Role; tags: string[]; certificate_names: string[] } {
        return {
            role: text(form, 'role') as Role,
            tags: words(text(form, 'tags')),
            certificate_names: text(form, 'certificates').split('\n').map((line) => line.trim()).filter((line) => line !== ''),
        };
    }

    private readonly make = (): void => {
        this.dialog.value?.show({
            title: 'Add an operator',
            body: html`
                <label class="field"><span>Name</span><input name="name" required pattern="[a-z0-9][a-z0-9._\\-]{0,62}" title="Lower-case letters, digits, dot, dash, underscore" autocomplete="off" autocapitalize="none" spellcheck="false" data-test="operator-name" /></label>
                <label class="field"><span>Password <small>12 characters or more; empty: signs in by OpenID Connect or certificate only</small></span><input name="password" type="password" minlength="12" maxlength="200" autocomplete="new-password" data-test="operator-password" /></label>
                ${this.fields()}`,
            act: 'Add',
            done: async (form) => {
                const password = String(form.get('password'));
                const asked = { name: text(form, 'name'), ...this.wishes(form), ...(password === '' ? {} : { password }) };
                return this.outcome(attempt(operators.create({ OperatorAsk: asked })), `${asked.name} may sign in.`);
            },
        });
    };

    private change(operator: Operator): void {
        const own = operator.name === who.value?.operator;
        this.dialog.value?.show({
            title: `Change ${operator.name}`,
            body: html`${this.fields(operator)}
                <div class="more" role="group" aria-label="More">
                    ${operator.origin === 'local' ? html`<button type="button" class="button" @click=${() => this.password(operator)}>New password</button>` : nothing}
                    ${operator.second_factor ? html`<button type="button" class="button" @click=${() => this.factor(operator)} data-test="remove-second-factor">Remove second factor</button>` : nothing}
                    <button type="button" class="button" @click=${() => this.out(operator)}>Sign out</button>
                    <button type="button" class="button" @click=${() => this.tokens(operator)}>Revoke tokens</button>
                    ${own ? nothing : html`<button type="button" class="button button-bad-quiet" @click=${() => this.dismiss(operator)} data-test="remove-operator">Remove</button>`}
                </div>`,
            act: 'Save',
            done: (form) => this.outcome(attempt(operators.change({ name: operator.name, OperatorChange: this.wishes(form) })), `${operator.name} is changed, from now on and in open sessions.`),
        });
    }

    private async outcome(call: Promise<{ done: unknown } | { refused: Problem }>, words: string): Promise<Problem | undefined> {
        const outcome = await call;
        if ('refused' in outcome) {
            return outcome.refused;
        }
        say(words);
        void this.read();
        return undefined;
    }

    private sure(title: string, body: TemplateResult, act: string, call: (form: FormData) => Promise<unknown>, words: string): void {
        this.dialog.value?.change({ title, body, act, dangerous: true, done: (form) => this.outcome(attempt(call(form)), words) });
    }

    private password(operator: Operator): void {
        this.sure(
            `New password for ${operator.name}`,
            html`<label class="field"><span>Password <small>12 characters or more</small></span><input name="password" type="password" required minlength="12" maxlength="200" autocomplete="new-password" /></label>
                <p class="quiet">Tell it to ${operator.name} by another way than e-mail. Every browser of theirs is signed out.</p>`,
            'Set it',
            (form) => operators.resetPassword({ name: operator.name, PasswordReset: { password: String(form.get('password')) } }),
            `${operator.name} has a new password.`,
        );
    }

    private factor(operator: Operator): void {
        this.sure(
            `Remove the second factor of ${operator.name}?`,
            html`<p>Do this when the telephone and the recovery codes are lost, and you know that it is really ${operator.name} who asks.</p>`,
            'Remove it',
            () => operators.removeSecondFactor({ name: operator.name }),
            `${operator.name} signs in with the password alone now.`,
        );
    }

    private out(operator: Operator): void {
        this.sure(`Sign ${operator.name} out?`, html`<p>In every browser. Tokens stay.</p>`, 'Sign out', () => operators.signOut({ name: operator.name }), `${operator.name} is signed out.`);
    }

    private tokens(operator: Operator): void {
        this.sure(`Revoke every token of ${operator.name}?`, html`<p>Scripts that use one are refused at once.</p>`, 'Revoke them', () => operators.revokeTokens({ name: operator.name }), `The tokens of ${operator.name} are revoked.`);
    }

    private dismiss(operator: Operator): void {
        this.sure(
            `Remove ${operator.name}?`,
            html`<p>They are signed out, their tokens stop working and their open sessions end. What they did stays in the audit.</p>`,
            'Remove',
            () => operators.remove({ name: operator.name }),
            `${operator.name} is removed.`,
        );
    }
}

customElements.define('opn-operators', Operators);
