import { local } from '../../../shared/contract/local.ts';
import { operations } from '../../../shared/contract/operations.ts';
import { json } from '../../http/answers.ts';
import { describeApi } from '../../http/openApi.ts';
import type { RouteServices } from '../../routeServices.ts';
import { version } from '../../version.ts';

/** Needs no key, because the description contains no data of this server. */
export function openApiRoute({ app }: Pick<RouteServices, 'app'>): void {
  let description: ReturnType<typeof describeApi> | undefined;
  app.get(local.openApi.path, () => json((description ??= describeApi(operations, version))));
}
