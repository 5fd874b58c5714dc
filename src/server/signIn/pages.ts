import { html } from 'hono/html';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Person } from './provider.ts';

interface Confirmation {
  readonly server: string;
  readonly provider: string;
  readonly person: Person;
  readonly code: string;
  readonly action: string;
  readonly formToken: string;
}

/** Names come from the provider, whose users may choose them. */
export function confirmationPage({ server, provider, person, code, action, formToken }: Confirmation) {
  const name = displayName(person);
  const email = person.email === null || person.name === null ? '' : html` (${oneLine(person.email)})`;
  const body = html`
    <h1>Sign in Test Stations in VS Code as ${name}?</h1>
    <p>
      You are signed in to ${provider} as <strong>${name}</strong>${email}. If you continue, VS Code gets a personal key
      for ${server}.
    </p>
    <form method="post" action="${action}">
      <input type="hidden" name="token" value="${formToken}" />
      <div class="box">
        <p>Compare this code with the one in your VS Code:</p>
        <p class="code">${code}</p>
        <label>
          <input type="checkbox" name="same" value="yes" required />
          <span>I started this sign-in, and my VS Code shows the same code.</span>
        </label>
      </div>
      <p>If your VS Code shows another code or none, cancel. Otherwise someone else could use your account.</p>
      <div class="buttons">
        <button class="primary" name="answer" value="sign-in">Sign In</button>
        <button name="answer" value="cancel" formnovalidate>Cancel</button>
      </div>
    </form>
  `;
  return { title: 'Sign in to a station server', body };
}

const displayName = ({ name, email, subject }: Person): string => oneLine(name ?? email ?? subject);

export const donePage = (person: Person) => ({
  title: 'Signed in',
  body: html`
    <h1>You are signed in as ${displayName(person)}</h1>
    <p>Return to VS Code. You can close this page.</p>
  `,
});

export const canceledPage = {
  title: 'Sign-in canceled',
  body: html`
    <h1>The sign-in was canceled</h1>
    <p>VS Code has got no key. You can close this page.</p>
  `,
};

export const problemPage = (message: string, again?: string) => ({
  title: 'Not signed in',
  body: html`
    <h1>You are not signed in</h1>
    <p>${message}</p>
    ${again === undefined ? '' : html`<p><a href="${again}">Try again</a></p>`}
  `,
});
