import { words } from '../../../command-line/words';
import { group } from '../../command';
import { containmentCommands } from './containment';
import { dutyCommands } from './duty';
import { incidentCommands } from './incident';
import { noticeCommands } from './notice';
import { reportCommands } from './report';
import { scopeCommands } from './scope';
import { trailCommands } from './trail';

/** What a responder needs from the first minute to the last. */
export const breachCommands = group(
  words('安全事件：从宣告到结案', 'an incident, from its declaration to its end'),
  {
    ...incidentCommands,
    ...containmentCommands,
    ...dutyCommands,
    trail: trailCommands,
    scope: scopeCommands,
    notice: noticeCommands,
    report: reportCommands,
  },
);
