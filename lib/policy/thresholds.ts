/**
 * Head-counts at which the law asks the operator to file or to arrange something (promise N7). `gauge` names a count of
 * lib/table/gauge/gauge.ts; `sensitive` is the sum of the sensitive kinds, which counts somebody with two kinds twice and so
 * rings early rather than late.
 */
export type Threshold = {
  id: string;
  gauge: 'persons' | 'sensitive' | 'face-token';
  persons: number;
  /** What is to be done, in Chinese. */
  duty: string;
  basis: string;
  /** Working days from the day it is reached; absent where the law names no period. */
  workingDays?: number;
};

export const thresholds: readonly Threshold[] = [
  {
    id: 'face-100000',
    gauge: 'face-token',
    persons: 100_000,
    duty: '向省级以上网信部门备案人脸识别技术应用',
    basis: '人脸识别技术应用安全管理办法第十五条',
    workingDays: 30,
  },
  {
    id: 'sensitive-100000',
    gauge: 'sensitive',
    persons: 100_000,
    duty: '一旦泄露即可能被要求委托专业机构审计，检查应急预案',
    basis: '个人信息保护合规审计管理办法第五条第三项',
  },
  {
    id: 'persons-1000000',
    gauge: 'persons',
    persons: 1_000_000,
    duty: '指定个人信息保护负责人，并向设区的市级网信部门报送',
    basis: '个人信息保护法第五十二条、个人信息保护合规审计管理办法第十二条',
    workingDays: 30,
  },
  {
    id: 'persons-10000000',
    gauge: 'persons',
    persons: 10_000_000,
    duty: '明确网络数据安全负责人和管理机构，按大规模处理者履行义务',
    basis: '网络数据安全管理条例第二十八条、第三十条、第三十二条',
  },
];
