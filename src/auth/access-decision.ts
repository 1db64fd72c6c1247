import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { AccessLevel } from './access.js';
import { ANYBODY, type Principal } from './principal.js';

/** Decides who may do what: one decision for both entrances of the read path. */
@Injectable()
export class AccessDecision {
  /**
   * The caller, when it can be told at once that it may take a route of `level`; undefined when that takes longer or
   * is refused: the guard in front of the controllers decides then.
   */
  known(_request: IncomingMessage, _level: AccessLevel): Principal | undefined {
    return ANYBODY;
  }
}
