/**
 * Tables and bars, as Markdown: what the terminal shows is what docs/benchmarks.md holds.
 *
 * @typedef {object} Bar
 * @property {string} what
 * @property {number} value as measured in this run
 * @property {'at most' | 'at least' | 'below'} relation
 * @property {number} limit
 * @property {string} unit
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {readonly string[]} columns the first is text, the others are numbers
 * @property {readonly (readonly (string | number)[])[]} rows
 *
 * @typedef {object} Report
 * @property {string} suite
 * @property {readonly Table[]} tables
 * @property {readonly Bar[]} bars
 * @property {readonly import('./summary.js').Comparison[]} beside what to say of it on one page
 * @property {readonly string[]} notes
 */

/**
 * @param {Report} report
 * @returns {string}
 */
export function formatReport({ suite, tables, bars, notes }) {
  const parts = [
    `## ${suite}`,
    ...tables.map((table) => `### ${table.title}\n\n${formatTable(table.columns, table.rows)}`),
    bars.length === 0 ? '' : formatTable(['bar', 'measured', 'demanded', ''], bars.map(barRow)),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/**
 * @param {Bar} bar
 * @returns {boolean}
 */
export function isMet({ value, relation, limit }) {
  switch (relation) {
    case 'at most':
      return value <= limit
    case 'at least':
      return value >= limit
    case 'below':
      return value < limit
  }
}

/**
 * @param {Bar} bar
 * @returns {string[]}
 */
function barRow(bar) {
  const { what, value, relation, limit, unit } = bar
  return [what, `${cell(value)} ${unit}`, `${relation} ${cell(limit)} ${unit}`, isMet(bar) ? 'met' : 'MISSED']
}

/**
 * @param {readonly string[]} columns
 * @param {readonly (readonly (string | number)[])[]} rows
 * @returns {string}
 */
export function formatTable(columns, rows) {
  const texts = [columns, ...rows].map((row) => row.map(cell))
  const widths = columns.map((_, column) => Math.max(3, ...texts.map((row) => (row[column] ?? '').length)))
  const [head = '', ...body] = texts.map((row) => formatRow(row, widths))
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, formatRow(rule, widths), ...body].join('\n')
}

/**
 * @param {readonly string[]} row
 * @param {readonly number[]} widths
 */
function formatRow(row, widths) {
  const cells = widths.map((width, column) => {
    const text = row[column] ?? ''
    return column === 0 ? text.padEnd(width) : text.padStart(width)
  })
  return `| ${cells.join(' | ')} |`
}

/** @param {string | number} value three digits that matter, no more */
function cell(value) {
  if (typeof value === 'string') return value
  if (!Number.isFinite(value)) return '-'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
