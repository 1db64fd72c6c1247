import 'reflect-metadata';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, it } from 'vitest';
import { IdentityModule } from '../../src/admin/identity.module.js';
import { ACCESS_LEVELS, ACCESS_METADATA, type AccessLevel } from '../../src/auth/access.js';
import { AdminModule } from '../../src/admin/admin.module.js';
import { HealthModule } from '../../src/health/health.module.js';
import { RegistryModule } from '../../src/registry/registry.module.js';

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

function controllersOf(module: object): Class[] {
  return Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module) as Class[];
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

const controllers = [RegistryModule, AdminModule, IdentityModule, HealthModule].flatMap(controllersOf);
const routes = controllers.flatMap(routesOf);

describe('access', () => {
  it('is looked for on every controller, and each has routes', () => {
    expect(controllers.length).toBeGreaterThan(8);
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
