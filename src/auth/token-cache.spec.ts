import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ANYBODY, type Principal } from './principal.js';
import { TokenCache } from './token-cache.js';

const [ANN, BEN]: [Principal, Principal] = [
  { ...ANYBODY, subject: 'ann' },
  { ...ANYBODY, subject: 'ben' },
];

function cacheAt(start: number): { cache: TokenCache; setTime: (time: number) => void } {
  let time = start;
  return {
    cache: new TokenCache({ now: () => new Date(time) }),
    setTime: (next) => (time = next),
  };
}

it('knows credentials on every connection until they expire', () => {
  const { cache, setTime } = cacheAt(0);
  const connection = new Socket();
  cache.put('Bearer a', ANN, 1_000);
  setTime(999);
  expect([connection, connection, new Socket()].map((one) => cache.get('Bearer a', one))).toEqual([
    ANN,
    ANN,
    ANN,
  ]);
  setTime(1_000);
  expect(cache.get('Bearer a', connection)).toBeUndefined();
  expect(cache.get('Bearer a', new Socket())).toBeUndefined();
});

it('keeps apart what is sent on one connection', () => {
  const { cache } = cacheAt(0);
  const connection = new Socket();
  cache.put('Bearer a', ANN, 1_000);
  cache.put('Bearer b', BEN, 1_000);
  const sent = ['Bearer a', 'Bearer b', 'Bearer a', 'Bearer ab', 'bearer a'];
  expect(sent.map((authorization) => cache.get(authorization, connection))).toEqual([
    ANN,
    BEN,
    ANN,
    undefined,
    undefined,
  ]);
});

it('knows credentials again that were verified once more, on the connection on which they expired too', () => {
  const { cache, setTime } = cacheAt(0);
  const connection = new Socket();
  cache.put('Bearer a', ANN, 1_000);
  cache.get('Bearer a', connection);
  setTime(1_000);
  expect(cache.get('Bearer a', connection)).toBeUndefined();
  cache.put('Bearer a', BEN, 2_000);
  expect(cache.get('Bearer a', connection)).toBe(BEN);
  expect(cache.get('Bearer a', connection)).toBe(BEN);
});
