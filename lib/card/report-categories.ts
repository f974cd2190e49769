/** What a card may be reported for, as people choose it. */
export const reportCategories = ['冒用他人身份', '违法信息', '骚扰诈骗', '侵犯隐私', '其他'] as const;
export type ReportCategory = (typeof reportCategories)[number];

/** What the owner of a card that was taken down is told: from this table, so that no word of it can tell who reported it. */
export const toldToOwner: Record<ReportCategory, { why: string; basis: string }> = {
  冒用他人身份: {
    why: '这张名片冒用了他人的姓名或者身份。',
    basis: '民法典第一千零一十四条、网络安全法第四十九条',
  },
  违法信息: {
    why: '这张名片上有法律、行政法规禁止发布或者传输的信息。',
    basis: '网络安全法第四十九条',
  },
  骚扰诈骗: {
    why: '这张名片被用于骚扰或者诈骗。',
    basis: '民法典第一千零三十三条、网络安全法第四十九条',
  },
  侵犯隐私: {
    why: '这张名片上有他人的隐私或者个人信息。',
    basis: '民法典第一千零三十二条、网络安全法第四十九条',
  },
  其他: {
    why: '这张名片的内容或者用法不宜再给别人看。',
    basis: '网络安全法第四十九条',
  },
};
