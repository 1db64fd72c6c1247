import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';

/** Tells, within this process, that a revision has been committed. */
@Injectable()
export class RevisionFeed {
  private readonly subject = new Subject<number>();

  /** Revisions as they are committed, each greater than the one before. */
  readonly revisions: Observable<number> = this.subject.asObservable();

  publish(revision: number): void {
    this.subject.next(revision);
  }
}
