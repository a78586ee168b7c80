import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { instrument } from '@turnpike/telemetry'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBusyGate, keepBusy } from './busy-gate.ts'
import { type Sample, samplesOf, startExporter } from './scrape.ts'

const DOCS = join(import.meta.dirname, '../../../docs')

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly {
    readonly expr: string
    readonly legendFormat: string
    readonly refId: string
  }[]
}

interface Dashboard {
  readonly title: string
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

const dashboard = JSON.parse(readFileSync(join(DOCS, 'grafana/turnpike.json'), 'utf8')) as Dashboard
const queries = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
]

let exporter: Awaited<ReturnType<typeof startExporter>>
let samples: readonly Sample[] = []
let text = ''

beforeAll(async () => {
  exporter = await startExporter()
  const busy = createBusyGate()
  instrument(busy.gate, { meter: exporter.meter, tracer: false })
  await keepBusy(busy)
  text = await exporter.scrape()
  samples = samplesOf(text).filter(({ name }) => name.startsWith('turnpike_'))
})
afterAll(async () => await exporter.stop())

/** Names of metrics in a query: what stands before a selector, a range or a comma of `label_values`. */
function metricsIn(query: string): readonly string[] {
  return [...query.matchAll(/\b(turnpike_[a-z_]+)(?=[{[]|,)(?!=)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !query.includes(`by (${name}`))
}

function labelsIn(query: string): readonly string[] {
  const selected = [...query.matchAll(/[{,]\s*([a-z_]+)\s*=~?/g)].map(([, name = '']) => name)
  const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/,\s*/))
  return [...selected, ...grouped]
}

describe('docs/grafana/turnpike.json', () => {
  test('asks for metrics that the exporter exposes, and for all of them', () => {
    const exposed = new Set(samples.map(({ name }) => name))
    const asked = new Set(queries.flatMap(metricsIn))
    expect([...asked].filter((name) => !exposed.has(name))).toEqual([])
    const families = [...exposed].filter((name) => !/_(?:sum|count)$/.test(name))
    expect(families.filter((name) => !asked.has(name))).toEqual([])
    expect(asked.size).toBeGreaterThan(10)
  })

  test('selects and groups by labels that those metrics have', () => {
    const wrong = queries.flatMap((query) => {
      const [metric = ''] = metricsIn(query)
      const known = new Set(
        samples.filter(({ name }) => name === metric).flatMap(({ labels }) => Object.keys(labels)),
      )
      return labelsIn(query)
        .filter((label) => !known.has(label))
        .map((label) => `${label} in ${query}`)
    })
    expect(wrong).toEqual([])
  })

  test('has what an import asks for: ids of their own, places beside each other, a data source to choose', () => {
    const { panels, templating } = dashboard
    expect([dashboard.title, dashboard.uid, dashboard.schemaVersion >= 39]).toEqual([
      'Turnpike',
      'turnpike',
      true,
    ])
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'gate', 'policy'])
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
    const asking = panels.filter(({ type }) => type !== 'row')
    expect(asking.every(({ datasource }) => datasource?.uid === '${datasource}')).toBe(true)
    expect(asking.every(({ targets = [] }) => targets.length > 0)).toBe(true)
  })
})

describe('docs/observability.md', () => {
  const document = readFileSync(join(DOCS, 'observability.md'), 'utf8')
  const rows = [
    ...document.matchAll(/^\| `(turnpike\.[a-z.]+)` +\| ([a-z -]+?) +\| `([^`]+)` +\|([^|]+)\|/gm),
  ]

  test('has a row for each metric, with its unit and its attributes, and none left over', () => {
    const documented = rows.map(([, name = '', kind = '', unit = '', attributes = '']) => ({
      name: `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`,
      unit,
      labels: [...attributes.replaceAll(/\([^)]*\)/g, '').matchAll(/`([a-z._]+)`/g)]
        .map(([, label = '']) => (label.includes('.') ? label : `turnpike.${label}`).replaceAll('.', '_'))
        .toSorted(),
    }))
    const units = [...text.matchAll(/^# UNIT (turnpike_\S+) (\S+)$/gm)]
    const exposed = units.map(([, name = '', unit = '']) => ({ name, unit, labels: labelsOf(name) }))
    const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)
    expect(documented.toSorted(byName)).toEqual(exposed.toSorted(byName))
  })
})

function labelsOf(family: string): readonly string[] {
  const labels = samples
    .filter(({ name }) => name.replace(/_(?:bucket|sum|count)$/, '') === family)
    .flatMap((sample) => Object.keys(sample.labels))
  const other = new Set(['turnpike_gate', 'otel_scope_name', 'le'])
  return [...new Set(labels)].filter((label) => !other.has(label)).toSorted()
}
