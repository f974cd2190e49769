import { kinds, kindsFor } from '../../lib/policy/kinds';
import { consentPurposeIds, purposes } from '../../lib/policy/purposes';
import { recipients } from '../../lib/policy/recipients';
import { operator } from '../../lib/policy/registry';
import { retention } from '../../lib/policy/retention';
import { hashText } from '../../lib/policy/version';

/** What a guardian's consent reaches to (lib/policy/age.ts): the child's own choices rest on it. */
const features = () => consentPurposeIds.map((id) => purposes[id].name).join('、');

/**
 * What a guardian is shown before the choice: every item that 儿童个人信息网络保护规定 art. 10 lists, from the registry that
 * the code obeys. The consent is bound to the hash of exactly this text.
 */
function render(): string {
  const purpose = purposes['real-name'];
  const collected = [...kindsFor('real-name'), ...kindsFor('minors')].map((kind) => {
    return `${kinds[kind].name}（保存期限：${retention[kinds[kind].retention].period}）`;
  });
  const partners = [recipients['tencent-faceid'], recipients['network-identity']].map(
    ({ name, contact }) => `${name}（${contact}）`,
  );
  return [
    '# 致监护人：处理未满十四周岁儿童个人信息的告知',
    '有一位儿童请您决定是否同意为其进行实名核验，并使用须经同意的各项功能。请当面确认是您监护的孩子给您的授权码。',
    `- 目的：${purpose.why}此外，您同意之后，孩子可以自己逐项选择使用或者不使用下列功能：${features()}。`,
    `- 方式和范围：${purpose.method}`,
    `- 收集的信息：${collected.join('；')}`,
    `- 存放地点：中国内地。期满或者您撤回同意后立即删除，并从受托方处停止核验。`,
    `- 接收方：${partners.join('；')}`,
    '- 保护措施：专属密钥加密；工作人员查看须有理由和工单，并逐次记录；未满十八周岁的账号每年接受专门审计。',
    '- 拒绝的后果：不进行实名核验，孩子不能使用上列功能；登录、查看和管理自己的信息等基本服务不受影响。',
    '- 更正、删除和撤回：您可以随时在“我同意过的孩子”中撤回，撤回与同意同样方便；撤回后上列功能和实名状态立即停止，依此保存的信息随即删除。',
    `- 投诉和举报：${operator.contact}`,
    '您可以选择“同意”或者“拒绝”，两者同样有效。',
    '',
  ].join('\n');
}

const text = render();
export const guardianNotice = { text, textHash: hashText(text), language: 'zh-CN' } as const;

/** The notice, for whoever wants to read it. */
export async function showGuardianNotice() {
  return guardianNotice;
}
