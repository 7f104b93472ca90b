/** What a run found and what happened in it. */
import { type Scheduler, START } from './clock';

/** The result of one run. */
export interface Outcome {
  violations: readonly string[];
  /** What happened, a line each; empty unless the run was traced. */
  trace: readonly string[];
  /** How often which kind of event occurred. */
  coverage: ReadonlyMap<string, number>;
}

export class Journal implements Outcome {
  readonly violations: string[] = [];
  readonly trace: string[] = [];
  readonly coverage = new Map<string, number>();

  readonly scheduler: Scheduler;
  private readonly tracing: boolean;

  constructor(scheduler: Scheduler, tracing: boolean) {
    this.scheduler = scheduler;
    this.tracing = tracing;
  }

  cover(kind: string): void {
    this.coverage.set(kind, (this.coverage.get(kind) ?? 0) + 1);
  }

  violate(what: string, details: string): void {
    this.violations.push(`${what}: ${details}`);
    this.note(() => `VIOLATION ${what}: ${details}`);
  }

  note(text: () => string): void {
    if (!this.tracing) return;
    const seconds = (this.scheduler.now - START) / 1_000;
    this.trace.push(`${seconds.toFixed(3).padStart(9)} s  ${text()}`);
  }
}
