import { lookupService } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { domainToASCII } from 'node:url';

/** Without a name server, a lookup can take half a minute. */
const lookupTimeoutMs = 2_000;

export class MachineNames {
  names: readonly string[] = [];
  addresses: readonly string[] = [];

  async refresh(): Promise<void> {
    const before = this.addresses;
    const addresses = readAddresses();
    this.addresses = addresses;
    if (this.names.length > 0 && addresses.every((address) => before.includes(address))) return;
    const own = asciiName(hostname());
    const [short = ''] = own.split('.');
    const full = await Promise.race([findFullName(addresses, short), delay(lookupTimeoutMs, null, { ref: false })]);
    const known = short === '' ? [] : [own, short, `${short}.local`];
    this.names = [...new Set(full === null ? known : [...known, full])];
  }
}

function readAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const external = all.filter(({ internal, scopeid }) => !internal && !scopeid);
  return external.map(({ address }) => address.toLowerCase());
}

/** Looks up the name of each address, one after the other, because lookups share their threads with file access. */
async function findFullName(addresses: readonly string[], short: string): Promise<string | null> {
  for (const address of addresses) {
    try {
      const name = asciiName((await lookupService(address, 0)).hostname);
      // Without a name, the result is the address itself. An earlier lease may have left the name of another machine.
      if (isIP(name) === 0 && name.startsWith(`${short}.`)) return name;
    } catch {
      // The address has no name.
    }
  }
  return null;
}

const asciiName = (name: string): string => domainToASCII(name).toLowerCase().replace(/\.$/, '');
