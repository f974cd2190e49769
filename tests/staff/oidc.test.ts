import { type Oidc, STAFF_AUDIENCE, startOidc } from '../../infra/local/oidc';
import { staffToken } from '../../infra/local/staff-token';
import { createStaffIdentity, staffRoles } from '../../lib/partner/staff-identity';
import { createWorld } from '../support/world';

let oidc: Oidc;
beforeAll(async () => {
  oidc = await startOidc();
});
afterAll(() => oidc.stop());

const verifier = (now = Date.now()) => createStaffIdentity({ ...oidc, now: () => now });

describe('the local staff sign-in', () => {
  it.each([...staffRoles])(
    'lets a member sign in as %s with a token that the service accepts',
    async (role) => {
      const token = await staffToken(oidc.issuer, role);
      expect(await verifier().verify(token)).toMatchObject({ staffId: role, roles: [role] });
    },
  );

  it('has a member without a role, whom no operation admits', async () => {
    const member = await verifier().verify(await staffToken(oidc.issuer, 'nobody'));
    expect(member).toMatchObject({ staffId: 'nobody', roles: [] });
  });

  it('publishes what an OpenID client looks for', async () => {
    const found = await (await fetch(`${oidc.issuer}/.well-known/openid-configuration`)).json();
    expect(found).toMatchObject({ issuer: oidc.issuer, jwks_uri: oidc.jwksUrl });
  });

  it('says at its root what it is, and elsewhere that there is nothing, as pages', async () => {
    const browse = (path: string) => fetch(`${oidc.issuer}${path}`, { headers: { accept: 'text/html' } });
    const root = await browse('/');
    expect([root.status, root.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = await root.text();
    for (const said of ['second-officer', '客服', 'npm run leliao -- login', 'href="/device"'])
      expect(text).toContain(said);
    const nowhere = await browse('/nowhere');
    expect([nowhere.status, (await nowhere.text()).includes('没有这个页面')]).toEqual([404, true]);
  });

  it('gives no token to a stranger or for a wrong secret', async () => {
    await expect(staffToken(oidc.issuer, 'stranger')).rejects.toThrow('There is no such member of the staff');
    const headers = { authorization: `Basic ${btoa('officer:wrong')}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const response = await fetch(`${oidc.issuer}/token`, { method: 'POST', headers, body });
    expect(response.status).toBe(401);
  });

  it('gives tokens for an hour, for us alone, and of this run only', async () => {
    const token = await staffToken(oidc.issuer, 'auditor');
    await expect(verifier(Date.now() + 3_606_000).verify(token)).rejects.toThrow('SIGN_IN_REQUIRED');
    const elsewhere = createStaffIdentity({ ...oidc, audience: `${STAFF_AUDIENCE}/`, now: Date.now });
    await expect(elsewhere.verify(token)).rejects.toThrow('SIGN_IN_REQUIRED');
    const another = await startOidc();
    const foreign = await staffToken(another.issuer, 'auditor');
    await another.stop();
    await expect(verifier().verify(foreign)).rejects.toThrow('SIGN_IN_REQUIRED');
  });

  it('tokens of people and of staff do not open each other’s doors', async () => {
    const world = await createWorld();
    const { token } = await world.signIn('me');
    await expect(verifier().verify(token)).rejects.toThrow('SIGN_IN_REQUIRED');
    const staff = await staffToken(oidc.issuer, 'officer');
    expect(await world.refused('login/listSessions', {}, { token: staff })).toBe('SIGN_IN_REQUIRED');
  });
});
