import { type CardContent, cardFields, type Field, fields } from './fields';

/** Who may see which part of a card. Which parts there are is declared in fields.ts. */

export type { CardContent, Field };
export { fields };

export type Phone = CardContent['phones'][number];
export type Address = CardContent['addresses'][number];
export type OtherLanguage = CardContent['otherLanguages'][number];

/** Who may see a field: its owner alone, whoever holds a link to it, or everyone (promise C2). */
export const audiences = ['nobody', 'link', 'everyone'] as const;
export type Audience = (typeof audiences)[number];
export type Visibility = Partial<Record<Field, Audience>>;

/** The fields that an audience may see. A field without a setting is seen by whom its row names: nobody. */
export function fieldsFor(visibility: Visibility, audience: 'link' | 'everyone'): Field[] {
  return fields.filter((field) => {
    const set: Audience = visibility[field] ?? cardFields[field].audience;
    return set === 'everyone' || (audience === 'link' && set === 'link');
  });
}

/** The content with only these fields in it; `kept` never goes to anybody else. */
export function pickFields(content: Partial<CardContent>, shown: readonly Field[]): Partial<CardContent> {
  const parts = shown.flatMap((field) => Object.keys(cardFields[field].parts) as (keyof CardContent)[]);
  return Object.fromEntries(
    parts.filter((part) => content[part] !== undefined).map((part) => [part, content[part]]),
  );
}
