/** A shell command that asks the same. An apostrophe is escaped in the JSON, for it would end the shell's quotes. */
export function curlCommand(url: string, text: string): string {
  const json = JSON.stringify({ data: text }).replaceAll("'", '\\u0027');
  return `curl ${url} -H 'Content-Type: application/json' -d '${json}'`;
}
