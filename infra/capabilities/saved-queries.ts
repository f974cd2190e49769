/** The logs' own questions, in the language of CloudWatch Logs Insights. docs/trail.md says how they are used. */
const queries: Record<string, { name: string; lines: readonly string[] }> = {
  TrailOpened: {
    name: 'whose data was opened',
    lines: [
      'filter event = "open"',
      `parse @message '"persons":[*]' as people`,
      'stats count(*) as openings, min(at) as firstAt, max(at) as lastAt by day, people, operation, `function`',
    ],
  },
  // An invocation that began and left no line of its last call: what it opened nobody knows.
  TrailDoubts: {
    name: 'calls in doubt',
    lines: [
      String.raw`parse @message /^START RequestId: (?<started>\S+)/`,
      'filter ispresent(started) or (event = "call" and coalesce(left, 0) = 0)',
      'fields coalesce(started, invocation, requestId) as began',
      'stats count(started) as starts, count(event) as ends, min(@timestamp) as since by began, @log',
      'filter starts > 0 and ends = 0',
    ],
  },
  TrailLines: {
    name: 'lines for leliao trail',
    lines: [
      'fields @timestamp, @log, @message',
      'filter event in ["open", "call"] or @message like /^START /',
      'sort @timestamp asc',
      'limit 10000',
    ],
  },
};

/** Every saved query over the logs of these functions, as resources of the app's stack. */
export function savedQueries(functions: readonly string[]): Record<string, object> {
  const group = (name: string) => `/aws/lambda/\${self:custom.prefix}-${name}`;
  return Object.fromEntries(
    Object.entries(queries).map(([id, { name, lines }]) => [
      `${id}Query`,
      {
        Type: 'AWS::Logs::QueryDefinition',
        // A function's log group is made by the same stack.
        DependsOn: functions.map((one) => `${one.charAt(0).toUpperCase()}${one.slice(1)}LogGroup`),
        Properties: {
          Name: `\${self:custom.prefix}/trail/${name}`,
          LogGroupNames: functions.map(group),
          QueryString: lines.join('\n| '),
        },
      },
    ]),
  );
}
