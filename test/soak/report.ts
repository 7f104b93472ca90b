/** What a soak found, and how it reads. */

export interface Kill {
  process: number;
  /** ms since the epoch: it died in between. */
  from: number;
  until: number;
}

/** A grant that the server has revoked, or that Mooring believes to be. */
export interface Death {
  accountId: string;
  /** In Mooring. */
  state: string;
  /** The Worker that sent its last request was killed before it could save the reply. */
  explained: boolean;
  /** From the server's reply to the kill; below 0 where it died first. */
  killedAfterMs: number | null;
}

export interface SoakReport {
  accounts: number;
  alive: number;
  killingMs: number;
  /** Until nothing was left of the kills. */
  settlingMs: number;
  /** Rows that did not come to rest in time, ten at most. */
  restless: unknown[];
  kills: number;
  ticks: { started: number; failed: number };
  /** Calls on demand, by what and by status. */
  calls: Record<string, number>;
  /** Refreshes that the server granted. */
  granted: number;
  refused: number;
  /** Refresh tokens that were presented more than once. */
  presentedTwice: number;
  /** Requests at the token endpoint at the same time. */
  mostInFlight: number;
  /** Attempts that a kill cut off after their claim. */
  cutOff: number;
  deaths: Death[];
}

export function textOf(report: SoakReport): string {
  const { deaths, ticks } = report;
  const lost = deaths.filter(({ explained }) => explained);
  const gaps = lost.flatMap(({ killedAfterMs }) => killedAfterMs ?? []);
  const between = `${Math.min(...gaps)} to ${Math.max(...gaps)} ms`;
  return [
    `accounts            ${report.accounts}, alive ${report.alive}`,
    `kills               ${report.kills} in ${(report.killingMs / 1000).toFixed(1)} s; ${report.cutOff} attempts cut off; settled after ${(report.settlingMs / 1000).toFixed(1)} s`,
    `cron ticks          ${ticks.started}, of which ${ticks.failed} were killed`,
    `calls on demand     ${Object.entries(report.calls)
      .map(([name, times]) => `${name}: ${times}`)
      .join(', ')}`,
    `refreshes           ${report.granted} granted, ${report.refused} refused, at most ${report.mostInFlight} at once`,
    `tokens shown twice  ${report.presentedTwice}`,
    `families lost       ${lost.length} with their Worker, killed between the request and the first possible save${gaps.length === 0 ? '' : ` (from the server's reply to the kill: ${between})`}`,
    `                    ${deaths.length - lost.length} otherwise`,
  ].join('\n');
}
