import { formatCount, formatDuration } from '../quantity.ts'
import { formatTable, type Paint, printable } from '../terminal.ts'
import { fieldOf } from './exchange.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'

/** What `--json` prints. */
export function examinationJson({ answer, calls, offer, findings }: Examination) {
  const { exchange, problem, sats, l402, policies, way } = answer
  const code = problem?.code
  return {
    url: exchange.url.href,
    method: exchange.method,
    status: exchange.status,
    calls,
    ...(code === undefined ? {} : { code }),
    ...(way === undefined ? {} : { way }),
    ...(offer === undefined ? {} : { pow: offer }),
    ...(l402 === undefined
      ? {}
      : { lightning: { ...(sats === undefined ? {} : { sats }), invoice: l402.invoice } }),
    windows: policies,
    findings,
  }
}

/** The examination for people, mistakes before notes. */
export function formatExamination(examination: Examination, paint: Paint): string {
  const { findings } = examination
  const mistakes = findings.filter(({ kind }) => kind === 'mistake')
  const notes = findings.filter(({ kind }) => kind === 'note')
  const verdict =
    mistakes.length === 0 ? paint.green('No mistakes found.') : paint.red(counted(mistakes.length, 'mistake'))
  return [
    head(examination, paint),
    waysOn(examination),
    `${verdict}\n`,
    list(mistakes, paint.red),
    list(notes, paint.yellow),
  ].join('')
}

function head({ answer, calls }: Examination, { bold }: Paint): string {
  const { exchange, problem, way } = answer
  const { method, url, status } = exchange
  const said = problem?.code ?? (way === undefined ? undefined : `admitted as ${way}`)
  const tail = said === undefined ? '' : ` (${printable(said)})`
  const after = calls === 1 ? '' : ` at call ${calls}`
  return `${bold(`${method} ${printable(url.href)}`)}: ${status}${tail}${after}\n`
}

function waysOn({ answer, offer }: Examination): string {
  const { exchange, l402, sats, policies, states } = answer
  const retryAfter = fieldOf(exchange, 'retry-after')
  const rows: string[][] = policies.map(({ name, limit, windowMs }) => {
    const left = states.find((state) => state.name === name)?.remaining
    const tail = left === undefined ? '' : `, ${formatCount(left)} left`
    return ['  limit', `${printable(name)}: ${formatCount(limit)} in ${formatDuration(windowMs)}${tail}`]
  })
  if (retryAfter !== undefined) rows.push(['  wait', `${printable(retryAfter)} s`])
  if (offer !== undefined) {
    const uses = offer.uses === undefined ? '' : `, good for ${formatCount(offer.uses)} calls`
    rows.push([
      '  work',
      `${formatCount(offer.expectedHashes)} hashes, difficulty ${offer.difficulty}${uses}`,
    ])
  }
  if (l402 !== undefined)
    rows.push(['  pay', sats === undefined ? 'an invoice' : `${formatCount(sats)} sats`])
  return formatTable(rows)
}

function list(findings: readonly Finding[], paint: (text: string) => string): string {
  return findings.map(({ code, message }) => `- ${paint(code)}: ${printable(message)}\n`).join('')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'} found:`
}
