import assert from 'node:assert/strict';

interface Page {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

/** As much of a browser as a sign-in needs: cookies, which all ports of a host share, redirects, and forms. */
export class SignInBrowser {
  readonly #cookies = new Map<string, string>();
  /** The addresses that it was redirected to. */
  readonly redirects: URL[] = [];

  /** @param isStop ends before the request to an address to which it is redirected */
  async open(
    address: string | URL,
    form?: Record<string, string>,
    isStop: (url: URL) => boolean = () => false,
  ): Promise<Page> {
    let url = new URL(address);
    let init: RequestInit = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    for (let count = 0; count < 20; count++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name);
        else this.#cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) {
        return { url, status: response.status, html: await response.text(), headers: response.headers };
      }
      await response.body?.cancel();
      url = new URL(location, url);
      this.redirects.push(url);
      if (isStop(url)) return { url, status: response.status, html: '', headers: response.headers };
      init = {};
    }
    assert.fail(`Too many redirects, the last to ${url.origin}${url.pathname}`);
  }

  /** Opens a sign-in and signs in at the provider, whose page is shown if the browser has no session there. */
  async signIn(address: string, person: string, isStop?: (url: URL) => boolean): Promise<Page> {
    const page = await this.open(address, undefined, isStop);
    const action = /<form[^>]+action="([^"]+)"/.exec(page.html)?.[1];
    if (action === undefined || !page.html.includes('name="password"')) return page;
    return this.open(new URL(action, page.url), { prompt: 'login', login: person, password: 'any' }, isStop);
  }

  /** Sends the form of the confirmation. */
  async confirm(page: Page, changes: Record<string, string> = {}): Promise<Page> {
    const token = /name="token" value="([^"]+)"/.exec(page.html)?.[1] ?? assert.fail(page.html);
    return this.open(page.url, { token, same: 'yes', answer: 'sign-in', ...changes });
  }
}
