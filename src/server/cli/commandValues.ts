import { parseArgs } from 'node:util';
import { messageOf } from '../../shared/format/messageOf.ts';
import { usageError } from './usage.ts';

export type CommandValues = ReturnType<typeof parseCommandLine>['values'];

/** @throws CommandError if there is no such option, or it has no value */
export function parseCommandLine(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        run: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'time-zone': { type: 'string' },
        'public-url': { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        'mqtt-port': { type: 'string' },
        'log-format': { type: 'string' },
        attachments: { type: 'string' },
        'otlp-endpoint': { type: 'string' },
        'oidc-issuer': { type: 'string' },
        'oidc-client-id': { type: 'string' },
        'oidc-domain': { type: 'string', multiple: true },
        'oidc-role': { type: 'string' },
        'oidc-trust-emails': { type: 'boolean' },
        to: { type: 'string' },
        server: { type: 'string' },
        name: { type: 'string' },
        email: { type: 'string' },
        role: { type: 'string' },
        station: { type: 'string' },
        procedure: { type: 'string' },
        mapping: { type: 'string' },
        'part-number': { type: 'string' },
        'serial-number': { type: 'string' },
        'dry-run': { type: 'boolean' },
        strict: { type: 'boolean' },
        'from-tofupilot': { type: 'string' },
        'from-export': { type: 'string' },
        output: { type: 'string' },
        'print-key': { type: 'boolean' },
        'revoke-others': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw usageError(messageOf(error));
  }
}
