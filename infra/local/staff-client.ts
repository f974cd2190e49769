import { type Api, createClient, httpTransport, memoryTokenStore } from '../../lib/client/client';
import { staffToken } from './staff-token';

/** A client of the member of the local staff who has that role. */
export async function staffClientAt(baseUrl: string, staffIssuer: string, role: string): Promise<Api> {
  const token = memoryTokenStore();
  token.set(await staffToken(staffIssuer, role));
  return createClient({ transport: httpTransport({ baseUrl }), token });
}
