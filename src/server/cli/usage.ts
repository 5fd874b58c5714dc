import { serverExit } from '../../shared/contract/local.ts';
import { CommandError } from './commandError.ts';

export const usage = `usage: server.js --data DIR [--port N] [--host 127.0.0.1] [--public-url URL]
                 [--cert FILE --key FILE] [--mqtt-port N] [--time-zone NAME] [--log-format text|json]
                 [--attachments DIR|s3://BUCKET[/PREFIX]] [--otlp-endpoint URL]
                 [--oidc-issuer URL --oidc-client-id ID [--oidc-domain DOMAIN] [--oidc-role ROLE]
                 [--oidc-trust-emails]]
       server.js new-user-key --data DIR [--name NAME] [--revoke-others]
       server.js user add --data DIR --email E-MAIL --name NAME --role ROLE [--print-key]
       server.js user invite --data DIR --email E-MAIL [--print-key]
       server.js user role --data DIR --email E-MAIL --role ROLE
       server.js user revoke --data DIR --email E-MAIL
       server.js user list --data DIR
       server.js check --data DIR [--attachments DIR|s3://BUCKET[/PREFIX]]
       server.js backup --data DIR --to FILE [--attachments DIR|s3://BUCKET[/PREFIX]]
       server.js junit --data DIR [--run ID]
       server.js import --data DIR --station NAME --procedure NAME [--mapping FILE] [--part-number NUMBER]
                 [--time-zone NAME] [--serial-number TEMPLATE] [--dry-run] [--strict] FILE…
       server.js import --data DIR --from-tofupilot URL [--attachments DIR|s3://BUCKET[/PREFIX]] [--dry-run]
       server.js import --data DIR --from-export DIR [--attachments DIR|s3://BUCKET[/PREFIX]] [--dry-run]
       server.js export --data DIR --output DIR [--attachments DIR|s3://BUCKET[/PREFIX]]
       server.js move --data DIR --to postgres|folder
       server.js mcp --data DIR
       server.js mcp --server URL`;

export const usageError = (reason: string): CommandError => new CommandError(serverExit.usage, `${reason}\n${usage}`);
