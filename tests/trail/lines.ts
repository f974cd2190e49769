/** Lines as functions and platform write them, for tests that read logs. */
export type Said = {
  at: string;
  instance: string;
  seq: number;
  requestId: string;
  operation?: string;
  persons?: string[];
  invocation?: string;
  left?: number;
  kinds?: string[];
  function?: string;
};

export const person = (number: number): string => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(number);
  return bytes.toString('base64url');
};

export const instanceName = (number: number): string => `instance-${String(number).padStart(13, '0')}`;

export const start = (requestId: string): string => `START RequestId: ${requestId} Version: $LATEST`;

export const open = ({ operation = 'cards/get', persons = [], kinds = ['card-name'], ...said }: Said) =>
  JSON.stringify({ event: 'open', ...said, operation, kinds, persons, day: '2026-11-27' });

export const call = ({ operation = 'cards/get', persons = [], ...said }: Said): string =>
  JSON.stringify({ event: 'call', ...said, operation, opened: persons.length, outcome: 'OK' });

/** So many seconds into the hour that tests ask about. */
export const second = (seconds: number): string =>
  new Date(Date.parse('2026-11-27T02:00:00.000Z') + seconds * 1000).toISOString();
