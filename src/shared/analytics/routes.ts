import type { analytics, Route } from '../contract/analytics.ts';
import type { Answer } from '../contract/operation.ts';
import { rolledThroughputYield } from '../statistics/yield.ts';

/** With fewer units, the yield of a step says too little to multiply it. */
const neededUnits = 10;
const mostRoutes = 5;

export interface PartStep {
  readonly part: Route['part'];
  readonly step: Route['steps'][number];
}

/** A part that was tested with this procedure alone has no route. @param found one entry for each part and procedure */
export function routesAnswer(procedureId: string, found: readonly PartStep[]): Answer<typeof analytics.routes> {
  const unitsOf = ({ steps }: Route): number => steps.find(({ procedure }) => procedure.id === procedureId)?.units ?? 0;
  const routes = [...Map.groupBy(found, ({ part }) => part.id).values()]
    .flatMap((ofPart) => routeOf(ofPart, procedureId) ?? [])
    .sort((a, b) => unitsOf(b) - unitsOf(a) || inOrder(a.part.number, b.part.number));
  return {
    routes: routes.slice(0, mostRoutes),
    omitted_parts: Math.max(0, routes.length - mostRoutes),
    needed_units: neededUnits,
  };
}

function routeOf(ofPart: readonly PartStep[], procedureId: string): Route | undefined {
  const [first] = ofPart;
  const steps = ofPart.map(({ step }) => step).sort((a, b) => inOrder(a.procedure.name, b.procedure.name));
  if (first === undefined || steps.length < 2 || !steps.some(({ procedure }) => procedure.id === procedureId)) {
    return undefined;
  }
  const hasTooFew = steps.some(({ units }) => units < neededUnits);
  return {
    part: first.part,
    steps,
    rolled_throughput_yield: hasTooFew ? null : rolledThroughputYield(steps),
  };
}

const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
