import { Injectable } from '@nestjs/common';

/** Whether this process is on its way out: it then answers what it has, and says that it is not ready. */
@Injectable()
export class Lifecycle {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** From now on the process is not ready. */
  drain(): void {
    this.draining = true;
  }
}
