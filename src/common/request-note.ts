import type { IncomingMessage } from 'node:http';

/**
 * One value that goes along with a request, kept on the request itself. A WeakMap would say the same, but the garbage
 * collector has to follow its entries one by one, which costs more than answering from memory does.
 */
export class RequestNote<Value> {
  private readonly key = Symbol('note');

  get(request: IncomingMessage): Value | undefined {
    return (request as Noted<Value>)[this.key];
  }

  set(request: IncomingMessage, value: Value): void {
    (request as Noted<Value>)[this.key] = value;
  }
}

type Noted<Value> = IncomingMessage & Record<symbol, Value | undefined>;
