import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: the shape is CloudFormation's, and each reader knows its own resource
type Resources = Record<string, { Type: string; Properties: any }>;

/**
 * The resources of a file in infra/data, so that what runs here is described in the same place as what runs in the
 * cloud. References such as !GetAtt stay as their text.
 */
export function readResources(file: string): Resources {
  return parse(readFileSync(join(__dirname, '../data', file), 'utf8'), {
    customTags: cloudFormationTags,
    merge: true,
  }).Resources;
}

/** They stand in places that only the cloud looks at, so their text is enough here. */
export const cloudFormationTags = ['!GetAtt', '!Ref', '!Sub', '!ImportValue'].map((tag) => ({
  tag,
  resolve: (text: string) => text,
}));
