import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';

/** Tells, within this process, that the store may hold something new. */
@Injectable()
export class RevisionFeed {
  private readonly own = new Subject<number>();
  private readonly others = new Subject<void>();

  /** Revisions as this process commits them, each greater than the one before. */
  readonly revisions: Observable<number> = this.own.asObservable();

  /**
   * Fires when another process may have changed the catalogue or the status of a source: whoever keeps a copy of
   * either looks. It may fire for nothing, and once for several changes.
   */
  readonly elsewhere: Observable<void> = this.others.asObservable();

  /** This process has committed a revision. */
  publish(revision: number): void {
    this.own.next(revision);
  }

  /** Another process may have changed something. */
  lookElsewhere(): void {
    this.others.next();
  }
}
