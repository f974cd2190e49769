import { operator } from '../../policy/registry';
import { beijingTime } from '../../policy/working-days';
import type { Wording } from './texts';

/** What somebody is told whose number has gone to somebody else (promises A1, A7). It names no number. `at`: ISO 8601 in UTC. */
export function phoneGoneWording(at: string): Pick<Wording, 'title' | 'sections'> & { kind: 'phone-gone' } {
  return {
    kind: 'phone-gone',
    title: '您绑定的手机号已被他人绑定',
    sections: [
      {
        heading: '发生了什么',
        text: `${beijingTime(at)}（北京时间），另一个微信账号经微信确认正在使用您绑定的手机号，这个号码因此从您的账号解除绑定，凭它添加的登录方式一并失效。`,
      },
      { heading: '哪些没有变', text: '您的账号、名片和其他信息都没有变，对方看不到，也进不来。' },
      { heading: '涉及的信息' },
      {
        heading: '您可以怎么做',
        text: '请用微信登录后绑定您现在的手机号，并在“登录方式”里查看有没有您不认识的微信。如果这个号码仍然是您的，请您先向运营商核实，再重新绑定，或者通过“提问和投诉”告诉我们。',
      },
      { heading: '联系方式', text: operator.contact },
    ],
  };
}
