/** Questions at a terminal. */
import { autocompleteMultiselect, confirm, isCancel, password, select, text } from '@clack/prompts';
import { StartProblem } from '../start/problem.ts';

interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** What is wrong with an answer, in words. */
type Check = (value: string) => string | undefined;

export interface Questions {
  text(message: string, placeholder: string, check: Check): Promise<string>;
  /** Not shown while it is typed. */
  secret(message: string, check: Check): Promise<string>;
  select(message: string, choices: Choice[]): Promise<string>;
  /** Any number of them. */
  selectSome(message: string, choices: Choice[]): Promise<string[]>;
  confirm(message: string): Promise<boolean>;
}

/** @throws StartProblem where the person left */
function answered<T>(answer: T | symbol): T {
  if (isCancel(answer)) throw new StartProblem('Left. Nothing was changed.');
  return answer as T;
}

export const askInTerminal: Questions = {
  text: async (message, placeholder, check) =>
    answered<string>(
      await text({ message, placeholder, validate: (value) => check((value ?? '').trim()) }),
    ).trim(),
  secret: async (message, check) =>
    answered<string>(
      await password({ message, validate: (value) => check((value ?? '').trim()) }),
    ).trim(),
  select: async (message, options) => answered<string>(await select({ message, options })),
  selectSome: async (message, options) =>
    answered<string[]>(await autocompleteMultiselect({ message, options, required: false })),
  confirm: async (message) => answered<boolean>(await confirm({ message })),
};
