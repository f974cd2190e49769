import { Stop } from '../command-line/exit';
import { neededOneOf } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { findService } from './find-service';
import { STAFF_SECRET } from './staff';

const members = ['support', 'responder', 'officer', 'second-officer', 'auditor', 'nobody'] as const;

const staffTokenProgram = program({
  script: 'staff-token',
  does: words(
    '写出本机工作人员的访问令牌，放在 Authorization: Bearer 之后',
    'print an access token of the local staff, to put behind Authorization: Bearer',
  ),
  more: words('要有正在运行的 npm start。', 'Needs a running npm start.'),
  places: { member: neededOneOf(members, `哪一位：${members.join('、')}`, `who: ${members.join(', ')}`) },
  run: async ({ member }, { print }) => {
    const service = await findService();
    if (!service) throw new Stop('refused', noService);
    print(await staffToken(service.staffIssuer, member));
    return 'ok';
  },
});

const noService = words(
  '没有正在运行的服务：请先运行 npm start。',
  'No service is running: start one with npm start.',
);

/** @throws Error when the issuer does not know the member */
export async function staffToken(issuer: string, member: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${encodeURIComponent(member)}:${STAFF_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (!token) throw new Error(`There is no such member of the staff: ${members.join(', ')}.`);
  return token;
}

if (require.main === module) void start(staffTokenProgram);
