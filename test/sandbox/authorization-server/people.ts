/**
 * Who can sign in at the sandbox. Any other name works too, so tests can make as many as they need.
 */

export interface Person {
  /** The `sub` claim: the account id that Mooring stores. */
  id: string;
  name: string;
  email: string;
}

export const people: readonly Person[] = [
  { id: 'ada', name: 'Ada Fairwind', email: 'ada@sandbox.example' },
  { id: 'ben', name: 'Ben Harbour', email: 'ben@sandbox.example' },
  { id: 'cleo', name: 'Cleo Marsh', email: 'cleo@sandbox.example' },
];

export function personById(id: string): Person {
  return (
    people.find((person) => person.id === id) ?? {
      id,
      name: id.charAt(0).toUpperCase() + id.slice(1),
      email: `${encodeURIComponent(id)}@sandbox.example`,
    }
  );
}
