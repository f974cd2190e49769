/**
 * The version of the API. The first number stands in its path and is raised only by what a program written for the API of today
 * could stumble over, the second by what is added (lib/client/README.md says which is which).
 */
export const API_VERSION = '1.0.0';

/** Before every operation: `POST /v1/<function>/<operation>`. Pages, published keys and what partners call lie at the root. */
export const API_PATH = '/v1';
