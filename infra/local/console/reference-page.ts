import { type Html, html } from './html';
import { page } from './page';
import { type Resolve, type Schema, schemaTable } from './schema-table';

type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
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

function operationCard(
  { verb, path, id, operation }: Entry,
  document: OpenApi,
  api: string,
  resolve: Resolve,
): Html {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation;
  const signedIn = (operation.security ?? document.security ?? []).some((one) => Object.keys(one).length > 0);
  const input = schemaOf(requestBody?.content);
  const fixed = parameters.filter(
    (parameter) => parameter.in !== 'path' || path.includes(`{${parameter.name}}`),
  );
  return html`<section class="card" id="${id}">
<h3>${summary ?? path}</h3>
<p class="path"><span class="verb">${verb.toUpperCase()}</span>${path}</p>
<p><span class="tag">${signedIn ? '需要登录' : '无需登录'}</span>${extensions(operation)}</p>
${description && html`<p>${description}</p>`}
${fixed.length > 0 && html`<h4>参数</h4>${schemaTable(asObject(fixed), resolve)}`}
${input && html`<h4>输入</h4>${schemaTable(input, resolve)}`}
${Object.entries(responses).map(([status, response]) => responseBlock(status, response, resolve))}
<h4>试一试</h4><pre>${curl(verb, path, api, signedIn, requestBody?.content)}</pre>
</section>`;
}

function responseBlock(
  status: string,
  response: { description?: string; content?: Content },
  resolve: Resolve,
): Html {
  const schema = schemaOf(response.content);
  // Refusals all look the same, so one line each is enough.
  if (!schema || Number(status) >= 400 || status === 'default') {
    return html`<h4>${status}</h4><p>${response.description ?? ''}</p>`;
  }
  return html`<h4>${status} 输出</h4>${response.description && html`<p>${response.description}</p>`}${schemaTable(schema, resolve)}`;
}

/** What the document says beyond OpenAPI: x-purpose and the like, where it is short. */
function extensions(operation: Operation): Html[] {
  return Object.entries(operation)
    .filter(
      ([name, value]) => name.startsWith('x-') && ['string', 'number', 'boolean'].includes(typeof value),
    )
    .map(([name, value]) => html`<span class="tag">${name.slice(2)}：${String(value)}</span>`);
}

function curl(
  verb: string,
  path: string,
  api: string,
  signedIn: boolean,
  content: Content | undefined,
): string {
  if (verb === 'get') return `curl ${api}${path}`;
  const example = Object.values(content ?? {})[0]?.example ?? {};
  const token = signedIn ? " \\\n  -H 'authorization: Bearer <会话令牌>'" : '';
  return `curl -X ${verb.toUpperCase()} ${api}${path} \\\n  -H 'content-type: application/json'${token} \\\n  -d '${JSON.stringify(example)}'`;
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

function resolver(document: OpenApi): Resolve {
  return (schema) => {
    const name = schema.$ref?.split('/').at(-1);
    return name ? (document.components?.schemas?.[name] ?? {}) : schema;
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
