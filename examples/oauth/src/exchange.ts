/** What of a request and its answer is worth a line; credentials are shortened. */
const REQUEST_FIELDS = ['Authorization', 'DPoP', 'X-PoW-Solution']
const ANSWER_FIELDS = ['WWW-Authenticate', 'Turnpike-Admission']
const SHOWN = 12

/** A `fetch` that prints each exchange: what was asked, and what came back. */
export function printedFetch(print: (line: string) => void): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    print(`-> ${request.method} ${new URL(request.url).pathname}`)
    printFields(request.headers, REQUEST_FIELDS, print)
    const response = await fetch(request)
    print(`<- ${response.status} ${response.statusText}`)
    printFields(response.headers, ANSWER_FIELDS, print)
    return response
  }
}

function printFields(headers: Headers, names: readonly string[], print: (line: string) => void): void {
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) print(`     ${name}: ${shortened(value)}`)
  }
}

/** Long words become their beginnings, and each challenge of a list has a line of its own. */
function shortened(text: string): string {
  const words = text.replaceAll(/[\w+=-]{20,}(?:\.[\w-]+)*/g, (word) => `${word.slice(0, SHOWN)}...`)
  return words.replaceAll(/, (?=[A-Z]\w+ \w+=)/g, `\n${' '.repeat(5 + 'WWW-Authenticate: '.length)}`)
}
