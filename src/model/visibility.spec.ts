import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claims, hasClaims, heldClaims, meetsClaims, NO_CLAIMS } from './claims.js';
import { Visibilities } from './visibility.js';

function visibilities(sources: Record<string, Claims> = {}, ...learnt: Claims[]): Visibilities {
  const made = new Visibilities();
  made.setSourceClaims(new Map(Object.entries(sources)));
  learnt.forEach((claims) => made.learn(claims));
  return made;
}

describe('Visibilities', () => {
  it('gives callers one set who differ in nothing that a resource asks for', () => {
    const made = visibilities({ one: { org: ['acme', 'other'] } });

    const ann = made.of(heldClaims({ sub: 'ann', org: ['acme', 'unknown'], exp: '1' }));
    const bob = made.of(heldClaims({ sub: 'bob', org: ['mine', 'acme', 'acme'], team: 'x' }));

    expect(ann).toBe(bob);
    expect(made.of(heldClaims({ org: 'other' })).key).not.toBe(ann.key);
  });

  it('shows nothing that has no claims, not even to nobody', () => {
    const made = visibilities();

    expect(made.of(heldClaims({ org: 'acme' })).sees(undefined)).toBe(false);
    expect(made.of(NO_CLAIMS).sees({}, 'one')).toBe(false);
  });

  it('wants the claims of the source and those of the entry', () => {
    const made = visibilities({ one: { org: 'acme' } }, { team: 'tools' });
    const set = made.of(heldClaims({ org: 'acme', team: 'tools' }));
    const half = made.of(heldClaims({ team: 'tools' }));

    expect(set.sees({ team: 'tools' }, 'one')).toBe(true);
    expect(set.sees(undefined, 'one')).toBe(true);
    expect(half.sees({ team: 'tools' }, 'one')).toBe(false);
    expect(half.sees({ team: 'tools' }, 'two')).toBe(true);
  });

  it('follows other claims of a source at once, under other keys', () => {
    const made = visibilities({ one: { org: 'acme' } });
    const held = heldClaims({ org: 'acme' });
    const before = made.of(held);
    const { generation } = made;

    made.setSourceClaims(new Map([['one', { org: 'other' }]]));

    expect(made.generation).toBeGreaterThan(generation);
    expect(made.of(held).key).not.toBe(before.key);
    expect(made.of(held).sees(undefined, 'one')).toBe(false);
  });

  it('keeps an old set closed to claims that were learnt after it was made', () => {
    const made = visibilities();
    const held = heldClaims({ team: 'late' });
    const before = made.of(held);

    made.learn({ team: 'late' });

    expect(before.sees({ team: 'late' })).toBe(false);
    expect(made.of(held).sees({ team: 'late' })).toBe(true);
  });

  const name = fc.constantFrom('org', 'team', 'Team', '__proto__');
  const value = fc.constantFrom('a', 'b', 'c', '');
  const claims = fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 3 })), { maxKeys: 3 });

  it('answers as the claims of the caller do, and equal keys give equal answers', () => {
    fc.assert(
      fc.property(
        fc.array(claims, { maxLength: 5 }),
        claims,
        fc.array(claims),
        (resources, source, callers) => {
          const made = visibilities({ one: source }, ...resources);
          const byKey = new Map<string, string>();
          for (const caller of callers) {
            const held = heldClaims(caller);
            const set = made.of(held);
            const answers = resources.map((own) => set.sees(own, 'one'));
            const expected = resources.map(
              (own) =>
                (hasClaims(own) || hasClaims(source)) && meetsClaims(held, own) && meetsClaims(held, source),
            );
            expect(answers).toEqual(expected);
            expect(byKey.get(set.key) ?? String(answers)).toBe(String(answers));
            byKey.set(set.key, String(answers));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
