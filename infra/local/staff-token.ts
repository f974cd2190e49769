import { saysHelp } from '../commands/help';
import { findService } from './find-service';
import { STAFF_SECRET } from './staff';

const usage = 'Usage: npm run -s staff-token -- support|responder|officer|second-officer|auditor|nobody';

/** `npm run staff-token -- officer`: prints an access token of the local staff, to put behind `Authorization: Bearer`. */
async function main(): Promise<void> {
  if (saysHelp(usage)) return;
  const [member] = process.argv.slice(2);
  const service = await findService();
  if (!member) throw new Error(usage);
  if (!service) throw new Error('No service is running: start one with npm start.');
  console.log(await staffToken(service.staffIssuer, member));
}

/** @throws Error when the issuer does not know the member */
export async function staffToken(issuer: string, member: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${encodeURIComponent(member)}:${STAFF_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (!token)
    throw new Error(
      'There is no such member of the staff: support, responder, officer, second-officer, auditor, nobody.',
    );
  return token;
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
