import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { attempt, signIn } from '../api/client';
import type { SignedIn, SignInMethods } from '../api/model';
import type { Problem } from '../api/problem';
import { who } from '../shell/who';
import { text } from '../ui/firewall-form';
import { icon } from '../ui/icons';
import { Part } from '../ui/part';
import { maybeProblem } from '../ui/pieces';

/** Name and password, a code when the account has a second factor, or whatever else the broker offers. */
class SignIn extends Part {
    @property() next = '/';
    @state() private methods: SignInMethods | undefined;
    @state() private needsCode = false;
    @state() private problem: Problem | undefined;
    @state() private wrong = false;
    @state() private busy = false;

    override connectedCallback(): void {
        super.connectedCallback();
        void attempt<SignInMethods>(signIn.methods()).then((outcome) => {
            if ('done' in outcome) {
                this.methods = outcome.done;
            }
        });
    }

    protected override firstUpdated(): void {
        this.querySelector<HTMLInputElement>('input')?.focus();
    }

    protected override updated(changed: Map<string, unknown>): void {
        if (changed.has('needsCode') && this.needsCode) {
            this.querySelector<HTMLInputElement>('input[name=code]')?.focus();
        }
    }

    private readonly submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault();
        const element = event.target as HTMLFormElement;
        if (!element.reportValidity() || this.busy) {
            return;
        }
        this.busy = true;
        this.problem = undefined;
        this.wrong = false;
        const form = new FormData(element);
        const code = text(form, 'code');
        const password = form.get('password');
        this.finish(
            await attempt<SignedIn>(
                signIn.signIn({
                    SignInAsk: {
                        name: text(form, 'name'),
                        password: typeof password === 'string' ? password : '',
                        ...(code === '' ? {} : { code: code.replaceAll(' ', '') }),
                    },
                }),
            ),
        );
    };

    private finish(outcome: { done: SignedIn } | { refused: Problem }): void {
        this.busy = false;
        if ('done' in outcome) {
            // The frame sees who it is and goes where this was meant to lead.
            who.set(outcome.done);
        } else if (outcome.refused.code === 'second_factor_required') {
            this.needsCode = true;
        } else if (outcome.refused.code === 'not_authenticated') {
            this.wrong = true;
            this.querySelector<HTMLInputElement>(this.needsCode ? 'input[name=code]' : 'input[name=password]')?.select();
        } else {
            this.problem = outcome.refused;
        }
    }

    private readonly byCertificate = async (): Promise<void> => {
        this.busy = true;
        this.finish(await attempt<SignedIn>(signIn.signInByCertificate()));
    };

    override render(): TemplateResult {
        return html`<section class="window window-small" aria-labelledby="sign-in-title">
            <header>
                <img src="/icon.svg" alt="" width="34" height="34" />
                <div><h1 id="sign-in-title">Sign in</h1><p class="quiet">OPNManager Tunnel</p></div>
            </header>
            ${maybeProblem(this.problem)}
            ${this.wrong
                ? html`<div class="notice notice-bad" role="alert" data-test="wrong">${icon('warning')}<p>${this.needsCode ? 'Name, password and code do not fit together.' : 'Name and password do not fit together.'}</p></div>`
                : nothing}
            <form class="form" @submit=${this.submit} data-test="sign-in">
                <label class="field"><span>Name</span><input name="name" required autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" data-test="name" /></label>
                <label class="field"><span>Password</span><input name="password" type="password" required autocomplete="current-password" maxlength="200" data-test="password" /></label>
                ${this.needsCode
                    ? html`<label class="field"><span>Code <small>of your authenticator, or a recovery code</small></span>
                          <input name="code" required autocomplete="one-time-code" inputmode="text" maxlength="64" spellcheck="false" data-test="code" /></label>`
                    : nothing}
                <button class="button button-main button-wide" ?disabled=${this.busy} data-test="sign-in-act">${this.busy ? 'One moment …' : 'Sign in'}</button>
            </form>
            ${this.methods?.openid || this.methods?.certificate
                ? html`<div class="otherwise">
                      ${this.methods.openid ? html`<a class="button button-wide" href="/api/v1/sign-in/openid" data-test="openid">With your organisation’s account</a>` : nothing}
                      ${this.methods.certificate ? html`<button class="button button-wide" ?disabled=${this.busy} @click=${this.byCertificate} data-test="certificate">With the certificate of this browser</button>` : nothing}
                  </div>`
                : nothing}
        </section>`;
    }
}

customElements.define('opn-sign-in', SignIn);
