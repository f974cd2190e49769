import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { gauges, watchGauges } from './gauges';
import { gaugesShown, nothing } from './shapes';

/** Head-counts and the thresholds of the law (promise N7). */
export const gaugeOperations = {
  gauges: operation({
    summary: '工作人员：现有自然人数、各类敏感信息涉及人数、人脸用户数，以及备案等义务的门槛和期限。',
    caller: 'staff',
    roles: ['officer', 'auditor'],
    purpose: null,
    ground: '只有统计数字，不处理个人信息',
    kinds: { in: [], out: [] },
    input: nothing,
    output: gaugesShown,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 70, writeUnits: 0 },
    run: gauges,
  }),
  watchGauges: operation({
    summary: '每日：查看人数是否达到备案等义务的门槛。',
    caller: 'scheduler',
    purpose: null,
    ground: '只有统计数字，不处理个人信息',
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ reached: z.int() }),
    ledger: 'none',
    budget: { trips: 1, readUnits: 70, writeUnits: 0 },
    run: watchGauges,
  }),
};
