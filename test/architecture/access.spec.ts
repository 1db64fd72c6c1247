import 'reflect-metadata';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { ACCESS_LEVELS, ACCESS_METADATA, type AccessLevel } from '../../src/auth/access.js';

/** Levels that let callers in who may change nothing. */
const READING: readonly unknown[] = ['public', 'read', 'self'];
/** `RequestMethod` of Nest, as far as read routes have it. */
const GET = 0;

type Class = new (...parameters: never[]) => object;

interface Route {
  readonly name: string;
  readonly method: number;
  readonly access: unknown;
}

/** A module with all that it imports, and what these import. A dynamic one names the class that it extends. */
function modulesBelow(module: object, known = new Set<object>()): Set<object> {
  const { module: declared, imports: added = [] } = module as { module?: object; imports?: object[] };
  const owner = declared ?? module;
  if (known.has(owner)) return known;
  known.add(owner);
  const imports = (Reflect.getMetadata(MODULE_METADATA.IMPORTS, owner) ?? []) as object[];
  for (const imported of [...imports, ...added]) modulesBelow(imported, known);
  return known;
}

function controllersOf(module: object): Class[] {
  return (Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module) ?? []) as Class[];
}

/** Every method of a controller that answers some route, inherited ones included. */
function routesOf(controller: Class): Route[] {
  const routes: Route[] = [];
  for (let owner = controller.prototype as object; owner !== Object.prototype;) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value !== 'function' || !Reflect.hasMetadata(PATH_METADATA, value as object)) continue;
      if (key === 'constructor') continue;
      routes.push({
        name: `${controller.name}.${key}`,
        method: Reflect.getMetadata(METHOD_METADATA, value as object) as number,
        access:
          Reflect.getMetadata(ACCESS_METADATA, value as object) ??
          Reflect.getMetadata(ACCESS_METADATA, controller),
      });
    }
    owner = Object.getPrototypeOf(owner) as object;
  }
  return routes;
}

const controllers = [...modulesBelow(AppModule)].flatMap(controllersOf);
const routes = controllers.flatMap(routesOf);

describe('access', () => {
  it('is looked for on every controller, and each has routes', () => {
    expect(controllers.length).toBeGreaterThan(12);
    expect(controllers.filter((controller) => routesOf(controller).length === 0)).toEqual([]);
    expect(routes.map(({ name }) => name)).toContain('ServersController.listServers');
  });

  it('is declared by every route', () => {
    expect(routes.filter(({ access }) => !ACCESS_LEVELS.includes(access as AccessLevel))).toEqual([]);
  });

  it('is for writing wherever a route changes something', () => {
    const careless = routes.filter(({ method, access }) => method !== GET && READING.includes(access));

    expect(careless).toEqual([]);
  });
});
