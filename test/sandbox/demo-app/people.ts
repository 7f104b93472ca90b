/** Who can be signed in at the demo app. Two, so that one can try to take the other's account. */
export const demoUsers = [
  { id: 'user-robin', name: 'Robin' },
  { id: 'user-sam', name: 'Sam' },
] as const;

export type DemoUser = (typeof demoUsers)[number];
