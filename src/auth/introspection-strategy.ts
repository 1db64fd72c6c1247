import type { IncomingMessage } from 'node:http';
import passport from 'passport';
import { isDomainError } from '../common/domain-error.js';
import { bearerToken, invalidToken } from './bearer-token.js';
import type { Introspected, Introspection } from './introspection.js';

/** What Passport adds to a strategy while it handles a request. */
interface Outcome {
  success(user: Introspected): void;
  fail(challenge: unknown): void;
  error(error: unknown): void;
}

/** Passport's strategy for opaque tokens: every provider that can be asked is asked, and the first that knows it wins. */
export class IntrospectionStrategy extends passport.Strategy {
  constructor(private readonly providers: readonly Introspection[]) {
    super();
  }

  override authenticate(this: this & Outcome, request: IncomingMessage): void {
    this.inspect(bearerToken(request) ?? '').then(
      (found) => this.success(found),
      (error: unknown) => (isDomainError(error) ? this.fail(error) : this.error(error)),
    );
  }

  private async inspect(token: string): Promise<Introspected> {
    if (this.providers.length === 0) {
      throw invalidToken('failed to introspect opaque token: no introspection endpoint available');
    }
    const answers = await Promise.allSettled(this.providers.map((provider) => provider.inspect(token)));
    const active = answers.find((answer) => answer.status === 'fulfilled');
    if (active !== undefined) return active.value;
    const refusals = answers.flatMap((answer): unknown[] =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    // While one of them cannot be asked, nobody knows that the token is not its own.
    throw refusals.find((reason) => !isDomainError(reason, 'invalid-token')) ?? refusals[0];
  }
}
