import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { type AnsweredRequest, currentRequestId, log } from '../log.ts';
import { activeTracer } from '../tracing/tracer.ts';
import type { App, Environment } from './mount.ts';

export type RequestObserver = (request: AnsweredRequest) => void;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

export function routeOfRequest(c: Context<Environment>): string {
  const route = routePath(c);
  return route.includes('*') ? 'other' : route;
}

const methodOf = (c: Context<Environment>): string => (methods.includes(c.req.method) ? c.req.method : 'other');

export function observeRequests(app: App, observers: ReadonlySet<RequestObserver>): void {
  app.use(async (c, next) => {
    if (observers.size === 0) return next();
    const startedAt = performance.now();
    await next();
    const method = methodOf(c);
    const durationMs = performance.now() - startedAt;
    for (const observe of observers) observe({ method, route: routeOfRequest(c), status: c.res.status, durationMs });
  });
}

export function traceRequests(app: App): void {
  app.use((c, next) => {
    const tracer = activeTracer();
    if (tracer === null) return next();
    const method = methodOf(c);
    return tracer.span(method, { kind: 'server', traceparent: c.req.header('traceparent') }, async (end) => {
      await next();
      const route = routeOfRequest(c);
      const { status } = c.res;
      end({
        name: `${method} ${route}`,
        attributes: { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status },
        failed: status >= 500,
      });
    });
  });
}

export function nameRequests(app: App, observers: Set<RequestObserver>): void {
  observers.add((request) => log.request(request));
  app.use(async (c, next) => {
    const id = randomUUID();
    await currentRequestId.run(id, next);
    c.res.headers.set('X-Request-Id', id);
  });
}
