import {
  MAX_ADDRESS_CHARS,
  MAX_BODY_BYTES,
  MAX_CLIENT_CHARS,
  MAX_DEPTH,
  MAX_PROOF_CHARS,
  MAX_TOKEN_CHARS,
  measureText,
  measureValue,
} from '../bounds';
import { AppError } from '../errors';
import type { Call } from './call';
import type { Operations } from './operation';

/**
 * What every call passes first, whatever host it came through: bytes and depth are measured before anything is parsed;
 * and a token, proof or address that is too long to be one counts as absent, so that it is refused as a forged one is.
 * @throws AppError BODY_TOO_LARGE | INVALID_INPUT when it is too deep | BAD_REQUEST when it is no JSON
 */
export function guard(operations: Operations, { text, ...call }: Call): Call {
  const max = maxBodyBytes(operations, call.operation);
  const { bytes, depth } = text === undefined ? measureValue(call.input, max) : measureText(text, max);
  if (bytes > max) throw new AppError('BODY_TOO_LARGE', { limit: 'MAX_BODY_BYTES', max });
  if (depth > MAX_DEPTH) {
    const fields = [{ field: '(输入)', problem: `层次过深，最多 ${MAX_DEPTH} 层` }];
    throw new AppError('INVALID_INPUT', { fields, limit: 'MAX_DEPTH', max: MAX_DEPTH });
  }
  const { client } = call;
  return {
    ...call,
    input: text ? parse(text) : call.input,
    token: within(call.token, MAX_TOKEN_CHARS),
    proof: within(call.proof, MAX_PROOF_CHARS),
    address: within(call.address, MAX_ADDRESS_CHARS),
    client: client && { device: cut(client.device), version: cut(client.version) },
  };
}

/** Bytes that an input of an operation may have; an unknown one gets the usual limit. */
function maxBodyBytes(operations: Operations, name: string): number {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  return operation?.maxBodyBytes ?? MAX_BODY_BYTES;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('BAD_REQUEST');
  }
}

function within(text: string | undefined, maxChars: number): string | undefined {
  return text !== undefined && text.length <= maxChars ? text : undefined;
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_CLIENT_CHARS);
}
