/** Forwards a call to the API as it came. */
exports.main = async ({ operation, input }, { function_name }) => {
  const { API_BASE } = process.env;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(input);
  const answer = await fetch(`${API_BASE}/${function_name}/${operation}`, { method: 'POST', headers, body });
  return answer.json();
};
