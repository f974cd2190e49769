import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { type Clock, DAY_MS, toInstant } from '../../lib/clock';
import { readResources } from './template';

/** S3 lists no more versions at once. */
const LIST_PAGE = 1000;

/** A version as it lies in its file; one without content is a delete marker. */
type Version = { content?: string; until?: string };
type Stored = Version & { id: string; file: string };

export type Asked = {
  method: string | undefined;
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
};
export type Answer = { status: number; body?: Buffer | string };
type Place = { folder: string; clock: Clock };

/** How long infra/data/objects.yml locks what is put there, in days. */
export function lockDays(): number {
  return readResources('objects.yml').VaultBucket?.Properties.ObjectLockConfiguration.Rule.DefaultRetention
    .Days;
}

/**
 * A bucket under an object lock in compliance mode, as S3 behaves: every PUT makes a version that nobody can delete or
 * overwrite until its time, which can be put off and never brought forward; a DELETE without a version only hides.
 * Versions are files `<n>.version` in a folder of the object's name.
 */
export async function actOnLocked(place: Place, asked: Asked): Promise<Answer> {
  const { method, key, query } = asked;
  if (key === '') return method === 'GET' && query.has('versions') ? list(place, query) : refuse(405);
  if (!/^[\w-]+(\/[\w-]+)*$/.test(key)) return refuse(404, 'NoSuchKey');
  const versions = await versionsOf(place, key);
  if (method === 'PUT' && query.has('retention')) return putOff(versions.at(-1), asked);
  if (method === 'PUT') return put(place, versions, asked);
  if (method === 'DELETE') return remove(place, versions, asked);
  if (method !== 'GET') return refuse(405);
  const { content } = versions.at(-1) ?? {};
  return content === undefined
    ? refuse(404, 'NoSuchKey')
    : { status: 200, body: Buffer.from(content, 'base64') };
}

async function put({ folder, clock }: Place, versions: Stored[], asked: Asked): Promise<Answer> {
  const { key, headers, body } = asked;
  if (!headers['x-amz-checksum-sha256']) return refuse(400, 'InvalidRequest');
  if (headers['if-none-match'] === '*' && versions.at(-1)?.content !== undefined)
    return refuse(412, 'PreconditionFailed');
  const until = toInstant(clock.now() + lockDays() * DAY_MS);
  await add(folder, key, versions, { content: body.toString('base64'), until });
  return { status: 200 };
}

async function remove({ folder, clock }: Place, versions: Stored[], asked: Asked): Promise<Answer> {
  const id = asked.query.get('versionId');
  if (id === null) {
    await add(folder, asked.key, versions, {});
    return { status: 204 };
  }
  const version = versions.find((one) => one.id === id);
  if (version?.until !== undefined && Date.parse(version.until) > clock.now())
    return refuse(403, 'AccessDenied');
  if (version) await rm(version.file, { force: true });
  return { status: 204 };
}

/** Compliance mode: not even its owner makes a lock shorter. */
async function putOff(version: Stored | undefined, { body }: Asked): Promise<Answer> {
  const [, until = ''] = /<RetainUntilDate>(.*?)<\/RetainUntilDate>/.exec(body.toString()) ?? [];
  if (version?.until === undefined || Number.isNaN(Date.parse(until))) return refuse(400, 'InvalidRequest');
  if (Date.parse(until) < Date.parse(version.until)) return refuse(403, 'AccessDenied');
  const { file, content } = version;
  await writeFile(file, JSON.stringify({ content, until }));
  return { status: 200 };
}

async function list({ folder }: Place, query: URLSearchParams): Promise<Answer> {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('key-marker') ?? '';
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const found = files
    .filter((file) => file.endsWith('.version'))
    .map((file) => ({ key: file.split('/').slice(0, -1).join('/'), file }))
    .filter(({ key }) => key.startsWith(prefix) && key > after)
    .sort((one, two) => (one.key < two.key || (one.key === two.key && one.file > two.file) ? -1 : 1));
  const page = await Promise.all(
    found.slice(0, LIST_PAGE).map(async ({ key, file }) => {
      const { content } = await readVersion(join(folder, file));
      const what = content === undefined ? 'DeleteMarker' : 'Version';
      return `<${what}><Key>${key}</Key><VersionId>${idOf(file)}</VersionId></${what}>`;
    }),
  );
  const cut = `<IsTruncated>${found.length > LIST_PAGE}</IsTruncated>`;
  return { status: 200, body: `<ListVersionsResult>${cut}${page.join('')}</ListVersionsResult>` };
}

async function versionsOf({ folder }: Place, key: string): Promise<Stored[]> {
  const names = await readdir(join(folder, key)).catch(() => []);
  const files = names.filter((name) => name.endsWith('.version')).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = join(folder, key, name);
      return { id: idOf(name), file, ...(await readVersion(file)) };
    }),
  );
}

async function add(folder: string, key: string, versions: Stored[], version: Version): Promise<void> {
  const id = String(Number(versions.at(-1)?.id ?? 0) + 1).padStart(8, '0');
  await mkdir(join(folder, key), { recursive: true, mode: 0o700 });
  // Of two at once one finds the name taken, and asks again.
  await writeFile(join(folder, key, `${id}.version`), JSON.stringify(version), { flag: 'wx', mode: 0o600 });
}

const readVersion = async (file: string): Promise<Version> => JSON.parse(await readFile(file, 'utf8'));

const idOf = (file: string): string => (file.split('/').at(-1) ?? '').replace('.version', '');

const refuse = (status: number, code = 'MethodNotAllowed'): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
});
