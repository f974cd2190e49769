import type { Operator } from '../../lib/policy/registry';

/** Somebody else who answers for the service: everybody is told of that. */
export const anotherOperator: Operator = {
  service: '乐聊名片',
  name: '广东省政务服务和数据管理局',
  contact: '12345',
  address: '广东省广州市',
  protectionOfficer: '12345',
};
