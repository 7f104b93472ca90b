/** CPU time, which what else goes on on the machine stretches less than time by the clock. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** Of all threads of a process, in ms, where Linux counts it; null elsewhere. */
export async function cpuTimeOf(pid: number | undefined): Promise<number | null> {
  if (pid === undefined || !existsSync('/proc/self/schedstat')) return null;
  const tasks = `/proc/${pid}/task`;
  const threads = await readdir(tasks);
  const times = await Promise.all(
    threads.map(async (thread) => {
      // One that ends meanwhile has done nothing worth counting.
      const text = await readFile(`${tasks}/${thread}/schedstat`, 'utf8').catch(() => '0');
      return Number.parseInt(text, 10);
    }),
  );
  return times.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

/** The workerd that this process has started, as Linux lists it; undefined elsewhere. */
export async function workerdPid(): Promise<number | undefined> {
  if (!existsSync('/proc/self/stat')) return undefined;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // pid (name) state parent ...
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? [];
    if (name === 'workerd' && Number(parent) === process.pid) return Number(entry);
  }
  return undefined;
}
