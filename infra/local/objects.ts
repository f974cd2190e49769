import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Clock } from '../../lib/clock';
import { type Answer, actOnLocked } from './locked-bucket';
import { checkSignature } from './objects-signature';
import { close, HOST, listen } from './ports';

/** Larger uploads are refused before they are read to the end. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** S3 lists no more names at once. */
const LIST_PAGE = 1000;

export type ObjectStore = {
  /** Base URL for OBJECTS_ENDPOINT. */
  endpoint: string;
  bucket: string;
  /** Folder that holds every object as a file of the object's name. */
  folder: string;
  /** The same of the locked bucket, in its versions (locked-bucket.ts). */
  vaultFolder: string;
  stop(): Promise<void>;
};

export type ObjectStoreOptions = {
  bucket: string;
  /** The name of the locked bucket beside it. */
  vault?: string;
  /** The credentials of the only caller there is. */
  accessKeyId: string;
  secretAccessKey: string;
  clock: Clock;
  /** Folder to keep the objects in; one of its own, removed at the end, when absent. */
  folder?: string | undefined;
  /** Likewise, for the locked bucket. */
  vaultFolder?: string | undefined;
};

type Folders = { folder: string; vaultFolder: string };

/**
 * Starts the part of S3 that the service uses on a free port: PUT, GET and DELETE of an object and the list of names, by signed request or
 * signed address, with the signature, its age, the length and the checksum verified as S3 does. Objects are files. Beside it
 * a bucket under an object lock (locked-bucket.ts).
 */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const own: string[] = [];
  const newFolder = async (name: string) => {
    own.push(await mkdtemp(join(tmpdir(), `leliao-${name}-`)));
    return own.at(-1) as string;
  };
  const folder = options.folder ?? (await newFolder('objects'));
  const vaultFolder = options.vaultFolder ?? (await newFolder('vault'));
  const server = createServer((request, response) => {
    answer({ ...options, folder, vaultFolder }, request)
      .then(({ status, body }) => response.writeHead(status).end(body))
      .catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const stop = async () => {
    await close(server);
    for (const one of own) await rm(one, { recursive: true, force: true });
  };
  return { endpoint: `http://${HOST}:${port}`, bucket: options.bucket, folder, vaultFolder, stop };
}

async function answer(options: ObjectStoreOptions & Folders, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? HOST}`);
  const body = await readBody(request);
  if (!body) return refuse(400, 'EntityTooLarge');
  const trouble = checkSignature(
    { method: request.method ?? '', url, headers: request.headers, body },
    options,
  );
  if (trouble) return refuse(403, trouble);
  const demanded = request.headers['x-amz-checksum-sha256'];
  if (demanded && demanded !== createHash('sha256').update(body).digest('base64')) {
    return refuse(400, 'BadDigest');
  }
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = rest.join('/');
  if (bucket !== undefined && bucket === options.vault) {
    const place = { folder: options.vaultFolder, clock: options.clock };
    const { method, headers } = request;
    return actOnLocked(place, { method, key, query: url.searchParams, headers, body });
  }
  if (bucket !== options.bucket) return refuse(404, 'NoSuchBucket');
  if (key === '') return list(options.folder, request.method, url.searchParams);
  if (!/^[\w-]+(\/[\w-]+)*$/.test(key)) return refuse(404, 'NoSuchKey');
  return act(join(options.folder, key), request.method, body);
}

async function act(file: string, method: string | undefined, body: Buffer): Promise<Answer> {
  if (method === 'PUT') {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, body, { mode: 0o600 });
    return { status: 200 };
  }
  if (method === 'DELETE') {
    await rm(file, { force: true });
    return { status: 204 };
  }
  if (method !== 'GET') return refuse(405, 'MethodNotAllowed');
  const found = await readFile(file).catch(() => undefined);
  return found ? { status: 200, body: found } : refuse(404, 'NoSuchKey');
}

/** The names that begin with a prefix, in order. */
async function list(folder: string, method: string | undefined, query: URLSearchParams): Promise<Answer> {
  if (method !== 'GET' || query.get('list-type') !== '2') return refuse(405, 'MethodNotAllowed');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)))
    .filter((name) => name.startsWith(query.get('prefix') ?? ''))
    .sort()
    .slice(0, Number(query.get('max-keys') ?? LIST_PAGE));
  const found = names.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
  return { status: 200, body: `<ListBucketResult>${found}</ListBucketResult>` };
}

const refuse = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
});

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_LIMIT_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
