/** Nothing is held without end: by this many days after it was placed or reviewed, somebody looks at a hold again. */
export const HOLD_REVIEW_DAYS = 180;
