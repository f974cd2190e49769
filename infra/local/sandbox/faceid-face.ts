import type { PartnerPath } from './partner-path';
import type { Face } from './state';
import { SANDBOX_FACEID } from './tencent-signature';
import { type Action, type ActionResult, createFaceIdPath } from './tencent-transport';

/** A BizToken is good for a check for this long, and its result can be read for so long. */
export const BIZ_TOKEN_LIFE_MS = 7200_000;
export const RESULT_KEPT_MS = 3 * 86_400_000;
export const FACES_LIMIT = 10_000;

const detectAuth: Action = (state, { RuleId, IdCard, Name, Extra, RedirectUrl }, host) => {
  if (RuleId !== SANDBOX_FACEID.ruleId) return { error: 'InvalidParameterValue.RuleIdNotExist' };
  // The small x is refused here too.
  if (IdCard !== undefined && !/^\d{17}[\dX]$/.test(String(IdCard)))
    return { error: 'InvalidParameter.InvalidParameterValue' };
  if (Name !== undefined && String(Name).length > 32) return { error: 'InvalidParameterValueLimit' };
  if (String(RedirectUrl ?? '').length > 1024) return { error: 'InvalidParameterValueLimit' };
  if (state.faces.size >= FACES_LIMIT) return { error: 'ResourceInsufficient' };
  const token = state.random(16).toString('hex').toUpperCase();
  state.faces.set(token, {
    idNumber: IdCard ? String(IdCard) : undefined,
    name: Name ? String(Name) : undefined,
    extra: Extra === undefined ? undefined : String(Extra),
    redirectUrl: RedirectUrl ? String(RedirectUrl) : undefined,
    startedAt: state.clock.now(),
  });
  return { outcome: 'ok', fields: { BizToken: token, Url: `http://${host}/sandbox/faces/${token}` } };
};

const detectInfo: Action = (state, { BizToken, RuleId, InfoType }) => {
  if (RuleId !== SANDBOX_FACEID.ruleId) return { error: 'InvalidParameterValue.RuleIdNotExist' };
  const face = state.faces.get(String(BizToken));
  if (!face) return { error: 'InvalidParameterValue.BizTokenIllegal' };
  if (state.clock.now() - face.startedAt > RESULT_KEPT_MS)
    return { error: 'InvalidParameterValue.BizTokenExpired' };
  const pictures = InfoType !== '1' || face.images ? picturesOf() : {};
  return { outcome: face.outcome ?? 'waiting', fields: { Text: textOf(face), ...pictures } };
};

function textOf({ outcome, as, idNumber, name, extra, similarity, codes }: Face): object {
  const common = { IdCard: as ?? idNumber, Name: name, Extra: extra, UseIDType: 0, LivenessInfoTag: [] };
  if (!outcome)
    return { ...common, ErrCode: null, ErrMsg: null, LiveStatus: null, Comparestatus: null, Sim: null };
  if (outcome === 'pass')
    return {
      ...common,
      ErrCode: 0,
      ErrMsg: '成功',
      LiveStatus: 0,
      Comparestatus: 0,
      Sim: similarity ?? '98.50',
      ...codes,
    };
  return { ...common, ErrCode: 3002, ErrMsg: '比对失败', LiveStatus: 0, Comparestatus: 3002, Sim: '12.00' };
}

/** The beginning of a JPEG and of an MP4: what the partner sends unless it is told not to. */
function picturesOf(): object {
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(3000, 0xa7)]);
  const video = Buffer.concat([Buffer.from('00000018667479706d703432', 'hex'), Buffer.alloc(3000, 0x5c)]);
  return {
    IdCardData: { OcrFront: jpeg.toString('base64'), OcrBack: jpeg.toString('base64') },
    BestFrame: { BestFrame: jpeg.toString('base64') },
    VideoData: { LivenessVideo: video.toString('base64') },
  };
}

/** A face check on the partner's page, and what came of it. */
export function createFacePaths(): PartnerPath[] {
  const overloaded: ActionResult = { error: 'RequestLimitExceeded' };
  return [
    createFaceIdPath('DetectAuth', '开始人脸核身，取得 BizToken', detectAuth, overloaded, overloaded),
    createFaceIdPath('GetDetectInfoEnhanced', '取得人脸核身结果', detectInfo, overloaded, overloaded),
  ];
}
