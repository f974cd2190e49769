import type { Notice } from './policy/purpose-notice';

/**
 * Every error a caller can meet: a closed list, each with its HTTP status and what the person reads.
 * Somebody else's data and absent data are the same NOT_FOUND, on purpose.
 */
export const errorCodes = {
  BAD_REQUEST: { status: 400, message: '请求格式不正确，请更新小程序后重试。' },
  INVALID_INPUT: { status: 400, message: '填写的内容有误，请检查后重试。' },
  CURSOR_INVALID: { status: 400, message: '翻页位置已失效，请回到第一页。' },
  SIGN_IN_REQUIRED: { status: 401, message: '请先登录。' },
  LOGIN_CODE_INVALID: { status: 401, message: '登录凭证已失效，请重新登录。' },
  CONSENT_REQUIRED: { status: 403, message: '这项功能需要您先同意相应的个人信息处理规则。' },
  POLICY_PENDING: {
    status: 403,
    message: '这项功能要等新版个人信息保护政策公告并生效之后才能使用。',
  },
  PROOF_REQUIRED: { status: 403, message: '为了您的安全，请先验证是您本人再继续。' },
  PASSPHRASE_REQUIRED: { status: 403, message: '这个链接设有口令，请输入正确的口令。' },
  RISK_REFUSED: { status: 403, message: '安全检查未通过，暂时不能继续。您可以申请人工复核。' },
  LINK_REQUIRED: {
    status: 403,
    message: '这个入口还没有关联您的账号。请先在小程序里登录，再到“账号”中关联。',
  },
  GUARDIAN_REQUIRED: { status: 403, message: '未满十四周岁需要监护人先同意。' },
  CALLER_NOT_ALLOWED: { status: 403, message: '您没有权限进行此操作。' },
  WECHAT_RISK_BLOCKED: { status: 403, message: '微信提示该账号存在风险，暂时无法登录，可联系客服人工处理。' },
  NOT_FOUND: { status: 404, message: '没有找到您要的内容。' },
  UNKNOWN_OPERATION: { status: 404, message: '没有这个功能，请更新小程序。' },
  POLICY_CHANGED: { status: 409, message: '个人信息保护政策已更新，请重新阅读后再选择。' },
  VERSION_CONFLICT: { status: 409, message: '内容已在别处修改，请刷新后重试。' },
  IDEMPOTENCY_CONFLICT: { status: 409, message: '同一个请求编号已用于不同的内容，请换一个编号。' },
  IDENTITY_TAKEN: {
    status: 409,
    message: '该身份已用于另一个账号。您可以证明两个账号都属于您，再决定怎样处理。',
  },
  NOT_VERIFIED: { status: 409, message: '信息核验未通过，请检查后重试，或换一种方式。' },
  LOCATION_OFF: { status: 409, message: '位置功能没有打开，位置不会被接收。需要时请先打开。' },
  NOT_NOW: { status: 409, message: '当前状态下不能进行此操作，请刷新后重试。' },
  RECORD_ALTERED: { status: 409, message: '这条处理记录与写入时不一致，不能出具回执。请联系客服核查。' },
  LIMIT_REACHED: { status: 409, message: '数量已达上限，请先删除一些再添加。' },
  TOO_LARGE_FOR_CLOUDBASE: {
    status: 413,
    message: '内容超出云开发一次调用能传递的大小，请改用接口地址重试。',
  },
  BODY_TOO_LARGE: { status: 413, message: '提交的内容过大。' },
  TOO_MANY_ATTEMPTS: { status: 429, message: '尝试次数过多，请稍后再试。' },
  INTERNAL: { status: 500, message: '服务出现问题，请稍后再试。如需帮助，请提供请求编号。' },
  PARTNER_UNAVAILABLE: { status: 503, message: '合作方服务暂时不可用，请稍后再试。' },
  RESTORING: { status: 503, message: '服务正在从备份恢复，已删除的信息清除之后才会重新开放，请稍后再试。' },
  BUSY: { status: 503, message: '服务繁忙，请稍后再试。' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** What a caller may learn beside code and message. Names and numbers of ours only, never a submitted value. */
export type ErrorDetails = {
  /** Which input fields are wrong, by path, and what is wrong with each. */
  fields?: { field: string; problem: string }[];
  purpose?: string;
  /** The current version, where an older one was sent. */
  version?: number;
  /** Number of the act that brought the current state of a consent, where it is missing or an older one was sent; 0 before any. */
  seenEntry?: number;
  /** What a person is told of a purpose before they decide on it, where their consent to it is missing. */
  notice?: Notice;
  /** Name of the limit that was met, and its size. */
  limit?: string;
  max?: number;
  retryAfterSeconds?: number;
  /** How many people are still to be told of what cannot go on before they are, and of them who has not been addressed. */
  pending?: number;
  unaddressed?: number;
  /** Why a rule refused, as the person reads it (PIPL art. 24). */
  why?: string;
  /** The operation that helps: to ask a human, or to settle which account stays. */
  instead?: string;
  /** Where the API is, for what CloudBase cannot carry. */
  api?: string;
};

/** What a refusal has to say besides, since its code alone helps nobody: which field, which limit, which version, why. */
type Needed = {
  INVALID_INPUT: Pick<Required<ErrorDetails>, 'fields'>;
  CONSENT_REQUIRED: Pick<Required<ErrorDetails>, 'purpose' | 'seenEntry'>;
  VERSION_CONFLICT: Pick<Required<ErrorDetails>, 'version'> | Pick<Required<ErrorDetails>, 'seenEntry'>;
  NOT_NOW: Pick<Required<ErrorDetails>, 'why'>;
  LIMIT_REACHED: Pick<Required<ErrorDetails>, 'limit' | 'max'>;
  BODY_TOO_LARGE: Pick<Required<ErrorDetails>, 'limit' | 'max'>;
  TOO_LARGE_FOR_CLOUDBASE: Pick<Required<ErrorDetails>, 'api'>;
};
type Details<C extends ErrorCode> = C extends keyof Needed
  ? [details: ErrorDetails & Needed[C]]
  : [details?: ErrorDetails];

/** The field that a code is always about. */
const fieldOf: Partial<Record<ErrorCode, { field: string; problem: string }>> = {
  CURSOR_INVALID: { field: 'cursor', problem: '已失效' },
  IDEMPOTENCY_CONFLICT: { field: 'idempotencyKey', problem: '已用于不同的内容' },
  POLICY_CHANGED: { field: 'textHash', problem: '不是现行文本的摘要值' },
};

/** An error that a caller may see as it is. Anything else that is thrown becomes INTERNAL. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: C, ...[details]: Details<C>) {
    super(code);
    this.name = 'AppError';
    this.code = code;
    const field = fieldOf[code];
    this.details = field ? { fields: [field], ...details } : details;
  }
}

/** INVALID_INPUT about one field. `problem` must not contain the value. */
export function invalidInput(field: string, problem: string): AppError {
  return new AppError('INVALID_INPUT', { fields: [{ field, problem }] });
}
