import { exampleOf } from './example';
import { type Html, html } from './html';
import { page } from './page';
import { type Resolve, type Schema, schemaTable } from './schema-table';

type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Parameter = {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
};
type Response = { $ref?: string; description?: string; content?: Content };
type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, Response>;
};

/** As much of an OpenAPI 3.1 document as the page shows. */
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  security?: Record<string, unknown>[];
  components?: { schemas?: Record<string, Schema> };
};

type Entry = { verb: string; path: string; id: string; operation: Operation };

/** The API reference: every operation with what goes in, what comes out and how it is refused. */
export function referencePage(document: OpenApi, api: string): string {
  const resolve = resolver(document);
  const groups = grouped(document);
  const contents = groups.map(
    ([name, entries]) =>
      html`<b>${name}</b><ul>${entries.map(({ id, operation, path }) => html`<li><a href="#${id}">${operation.summary ?? path}</a></li>`)}</ul>`,
  );
  const sections = groups.map(([name, entries]) => {
    const described = document.tags?.find((tag) => tag.name === name)?.description;
    return html`<h2>${name}</h2>${described && html`<p>${described}</p>`}${entries.map((entry) => operationCard(entry, document, api, resolve))}`;
  });
  const { description, version } = document.info;
  const body = html`<p class="soft">版本 ${version} · 基址 <code>${api}</code> · <a href="/openapi.json">OpenAPI 3.1 文档</a></p>
${description && html`<p>${description}</p>`}${sections}`;
  return page('接口参考', body, html`${contents}`);
}

function operationCard(entry: Entry, document: OpenApi, api: string, resolve: Resolve): Html {
  const { verb, path, id, operation } = entry;
  const { summary, description, requestBody, responses = {} } = operation;
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(parameter));
  const signedIn = (operation.security ?? document.security ?? []).some((one) => Object.keys(one).length > 0);
  const input = schemaOf(requestBody?.content);
  return html`<section class="card" id="${id}">
<h3>${summary ?? path}</h3>
<p class="path"><span class="verb">${verb.toUpperCase()}</span>${path}</p>
<p><span class="tag">${signedIn ? '需要登录' : '无需登录'}</span>${extensions(operation)}</p>
${description && html`<p>${description}</p>`}
${parameters.length > 0 && html`<h4>参数</h4>${schemaTable(asObject(parameters), resolve)}`}
${input && html`<h4>输入</h4>${schemaTable(input, resolve)}`}
${Object.entries(responses).map(([status, response]) => responseBlock(status, response, resolve))}
<h4>试一试</h4><pre>${curl(entry, api, signedIn, resolve)}</pre>
</section>`;
}

function responseBlock(status: string, given: Response, resolve: Resolve): Html {
  const response = resolve(given);
  const schema = schemaOf(response.content);
  // Refusals all look the same, so one line each is enough.
  if (!schema || Number(status) >= 400 || status === 'default') {
    return html`<h4>${status}</h4><p>${response.description ?? ''}</p>`;
  }
  return html`<h4>${status} 输出</h4>${response.description && html`<p>${response.description}</p>`}${schemaTable(schema, resolve, '总有')}`;
}

/** What the document says beyond OpenAPI: x-purpose and the like, where it is short. */
function extensions(operation: Operation): Html[] {
  return Object.entries(operation)
    .filter(
      ([name, value]) => name.startsWith('x-') && ['string', 'number', 'boolean'].includes(typeof value),
    )
    .map(([name, value]) => html`<span class="tag">${name.slice(2)}：${String(value)}</span>`);
}

function curl({ verb, path, operation }: Entry, api: string, signedIn: boolean, resolve: Resolve): string {
  if (verb === 'get') return `curl ${new URL(path, api).href}`;
  const content = Object.values(operation.requestBody?.content ?? {})[0];
  const body = content?.example ?? exampleOf(content?.schema, resolve);
  return [
    `curl -X ${verb.toUpperCase()} ${api}${path}`,
    "-H 'content-type: application/json'",
    ...(signedIn ? ["-H 'authorization: Bearer 会话令牌'"] : []),
    `-d '${JSON.stringify(body)}'`,
  ].join(' \\\n  ');
}

function grouped(document: OpenApi): [string, Entry[]][] {
  const groups = new Map<string, Entry[]>((document.tags ?? []).map(({ name }) => [name, []]));
  for (const [path, verbs] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(verbs)) {
      const name = operation.tags?.[0] ?? path.split('/')[1] ?? '';
      const id = operation.operationId ?? `${verb}${path.replaceAll(/\W+/g, '-')}`;
      groups.set(name, [...(groups.get(name) ?? []), { verb, path, id, operation }]);
    }
  }
  return [...groups].filter(([, entries]) => entries.length > 0);
}

/** Follows references within the document, such as #/components/schemas/Card. */
function resolver(document: OpenApi): Resolve {
  return <T extends { $ref?: string }>(value: T): T => {
    if (!value.$ref?.startsWith('#/')) return value;
    const names = value.$ref.slice(2).split('/');
    return names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document) as T;
  };
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return Object.values(content ?? {})[0]?.schema;
}

function asObject(parameters: Parameter[]): Schema {
  return {
    type: 'object',
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      parameters.map(({ name, schema, description }) => [
        name,
        { ...schema, ...(description && { description }) },
      ]),
    ),
  };
}
