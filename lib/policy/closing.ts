/**
 * Days between the day on which somebody asks to close their account and the day on which it is erased. They may take it back
 * until then, or have it end at once (promise R4; 认定方法 六: no unreasonable condition).
 */
export const COOLING_OFF_DAYS = 7;

/** The same in milliseconds. */
export const COOLING_OFF_MS = COOLING_OFF_DAYS * 86_400_000;

/** Working days within which a duty that WeChat's events start has to be done (认定方法 六). */
export const DUTY_WORKING_DAYS = 15;
