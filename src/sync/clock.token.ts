/** Injection token of the clock that schedules rounds and dates their results. */
export const CLOCK = Symbol('CLOCK');
