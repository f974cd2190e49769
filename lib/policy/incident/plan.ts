import { DAY_MS, HOUR_MS } from './rule-sets';

/**
 * The emergency plan as a checklist (policy 7.2; PIPL art. 51, 57): who does what, in which order. The owner is a role; who
 * ticks a step is in the incident's chain.
 */
export type PlanStep = {
  id: string;
  name: string;
  owner: 'responder' | 'officer';
  /** Counted from awareness. Ours: the law's own deadlines are duties (duties.ts). */
  withinMs: number;
};

export const plan = [
  { id: 'assemble', name: '召集应急小组，指定总负责人和记录人', owner: 'responder', withinMs: HOUR_MS / 2 },
  {
    id: 'contain',
    name: '止损：吊销相关账号、会话、合作方、分享或密钥，阻止继续泄露',
    owner: 'responder',
    withinMs: HOUR_MS,
  },
  {
    id: 'preserve',
    name: '保护现场：留存日志、快照和镜像，不重装、不清理',
    owner: 'responder',
    withinMs: HOUR_MS,
  },
  {
    id: 'scope',
    name: '查明涉及哪些人、哪些种类的信息（给出下限和上限）',
    owner: 'responder',
    withinMs: 2 * HOUR_MS,
  },
  { id: 'grade', name: '判断定级问题并确认等级', owner: 'officer', withinMs: 2 * HOUR_MS },
  {
    id: 'report',
    name: '按期限向主管部门报告（第一、二项可以先报）',
    owner: 'officer',
    withinMs: 4 * HOUR_MS,
  },
  {
    id: 'notify',
    name: '拟写告知，两人批准后发出；未成年人同时告知监护人',
    owner: 'officer',
    withinMs: DAY_MS,
  },
  { id: 'supplement', name: '有重要新情况时补报', owner: 'officer', withinMs: 48 * HOUR_MS },
  { id: 'root-cause', name: '查清原因，修复漏洞，验证不再发生', owner: 'responder', withinMs: 72 * HOUR_MS },
  { id: 'lessons', name: '总结教训，更新应急预案和影响评估', owner: 'officer', withinMs: 30 * DAY_MS },
] as const satisfies readonly PlanStep[];

export type PlanStepId = (typeof plan)[number]['id'];
export const planStepIds = plan.map(({ id }) => id) as unknown as readonly [PlanStepId, ...PlanStepId[]];
