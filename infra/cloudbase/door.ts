import { serveDoor } from '../../lib/door/serve';

/** What the platform calls: every function in CloudBase is this door, and its name says whose. */
export const main = serveDoor();
