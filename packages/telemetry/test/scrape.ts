import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** A sample of the exposition: its name, labels and value. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The real exporter behind a server on a port of its own. */
export async function startExporter() {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ readers: [exporter] })
  const server = createServer((asked, answer) => exporter.getMetricsRequestHandler(asked, answer))
  // A test that fails before it stops the server must not keep the run from ending.
  server.unref().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/metrics`
  return {
    meter: provider.getMeter('@turnpike/telemetry'),
    scrape: async () => await (await fetch(url)).text(),
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await provider.shutdown()
    },
  }
}

/** Reads the text format of Prometheus 0.0.4. */
export function samplesOf(exposition: string): readonly Sample[] {
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)]
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
        value: Number(value),
      }
    })
}
