import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marked } from 'marked';
import { buildRegistry } from '../../lib/policy/registry';
import { renderKinds, renderRecipients } from '../../lib/policy/render';
import { firstVersion } from '../../lib/policy/version';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

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

/** A page with its style inside; it loads nothing and runs nothing. */
export function toHtml({ title, markdown }: PolicyFile): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.7 "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; }
table { border-collapse: collapse; font-size: 14px; }
td, th { border: 1px solid #d0d7de; padding: .4em .6em; text-align: left; vertical-align: top; }
th { background: #f6f8fa; }
</style>
</head>
<body>
${marked.parse(markdown, { async: false }).trim()}
</body>
</html>
`;
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
