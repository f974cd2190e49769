import { text } from '../../../lib/html';

/** Markup that is safe to send as it is. */
export type Html = { readonly markup: string };

type Part = string | number | undefined | false | Html | readonly Part[];

/** Writes markup; everything put into it is escaped unless it is markup itself. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  return {
    markup: literals.reduce((before, literal, index) => before + render(parts[index - 1]) + literal),
  };
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  if (typeof part === 'object' && 'markup' in part) return part.markup;
  return text(String(part));
}
