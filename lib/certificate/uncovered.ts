import { DAY_MS, toInstant } from '../clock';
import { copies } from '../policy/copies';
import { type RecipientId, recipients } from '../policy/recipients';
import { endOfRetention } from '../policy/retention';
import type { Certificate } from './form';

type NotCovered = Certificate['notCovered'];

/**
 * What nobody can look into, or has yet to answer, as a certificate names it: backups, messages, the mark against a restore,
 * pseudonyms in logs, other people's records, and each recipient who has not confirmed.
 */
export function uncovered(
  nowMs: number,
  openRecipients: readonly RecipientId[],
): { notCovered: NotCovered; lastCopyAt?: string } {
  const dated = [
    ...Object.values(copies).map(({ name, why, days }) => ({
      name,
      why,
      until: toInstant(nowMs + days * DAY_MS),
    })),
    {
      name: '日志中的代号',
      why: '日志里没有姓名、号码和内容，只有按天变换的代号；到期销毁还原代号的密钥，此后代号不指向任何人。',
      until: toInstant(endOfRetention('log-life', nowMs)),
    },
  ];
  const open = openRecipients.map((id) => ({
    name: `接收方：${recipients[id].name}`,
    why: `您的信息曾经交给对方，我们还没有收到对方已经删除的确认。您也可以直接联系：${recipients[id].contact}。`,
  }));
  const others = {
    name: '其他人的记录中您的编号',
    why:
      '您与别人往来时（如监护、交换名片、安全事件的名单），对方依法保存的处理记录中可能有您账号的随机编号，' +
      '没有您的内容；随对方的记录到期。这份证明不逐一查看别人的记录。',
  };
  const last = dated
    .map((one) => one.until)
    .sort()
    .at(-1);
  return {
    notCovered: [...dated, ...open, others],
    // Whoever has not answered may have a copy for as long as they do not.
    ...(open.length === 0 && last !== undefined && { lastCopyAt: last }),
  };
}
