/** Asks the partners' sandbox for something by a JSON body, and answers the JSON that it says. */
export async function post(url: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
}
