import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export type DataStack = {
  AWSTemplateFormatVersion: string;
  Description: string;
  Parameters: Record<string, object>;
  Mappings: Record<string, object>;
  Conditions: Record<string, object>;
  Resources: Record<
    string,
    { Type: string; Properties: object; DeletionPolicy?: string; UpdateReplacePolicy?: string }
  >;
  Outputs: Record<string, { Value: unknown; Export: { Name: unknown } }>;
};

const folder = join(__dirname, '../data');

/** The short forms of CloudFormation in its long ones. */
const tags = [
  { tag: '!Ref', resolve: (text: string) => ({ Ref: text }) },
  { tag: '!Sub', resolve: (text: string) => ({ 'Fn::Sub': text }) },
  { tag: '!GetAtt', resolve: (text: string) => ({ 'Fn::GetAtt': text.split('.') }) },
];

/** The stack that holds the data, from all files of infra/data: one template for every region and stage. */
export function dataStack(): DataStack {
  const parts: Partial<DataStack>[] = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => parse(readFileSync(join(folder, name), 'utf8'), { customTags: tags, merge: true }));
  const joined = <K extends Exclude<keyof DataStack, 'AWSTemplateFormatVersion' | 'Description'>>(
    section: K,
  ): DataStack[K] => Object.assign({}, ...parts.map((part) => part[section] ?? {}));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The data of the service: table, keys, files and queues. Kept whatever happens.',
    Parameters: joined('Parameters'),
    Mappings: joined('Mappings'),
    Conditions: joined('Conditions'),
    Resources: joined('Resources'),
    Outputs: joined('Outputs'),
  };
}
