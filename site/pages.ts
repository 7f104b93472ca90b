/**
 * The pages of the site, made of the files in docs/, which stay the source: people read them in the
 * repository too, without front matter. Written anew at each build, and not in git. For programs
 * there are llms.txt (llmstxt.org), all pages in one file, and each page as Markdown.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
const pages = join(import.meta.dirname, 'src/content/docs');
const pictures = join(import.meta.dirname, 'src/assets/screenshots');
/** Served as they are. */
const publicFiles = join(import.meta.dirname, 'public');

/** Both stand in package.json only. */
export const { homepage: site, repository } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as { homepage: string; repository: string };

const about =
  "Mooring keeps an app's users connected to their accounts at other services: it links accounts over OAuth 2 or with keys, knows their state, renews tokens, calls providers' APIs and tells of changes. It runs in one's own Cloudflare account.";

/** Names of files in docs/, by group. */
const groups: readonly { label: string; files: readonly string[] }[] = [
  {
    label: 'Build',
    files: ['start', 'connect', 'status', 'tokens', 'proxy', 'events', 'hosted-page', 'providers'],
  },
  { label: 'Run', files: ['self-hosting', 'operations', 'cost'] },
  {
    label: 'How it works',
    files: ['architecture', 'protocols', 'storage', 'threat-model', 'testing', 'benchmarks'],
  },
];

export const sidebar = groups.map(({ label, files }) => ({
  label,
  items: files.map((slug) => ({ slug })),
}));

export const files = groups.flatMap((group) => group.files);

interface Page {
  title: string;
  /** The first sentence, as plain text. */
  description: string;
  /** Without the title. */
  body: string;
}

export function writePages(): void {
  for (const folder of [pages, pictures]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  cpSync(join(import.meta.dirname, 'index.mdx'), join(pages, 'index.mdx'));
  const all = new Map(files.map((file) => [file, read(file)]));
  for (const [file, { title, description, body }] of all) {
    const matter = { title, description, editUrl: `${repository}/blob/main/docs/${file}.md` };
    const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    writeFileSync(join(pages, `${file}.md`), `---\n${lines.join('\n')}\n---\n${onSite(all, body)}`);
    writeFileSync(join(publicFiles, `${file}.md`), asMarkdown(all, file));
  }
  writeFileSync(join(publicFiles, 'llms.txt'), llms(all));
  const everything = files.map((file) => asMarkdown(all, file));
  writeFileSync(join(publicFiles, 'llms-full.txt'), `${about}\n\n${everything.join('\n')}`);
  cpSync(join(root, 'assets/openapi.json'), join(publicFiles, 'openapi.json'));
}

/** @throws Error where a file does not begin with its title */
function read(file: string): Page {
  const text = readFileSync(join(docs, `${file}.md`), 'utf8');
  const [, title, body] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
  if (title === undefined || body === undefined) throw new Error(`docs/${file}.md has no title`);
  const [, sentence = ''] = /^(\w[\s\S]*?\.)(?:\s|$)/.exec(plain(body.trim())) ?? [];
  return { title, description: sentence, body };
}

const plain = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\n(?!\n)/g, ' ');

const pageOf = (all: ReadonlyMap<string, Page>, file: string): Page => {
  const page = all.get(file);
  if (!page) throw new Error(`there is no page ${file}`);
  return page;
};

function llms(all: ReadonlyMap<string, Page>): string {
  const sections = groups.map(({ label, files }) => {
    const links = files.map((file) => {
      const { title, description } = pageOf(all, file);
      return `- [${title}](${site}/${file}.md): ${description}`;
    });
    return `## ${label}\n\n${links.join('\n')}`;
  });
  const reference = `## API reference\n\n- [OpenAPI document](${site}/openapi.json): every route, reply and error code\n- [All pages in one file](${site}/llms-full.txt)`;
  return `# Mooring\n\n> ${about}\n\n${sections.join('\n\n')}\n\n${reference}\n`;
}

function asMarkdown(all: ReadonlyMap<string, Page>, file: string): string {
  const { title, body } = pageOf(all, file);
  const toRepository = (target: string) => `${repository}/blob/main/${target}`;
  const linked = withLinks(body, {
    page: (name, anchor) => `${site}/${name}.md${anchor}`,
    picture: (path) => toRepository(`docs/${path}`),
    other: toRepository,
  });
  return `# ${title}\n${linked}`;
}

const onSite = (all: ReadonlyMap<string, Page>, body: string): string => {
  // The names of files mean something in the repository only.
  const named = body.replace(/\[([\w-]+)\.md\](?=\()/g, (whole, file) => {
    const page = all.get(file);
    return page ? `[${page.title}]` : whole;
  });
  return withLinks(named, {
    page: (name, anchor) => `/${name}/${anchor}`,
    picture(path) {
      cpSync(join(docs, path), join(pictures, basename(path)));
      return `../../assets/screenshots/${basename(path)}`;
    },
    other: (path) => `${repository}/blob/main/${path}`,
  });
};

interface Targets {
  page(name: string, anchor: string): string;
  /** From docs/ on. */
  picture(path: string): string;
  /** From the root of the repository on. */
  other(path: string): string;
}

/** Links as the repository has them -> those of the targets. Code stays as it is. */
function withLinks(markdown: string, targets: Targets): string {
  const link = (whole: string, target: string): string => {
    if (/^(?:https?:|#|mailto:)/.test(target)) return whole;
    const [, name, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(target) ?? [];
    if (name !== undefined && files.includes(name)) return `](${targets.page(name, anchor)})`;
    if (/^screenshots\/.+\.png$/.test(target)) return `](${targets.picture(target)})`;
    const path = target.startsWith('../') ? target.slice(3) : `docs/${target}`;
    if (!existsSync(join(root, path.replace(/#.*/, ''))))
      throw new Error(`no such file: ${target}`);
    return `](${targets.other(path)})`;
  };
  return markdown
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith('```') ? part : part.replace(/\]\(([^)\s]+)\)/g, link)))
    .join('');
}
