/**
 * The version of the API. The first number stands in its path and is raised only by what a program written for the API of today
 * could stumble over (docs/api-version.md); the second by what is added.
 */
export const API_VERSION = '1.0.0';
