import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataStack } from '../../infra/build/data-stack';

/** A CloudFormation value: a literal, or an intrinsic function as an object. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Properties = { [name: string]: Value };
export type Resource = {
  Type: string;
  Properties: Properties;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
};
export type Template = { Resources: Record<string, Resource> };

/** The template that is deployed to a region, as the framework wrote it. */
export async function readTemplate(outDir: string, region: string): Promise<Template> {
  const file = join(outDir, 'aws', region, 'cloudformation-template-update-stack.json');
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The template of the stack that holds the data, as it was packaged for a region. */
export async function readDataStack(outDir: string, region: string): Promise<Template & DataStack> {
  return JSON.parse(await readFile(join(outDir, 'aws', region, 'data-stack.json'), 'utf8'));
}

/** Logical id and properties of every resource of a type. */
export function resourcesOf(template: Template, type: string): [string, Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties: properties }]) => [id, properties]);
}

export function propertiesOf(template: Template, id: string): Properties {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`The template has no resource ${id}.`);
  return resource.Properties;
}

export type Statement = { Effect: string; Action: string | string[]; Resource: Value; Condition?: Value };

/** Every statement of the policies of a role or a user. */
export function statementsOf(properties: Properties): Statement[] {
  const policies = properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument: { Statement: statements } }) => statements);
}

/** The exports of other stacks that a value names. */
export function importsIn(value: Value): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { 'Fn::ImportValue': name } = value as { 'Fn::ImportValue'?: string };
  return [...(name ? [name] : []), ...Object.values(value).flatMap(importsIn)];
}

/** Every string inside a value. */
export function stringsIn(value: Value): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
