/** What the docs of the repository show: samples and commands. For tests in Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Names of the files in docs/, from the root on. */
export const docs = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);

const examples = ['', 'express/', 'hono-workers/', 'react/'].map(
  (path) => `examples/${path}README.md`,
);

/** Every file that a reader is shown. */
export const files = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'client/README.md',
  ...examples,
  ...docs,
];

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Sample {
  file: string;
  /** The first line of its code. */
  line: number;
  /** Empty where the block names none. */
  language: string;
  code: string;
}

const block = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

export const samples: readonly Sample[] = files.flatMap((file) => {
  const text = read(file);
  return Array.from(text.matchAll(block), (match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[2] ?? '',
    code: match[3] ?? '',
  }));
});

const shells = samples.filter(({ language }) => language === 'sh');

/** Blocks that talk to the Mooring of `npm start`, or make the variables that others do it with. */
export const sessionSamples = shells.filter(({ code }) => /\bcurl\b|DEMO_SERVICE_KEY/.test(code));

export interface Command {
  file: string;
  command: string;
}

const isCommand = (text: string): boolean =>
  /^(?:[A-Z_]+=\S+ )*(?:npm|npx|git|openssl|curl|node|wrangler|echo|printf|sed|cp|cd) (?!run$)\S/.test(
    text,
  );

/** Lines of other blocks, and commands within a sentence. */
export const commands: readonly Command[] = [
  ...shells
    .filter((sample) => !sessionSamples.includes(sample))
    .flatMap(({ file, code }) => linesOf(code).map((command) => ({ file, command }))),
  ...files.flatMap((file) =>
    Array.from(
      read(file)
        .replace(block, '')
        .matchAll(/`([^`\n]+)`/g),
      ([, text = '']) => text,
    )
      .filter(isCommand)
      .map((command) => ({ file, command })),
  ),
];

/** A block's commands: without comments, and a line that goes on in the next is one. */
function linesOf(code: string): string[] {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#\s.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Blocks without a language that hold commands: they would be run by nobody. */
export const untoldCommands: readonly Sample[] = samples.filter(
  ({ language, code }) => language === '' && code.split('\n').some(isCommand),
);
