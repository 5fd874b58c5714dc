/**
 * A window's connection at the bench: the extension's own client, which trusts the authority of a file. Prints a line when
 * its event stream is open, and the kinds of the changes that it hears of, until it is ended.
 * Arguments: the server's address, the file. The user key is in TEST_KEY.
 */
import { readFileSync } from 'node:fs';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { trustingFetch } from '../../src/extension/client/trustingFetch.ts';
import { local } from '../../src/shared/contract/local.ts';

const [url = '', caFile = ''] = process.argv.slice(2);
const api = new StationApi(url, process.env['TEST_KEY'], trustingFetch(readFileSync(caFile, 'utf8')));
console.log((await api.call(local.health)).product);
for await (const event of api.events(new AbortController().signal)) {
  console.log(event.event === 'change' ? event.data.kind : event.event);
}
