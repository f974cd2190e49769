import { text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command, type Made } from '../command';
import type { Session } from '../session';
import { fresh, holderOf, revoke, roleIn, signIn, signInNeeded } from '../sign-in';
import { keepSignIn, readStore, type SignIn } from '../store';
import { dueIn, factsIn } from '../view';

/** Who works here: signing in by the device flow, who one is, and signing out. */
export const staffCommands: Record<string, Made> = {
  login: command({
    does: words('登录：在浏览器中输入终端显示的代码', 'sign in: type the code shown here in a browser'),
    more: words(
      '凭证保存在您的配置目录，只有您能读，不会显示出来。',
      'What is kept lies in your settings, for you alone to read, and is never shown.',
    ),
    options: {
      issuer: text('登录服务地址（LELIAO_ISSUER）', 'address of the sign-in service (LELIAO_ISSUER)'),
    },
    async run(session, { issuer }) {
      const api = await session.apiBase();
      const provider = await session.provider(api, issuer);
      const { now, signal } = session.around;
      session.goOn = words(
        '没有登录。重新运行 leliao login 即可。',
        'Not signed in. Run leliao login again.',
      );
      const got = await signIn({ ...provider, say: (said) => session.say(said), now, signal });
      await keepSignIn(session.storeFile, api, got);
      session.say(words('已登录。', 'Signed in.'));
      await show(session, api, got);
    },
  }),
  logout: command({
    does: words(
      '退出登录，并让登录服务不再认可这份凭证',
      'sign out, and have the sign-in service accept it no more',
    ),
    async run(session) {
      const api = await session.apiBase();
      const before = (await readStore(session.storeFile)).signIns[api];
      if (before) await keepSignIn(session.storeFile, api, undefined);
      const revoked = before ? await revoke(before) : false;
      session.say(
        !before
          ? words('本来就没有登录。', 'Nobody was signed in.')
          : revoked
            ? words('已退出。', 'Signed out.')
            : words(
                '这台机器上的凭证已删除；但登录服务没有答复，凭证最多还有一班的时间有效。',
                'Forgotten here; but the sign-in service did not answer, so it stays good for a shift at most.',
              ),
      );
      if (session.json) await session.print({ signedOut: before !== undefined, revoked }, String);
    },
  }),
  whoami: command({
    does: words('显示登录的账号、角色和有效期', 'show account, roles and until when'),
    async run(session) {
      const api = await session.apiBase();
      const before = (await readStore(session.storeFile)).signIns[api];
      if (!before) throw signInNeeded();
      const now = await fresh(before, session.around.now());
      if (now !== before) await keepSignIn(session.storeFile, api, now);
      await show(session, api, now);
    },
  }),
};

async function show(session: Session, api: string, signedIn: SignIn): Promise<void> {
  const { staffId, roles } = holderOf(signedIn);
  const until = new Date(signedIn.expiresAtMs).toISOString();
  await session.print({ staffId, roles, api, issuer: signedIn.issuer, expiresAt: until }, () =>
    factsIn(session, [
      [words('账号', 'account'), staffId],
      [
        words('角色', 'roles'),
        roles.map((role) => roleIn(session.lang, role)).join('、') || session.text(words('无', 'none')),
      ],
      [words('接口', 'API'), api],
      [words('有效期', 'until'), dueIn(session, until)],
    ]),
  );
}
