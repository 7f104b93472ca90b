/** What the Worker's isolate holds, by workerd's inspector: D1's own isolate is not counted. */

export interface HeapProbe {
  /** Bytes in use, also by what waits for a garbage collection: workerd lets nobody ask for one. */
  used(): Promise<number>;
  close(): void;
}

export async function openHeapProbe(inspectorPort: number, worker: string): Promise<HeapProbe> {
  const reply = await fetch(`http://127.0.0.1:${inspectorPort}/json`);
  const targets = (await reply.json()) as { id: string; webSocketDebuggerUrl: string }[];
  const target = targets.find(({ id }) => id === `core:user:${worker}`);
  if (!target) throw new Error('the inspector knows no such Worker');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  });
  const waiting = new Map<number, (result: { usedSize?: number }) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: object };
    if (id !== undefined) waiting.get(id)?.(result ?? {});
  });
  let serial = 0;
  const call = (method: string): Promise<{ usedSize?: number }> =>
    new Promise((resolve) => {
      serial += 1;
      waiting.set(serial, resolve);
      socket.send(JSON.stringify({ id: serial, method }));
    });
  return {
    async used() {
      return (await call('Runtime.getHeapUsage')).usedSize ?? Number.NaN;
    },
    close: () => socket.close(),
  };
}
