/** The languages of the commands. The radio buttons on the page have these values. */
export type Language = 'curl' | 'fetch' | 'python' | 'powershell';

/** A command or a program that asks for the answer to a text. No text can change what the command does. */
export const commands: Readonly<Record<Language, (url: string, text: string) => string>> = {
  curl(url, text) {
    // An apostrophe would end the shell's quotes.
    const json = JSON.stringify({ data: text }).replaceAll("'", '\\u0027');
    return `curl ${url} -H 'Content-Type: application/json' -d '${json}'`;
  },

  fetch: (url, text) => `const response = await fetch('${url}', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ data: ${JSON.stringify(text)} }),
});
console.log((await response.json()).data);`,

  // A JSON string is also a Python string.
  python: (url, text) => `import json, urllib.request

body = json.dumps({"data": ${JSON.stringify(text)}}).encode()
request = urllib.request.Request("${url}", body, {"Content-Type": "application/json"})
print(json.load(urllib.request.urlopen(request))["data"])`,

  powershell(url, text) {
    // Escapes all but ASCII: Windows PowerShell sends other characters in its own charset, and reads curly apostrophes as quotes.
    const json = JSON.stringify({ data: text }).replace(/['\u007f-\uffff]/g, escapedUnit);
    return `(Invoke-RestMethod ${url} -Method Post -ContentType 'application/json' -Body '${json}').data`;
  },
};

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
