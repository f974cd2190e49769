import { ticketOf as put } from '../../infra/local/ticket-of';
import type { World } from './world';

/** The number of a ticket about somebody in the hands of a member of the staff, as `staff:<id>:<role>` names them. */
export const ticketOf = (
  { deps }: Pick<World, 'deps'>,
  subjectId: string,
  staffId = 'one',
): Promise<string> => put(deps, subjectId, staffId);
