import type * as z from 'zod/mini';
import type { Contacts } from './contacts';
import type { Faults } from './faults';
import type { PartnerPath } from './partner-path';
import type { SandboxState } from './state';

/** The surface that tests and people use to steer the sandbox. The service never calls it. */
export type Control = { state: SandboxState; contacts: Contacts; faults: Faults; paths: PartnerPath[] };

export type ControlAnswer = { status: number; body: unknown };

export type Route = {
  method: string;
  pattern: RegExp;
  /** One line for the index; empty where another route's line speaks for both. */
  says: string;
  /** What it is for, in Chinese, on the page for people. */
  means?: string;
  run(control: Control, body: unknown, parameter: string): ControlAnswer;
};

export const ok = (body: unknown): ControlAnswer => ({ status: 200, body });
export const refuse = (status: number, error: string): ControlAnswer => ({ status, body: { error } });

export function invalid(error: z.core.$ZodError): ControlAnswer {
  const fields = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return refuse(400, fields.join('; '));
}
