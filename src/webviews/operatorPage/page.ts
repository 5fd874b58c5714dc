import * as l10n from '@vscode/l10n';
import { html, render } from 'lit';
import { id } from '../../shared/contract/common.ts';
import { operator } from '../../shared/contract/operator.ts';
import { overview, type StationSummary } from '../../shared/contract/overview.ts';
import { stations } from '../../shared/contract/stations.ts';
import { OperatorView } from '../operator/operatorView.ts';
import { icon } from '../shared/icons.ts';
import { keys } from './keys.ts';
import { PageHost } from './pageHost.ts';
import { call, RefusedError } from './server.ts';
import { SignIn } from './signIn.ts';

// The page sets the theme classes of VS Code, so that one style sheet serves both.
const dark = matchMedia('(prefers-color-scheme: dark)');
const contrast = matchMedia('(prefers-contrast: more)');
function setTheme(): void {
  document.documentElement.dataset['theme'] =
    `${contrast.matches ? 'contrast-' : ''}${dark.matches ? 'dark' : 'light'}`;
}
for (const media of [dark, contrast]) media.addEventListener('change', setTheme);
setTheme();

// The station and the token of a link are in the fragment, which browsers never send.
window.addEventListener('hashchange', () => location.reload());
const [hash = '', token] = decodeURIComponent(location.hash.slice(1)).split('/');
const station = id.safeParse(hash).data;
if (station === undefined) void choose();
else if (keys.get() === null && token === undefined) askForKey(station);
else watch(station);

function watch(station: string): void {
  const host = new PageHost(station, token, () => {
    host.dispose();
    askForKey(station);
  });
  show(new OperatorView(host));
}

function askForKey(station: string): void {
  const check = async (key: string): Promise<void> => {
    await call(operator.state, key, { params: { id: station } });
    keys.save(key);
    watch(station);
  };
  const form = new SignIn(check, token !== undefined);
  form.addEventListener('cancelled', () => watch(station));
  show(form);
}

async function choose(): Promise<void> {
  const openStation = async (key: string): Promise<void> => {
    const found = await stationsOf(key);
    keys.save(key);
    if (typeof found === 'string') location.hash = found;
    else {
      document.body.replaceChildren();
      render(stationChoice(found), document.body);
    }
  };
  const key = keys.get();
  if (key !== null) {
    try {
      await openStation(key);
      return;
    } catch {
      keys.remove();
    }
  }
  show(new SignIn(openStation, false));
}

function show(element: HTMLElement): void {
  document.body.replaceChildren(element);
}

/** Returns the id of the key's station, or all stations of a user key. @throws RefusedError */
async function stationsOf(key: string): Promise<string | readonly StationSummary[]> {
  try {
    return (await call(overview.list, key)).data;
  } catch (error) {
    if (!(error instanceof RefusedError && error.status === 403)) throw error;
    return (await call(stations.getCurrent, key)).id;
  }
}

const stationChoice = (list: readonly StationSummary[]): unknown => html`
  <main class="station-choice">
    <h1>${icon('circuit-board')} ${l10n.t('Which station?')}</h1>
    <ul>
      ${list.map(({ id, name }) => html`<li><a class="large" href=${`#${id}`}>${name}</a></li>`)}
    </ul>
  </main>
`;
