import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRegistry } from '../../lib/policy/registry';
import { renderKinds, renderRecipients } from '../../lib/policy/render';
import { firstVersion } from '../../lib/policy/version';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { toHtml } from './policy-page';

export const POLICY_FOLDER = join(__dirname, '../../docs/policy');

/** A document of the policy: Markdown, and the same as a page that needs nothing else. */
export type PolicyFile = { name: string; title: string; markdown: string };

/** What a person or an officer reads of this build's registry, and of nothing else (promise K7). */
export function policyFiles(): PolicyFile[] {
  const { service } = buildRegistry.operator;
  const titled = (title: string, body: string) => `# ${title}\n\n${body}\n`;
  return [
    { name: 'policy', title: `${service}个人信息保护政策`, markdown: firstVersion().text },
    {
      name: 'collected',
      title: '已收集个人信息清单',
      markdown: titled('已收集个人信息清单', renderKinds(buildRegistry)),
    },
    {
      name: 'shared',
      title: '与第三方共享个人信息清单',
      markdown: titled('与第三方共享个人信息清单', renderRecipients(buildRegistry)),
    },
  ];
}

/** `npm run policy`: writes the policy and the two lists of this build as Markdown and HTML into docs/policy/. */
const policyProgram = program({
  script: 'policy',
  does: words(
    '按登记表重新写 docs/policy/：政策和两份清单',
    'write docs/policy/ anew from the registry: the policy and the two lists',
  ),
  run: async (_, { print }) => {
    await mkdir(POLICY_FOLDER, { recursive: true });
    for (const file of policyFiles()) {
      await writeFile(join(POLICY_FOLDER, `${file.name}.md`), file.markdown);
      await writeFile(join(POLICY_FOLDER, `${file.name}.html`), toHtml(file));
      print(`docs/policy/${file.name}.md, .html  ${file.title}`);
    }
    return 'ok';
  },
});

if (require.main === module) void start(policyProgram);
