import { createHash } from 'node:crypto';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { unzipSync } from 'fflate';
import schema from '../../docs/export.schema.json';
import { takeExport } from '../../lib/client/take-export';
import type { ExportRecord } from '../../lib/export/record';
import { proofFor } from '../login/support';
import type { Caller, World } from '../support/world';

/** An export as its owner sees it. */
export type Shown = {
  exportId: string;
  state: 'pending' | 'complete' | 'errored';
  isHere: boolean;
  expiresAt: string;
  parts: { part: string; state: string }[];
  pieces: { piece: number; part: string; sha256: string; isTaken: boolean; files: { name: string }[] }[];
};

/** Asks for an export as the mini-program does, with a proof of self. */
export async function askExport(world: World, me: Caller, openid: string): Promise<Shown> {
  const proof = await proofFor(world, me, openid, 'rights/startExport', 'account');
  return (await world.ok<{ export: Shown }>('rights/startExport', {}, { ...me, proof })).export;
}

export async function exportOf(world: World, me: Caller): Promise<Shown | undefined> {
  return (await world.ok<{ export?: Shown }>('rights/export', {}, me)).export;
}

/** An archive as a program reads it that has nothing of ours. */
export type Archive = { zip: Buffer; files: Map<string, Buffer>; records: ExportRecord[] };

/** Takes every piece, by the client’s own helper, and opens the archive. */
export async function takeArchive(world: World, me: Caller): Promise<Archive> {
  const rights = {
    export: () => world.ok<never>('rights/export', {}, me),
    exportPiece: (input: object) => world.ok<never>('rights/exportPiece', input, me),
  };
  const pieces: Buffer[] = [];
  await takeExport({ rights }, ({ base64, sha256 }) => {
    expect(base64.length).toBeLessThanOrEqual(700 * 1024);
    const bytes = Buffer.from(base64, 'base64');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    pieces.push(bytes);
  });
  return openArchive(Buffer.concat(pieces));
}

export function openArchive(zip: Buffer): Archive {
  const files = new Map(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const data = [...files].filter(([name]) => name.startsWith('数据/记录-'));
  const read = data.map(([, bytes]) => JSON.parse(bytes.toString('utf8')) as { records: ExportRecord[] });
  return { zip, files, records: read.flatMap(({ records }) => records) };
}

/** Has an export made and takes it. */
export async function exportedBy(world: World, me: Caller, openid: string): Promise<Archive> {
  await askExport(world, me, openid);
  await world.work();
  return takeArchive(world, me);
}

let validate: ValidateFunction | undefined;

/** What of a file is not as the published schema says. */
export function schemaErrors(file: Buffer | undefined): unknown[] {
  validate ??= new Ajv2020({ allErrors: false, strict: false, validateFormats: false }).compile(schema);
  return validate(JSON.parse(file?.toString('utf8') ?? 'null')) ? [] : (validate.errors ?? []);
}
